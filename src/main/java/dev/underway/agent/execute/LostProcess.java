package dev.underway.agent.execute;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.ProcessTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/// Ends a process that systemd has lost track of and can therefore not be asked to stop.
///
/// A number alone names no process for long, so it is ended only while the kernel says (proc(5)) that it is in the
/// control group of the unit and older than the process that was started in its place.
final class LostProcess {
    private static final Logger LOG = Logger.getLogger(LostProcess.class);

    /// Of /proc/PID/stat, counted after the name, which may hold anything: clock ticks since the boot.
    private static final int STARTED = 19;

    private final HostRoot root;

    LostProcess(HostRoot root) {
        this.root = root;
    }

    /// Sends SIGTERM, and waits for nothing: the process may take its time to finish what it has begun.
    ///
    /// @param names of the units, one of which it was started as
    /// @param successor the process that was started in its place
    boolean end(long pid, Set<String> names, long successor) {
        var started = started(root.resolve("/proc"), pid);
        var since = started(root.resolve("/proc"), successor);
        boolean isIt = pid != successor
                && started.isPresent()
                && since.isPresent()
                && started.getAsLong() <= since.getAsLong()
                && new ProcessTable(root).startedFor(pid, names).isPresent();
        boolean ended = isIt
                && outside(pid, started.getAsLong()).map(ProcessHandle::destroy).orElse(false);
        LOG.infov(
                ended ? "told a lost process to end: pid={0} of={1}" : "no such lost process any more: pid={0} of={1}",
                Long.toString(pid),
                names);
        return ended;
    }

    /// The process as this agent knows it: of a host that is seen from outside, processes have other numbers here.
    private Optional<ProcessHandle> outside(long pid, long started) {
        try {
            return ProcessHandle.of(new ProcessTable(root).here(pid))
                    .filter(process -> started(Path.of("/proc"), process.pid()).equals(OptionalLong.of(started)));
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    private static OptionalLong started(Path proc, long pid) {
        return lines(proc.resolve(pid + "/stat"))
                .map(line -> List.of(
                        line.substring(line.lastIndexOf(')') + 1).strip().split(" ")))
                .filter(fields -> fields.size() > STARTED)
                .mapToLong(fields -> Long.parseLong(fields.get(STARTED)))
                .findFirst();
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).lines();
        } catch (IOException e) {
            return Stream.empty(); // it has ended
        }
    }
}
