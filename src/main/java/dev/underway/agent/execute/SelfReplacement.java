package dev.underway.agent.execute;

import dev.underway.agent.execute.Executed.Failure;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.ProcessImage;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.agent.verify.Health.Reason;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Step.Program;
import dev.underway.plan.Step.Replacement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Whether a service that is reloaded replaces its program, told by comparing its main process before and after.
///
/// There are two ways to do it: the process executes the new program and keeps its id (HAProxy's master), or a
/// successor becomes the main process (tableflip and nginx, by `MAINPID=` or a `PIDFile=`). The job of a reload may be
/// done as soon as the service has been told (`ExecReload=/bin/kill`), so that is waited for. Of a script the kernel
/// shows the interpreter, before and after; there only that something was executed anew can be told.
final class SelfReplacement {
    private static final Logger LOG = Logger.getLogger(SelfReplacement.class);

    /// Nobody announces an execve(2), so it is looked for as often.
    private static final long PAUSE_MILLIS = 50;

    private final HostRoot root;
    private final Systemd systemd;
    private final Interruption interruption;
    private final String unit;
    private final Replacement wanted;
    private final @Nullable ProcessImage before;

    /// Ends a wait when the agent is stopping.
    interface Interruption {
        void check() throws InterruptedException;
    }

    /// Before the reload.
    SelfReplacement(HostRoot root, Systemd systemd, Interruption interruption, String unit, Replacement wanted)
            throws SystemdException {
        this.root = root;
        this.systemd = systemd;
        this.interruption = interruption;
        this.unit = unit;
        this.wanted = wanted;
        this.before = ProcessImage.of(root, status().mainPid()).orElse(null);
    }

    /// After the reload: null as soon as the service has replaced its program, and what is wrong when it has not in
    /// time. It serves on then.
    @Nullable
    Failure failure() throws SystemdException, InterruptedException {
        long begin = System.nanoTime();
        for (; ; ) {
            var now = status();
            var after = ProcessImage.of(root, now.mainPid()).orElse(null);
            if (after != null && hasReplaced(after)) {
                LOG.infov(
                        "the service has replaced itself: unit={0} before={1} after={2}",
                        unit, before == null ? "" : told(before), told(after));
                return null;
            }
            if (!now.active()) {
                return failure("%s is %s (%s) since it was reloaded; see journalctl -u %s"
                        .formatted(unit, now.activeState(), now.result(), unit));
            }
            if (System.nanoTime() - begin >= wanted.within().toNanos()) {
                return failure(unchanged(now));
            }
            interruption.check();
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private boolean hasReplaced(ProcessImage after) {
        try {
            for (var program : wanted.programs()) {
                if (after.executes(file(program))) {
                    return true;
                }
            }
            return before != null && !after.equals(before) && !executesAnOldOne(before, after);
        } catch (IOException e) {
            return false; // the process has ended, or somebody takes the program away: the next look tells
        }
    }

    /// A service may execute itself by what the kernel says it is, `/proc/self/exe`, and that is the program of before.
    /// A program that only starts another one, which did not change, has been started anew all the same.
    private boolean executesAnOldOne(ProcessImage before, ProcessImage after) throws IOException {
        if (!after.file().equals(before.file())) {
            return false;
        }
        for (var program : wanted.programs()) {
            if (ProcessImage.isNative(file(program)) && name(program.file()).equals(name(after.path()))) {
                return true;
            }
        }
        return false;
    }

    private Path file(Program program) {
        return root.resolve(program.file());
    }

    private String unchanged(UnitStatus now) {
        var programs =
                String.join(" ", wanted.programs().stream().map(Program::path).toList());
        return now.mainPid() == 0
                ? ("%s was reloaded, but systemd knows no main process of it, so nobody can tell whether that runs the"
                                + " new %s; say update: Restart, or give it a PIDFile= or Type=notify")
                        .formatted(unit, programs)
                : ("%s was reloaded, but process %d still runs the old %s after %d s: it does not replace itself on"
                                + " reload; say update: Swap or Restart")
                        .formatted(
                                unit, now.mainPid(), programs, wanted.within().toSeconds());
    }

    private static Failure failure(String message) {
        return Failure.ofRevision(Reason.ReloadFailed.name(), message);
    }

    private UnitStatus status() throws SystemdException {
        return systemd.status(List.of(unit)).getOrDefault(unit, UnitStatus.notFound(unit));
    }

    private static String told(ProcessImage image) {
        return image.pid() + " " + image.program();
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
