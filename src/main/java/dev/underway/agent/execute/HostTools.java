package dev.underway.agent.execute;

import dev.underway.agent.host.HostRoot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/// The three programs of systemd that the agent runs: systemd-sysusers(8), systemd-tmpfiles(8) and journalctl(1), which
/// reads what no bus tells. No other process is ever started, but for exec probes.
public final class HostTools {
    private static final Logger LOG = Logger.getLogger(HostTools.class);
    private static final Pattern INVOCATION = Pattern.compile("[0-9a-f]{32}");
    private static final int MOST_OUTPUT = 4000;
    private static final int MOST_LINES = 20;
    private static final int MOST_COLUMNS = 200;

    /// Entries of the journal in which those lines are looked for, and bytes of them.
    private static final int MOST_ENTRIES = 60;

    private static final int MOST_JOURNAL = 512 << 10;
    private static final int MOST_SECONDS = 60;

    private final HostRoot root;

    public HostTools(HostRoot root) {
        this.root = root;
    }

    /// A tool could not be run or did not succeed; the message carries what it said.
    public static final class ToolFailed extends Exception {
        private static final long serialVersionUID = 1;

        ToolFailed(String message) {
            super(message);
        }
    }

    /// Creates the users and groups that `files` declare.
    void sysusers(List<String> files) throws ToolFailed, InterruptedException {
        run(List.of("systemd-sysusers"), files);
    }

    /// Creates what `files` declare; removes nothing.
    void tmpfiles(List<String> files) throws ToolFailed, InterruptedException {
        run(List.of("systemd-tmpfiles", "--create"), files);
    }

    /// What the processes of one run of a unit said last, and systemd about them: at most 20 lines, after a heading;
    /// empty when there is nothing, or it cannot be read. It goes to the server, where everybody reads it who may
    /// read the Assignment.
    ///
    /// @param invocation systemd's id of the run
    public String lastWords(String invocation) throws InterruptedException {
        if (!INVOCATION.matcher(invocation).matches()) {
            return "";
        }
        try {
            if (root.equals(HostRoot.SYSTEM)) {
                said(List.of("journalctl", "--sync"), MOST_OUTPUT);
            }
            var ofSystemd = "INVOCATION_ID=" + invocation;
            var matches = new ArrayList<>(List.of("_SYSTEMD_INVOCATION_ID=" + invocation, "+", ofSystemd));
            var unit = JournalLines.unit(journal(1, List.of(ofSystemd)));
            if (!unit.isEmpty()) {
                matches.addAll(List.of("+", "_SYSTEMD_UNIT=" + unit));
            }
            var said = JournalLines.of(journal(MOST_ENTRIES, matches), invocation);
            var lines = said.subList(Math.max(0, said.size() - MOST_LINES), said.size()).stream()
                    .map(line -> line.length() > MOST_COLUMNS ? line.substring(0, MOST_COLUMNS) + "…" : line)
                    .collect(Collectors.joining("\n"));
            return lines.isEmpty() ? "" : "\nLast lines of its journal:\n" + lines;
        } catch (ToolFailed e) {
            LOG.warnv("the journal could not be read: {0}", e.getMessage());
            return "";
        }
    }

    /// The newest entries that match, oldest first, one in JSON a line.
    private String journal(int entries, List<String> matches) throws ToolFailed, InterruptedException {
        var command = new ArrayList<>(List.of(
                "journalctl",
                "--quiet",
                "--no-pager",
                "--output=json",
                "--output-fields=" + JournalLines.FIELDS,
                "--lines=" + entries));
        rooted(command);
        command.addAll(matches);
        return said(command, MOST_JOURNAL);
    }

    private void run(List<String> program, List<String> files) throws ToolFailed, InterruptedException {
        var command = new ArrayList<>(program);
        rooted(command);
        files.forEach(file -> command.add(root.resolve(file).toString()));
        said(command, MOST_OUTPUT);
    }

    private void rooted(List<String> command) {
        if (!root.equals(HostRoot.SYSTEM)) {
            command.add("--root=" + root.directory());
        }
    }

    private static String said(List<String> command, int most) throws ToolFailed, InterruptedException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var guard = Thread.ofVirtual().start(() -> killAfterTimeout(process));
            process.getOutputStream().close();
            byte[] said;
            try (var in = process.getInputStream()) {
                said = in.readNBytes(most);
                in.transferTo(OutputStream.nullOutputStream());
            }
            int status = process.waitFor();
            guard.interrupt();
            if (status != 0) {
                var text = new String(said, 0, Math.min(said.length, MOST_OUTPUT), StandardCharsets.UTF_8);
                throw new ToolFailed(String.join(" ", command) + " failed with status " + status + ": " + text.strip());
            }
            return new String(said, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new ToolFailed(String.join(" ", command) + " could not be run: " + e.getMessage());
        }
    }

    private static void killAfterTimeout(Process process) {
        try {
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // it ended in time
        }
    }
}
