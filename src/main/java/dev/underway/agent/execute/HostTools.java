package dev.underway.agent.execute;

import dev.underway.agent.host.HostRoot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The two programs of systemd that the agent runs: systemd-sysusers(8) and systemd-tmpfiles(8). No other process is
/// ever started.
public final class HostTools {
    private static final int MOST_OUTPUT = 2000;
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

    private void run(List<String> program, List<String> files) throws ToolFailed, InterruptedException {
        var command = new ArrayList<>(program);
        if (!root.equals(HostRoot.SYSTEM)) {
            command.add("--root=" + root.directory());
        }
        files.forEach(file -> command.add(root.resolve(file).toString()));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var guard = Thread.ofVirtual().start(() -> killAfterTimeout(process));
            process.getOutputStream().close();
            byte[] said;
            try (var in = process.getInputStream()) {
                said = in.readNBytes(MOST_OUTPUT);
                in.transferTo(OutputStream.nullOutputStream());
            }
            int status = process.waitFor();
            guard.interrupt();
            if (status != 0) {
                throw new ToolFailed(String.join(" ", command) + " failed with status " + status + ": "
                        + new String(said, StandardCharsets.UTF_8).strip());
            }
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
