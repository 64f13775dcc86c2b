package dev.underway.plan;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One thing the agent does to the host, and why. A plan is a list of these, in the order in which they are
/// carried out.
///
/// `because` is always the difference that made the step necessary, in words an operator reads.
public sealed interface Step {
    String because();

    default Disruption disruption() {
        return Disruption.NONE;
    }

    /// The word that reports print.
    default String action() {
        return getClass().getSimpleName();
    }

    /// Steps that speak of one unit.
    sealed interface OfUnit extends Step {
        String unit();
    }

    /// Writes, links and removes paths in one batch: all of it is prepared before anything becomes visible.
    record Write(List<PathChange> changes, String because) implements Step {}

    /// Removes the files of instances that have ended and that nobody refers to: no change of the host that anybody
    /// would see.
    record Tidy(List<PathChange> changes, String because) implements Step {
        /// Directories that are an instance's alone, which go as soon as they are empty, whoever remembers making them.
        public Set<String> directories() {
            var directories = new TreeSet<String>();
            for (var change : changes) {
                String path = change.path();
                for (int end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
                    if (path.substring(0, end).matches(".*\\.service(\\.d)?(/.*)?")) {
                        directories.add(path.substring(0, end));
                    }
                }
            }
            return directories;
        }
    }

    /// Creates the users and groups that files of the set declare (systemd-sysusers(8)).
    record ApplySysusers(List<String> files, String because) implements Step {}

    /// Creates the directories that files of the set declare (systemd-tmpfiles(8)).
    record ApplyTmpfiles(List<String> files, String because) implements Step {}

    /// systemd reads unit files anew; processes are untouched. At most one in a plan. Two units that become one by it
    /// at the wrong moment can end systemd (measured), so whoever carries it out looks first.
    record DaemonReload(String because) implements Step {}

    /// The process re-reads its configuration and keeps its connections. A reload can fail, or kill the process:
    /// `otherwise` is then done, the next step up the ladder; null when the author allows nothing more
    /// than a reload.
    ///
    /// @param replacement what else the reload must have brought about; null when it only has to succeed
    record Reload(
            String unit,
            String because,
            @Nullable Restart otherwise,
            @Nullable Replacement replacement) implements OfUnit {}

    /// The service replaces its program when it is reloaded: it executes the new one in its process, or makes a process
    /// of that its main one.
    ///
    /// @param programs that changed
    /// @param within how long it may take after the reload: a successor is started and gets ready in it, as in the
    /// trial of any new process
    record Replacement(List<Program> programs, Duration within) {}

    /// A program of the set.
    ///
    /// @param path that the unit names
    /// @param file where that is, links of the set followed
    record Program(String path, String file) {}

    /// What is fixed when a socket is bound is changed on the sockets that are open. Nobody is refused meanwhile, and
    /// whoever binds them next does so by the unit's file.
    ///
    /// @param listens all that the unit listens at, such as `ListenStream=8080`; some of it may be held by a bridge
    /// @param settings by directive of `[Socket]` that changes, the value it shall have, empty for what holds
    /// when it is not set; `SocketUser` and `SocketGroup` always come together
    record Adjust(String unit, Set<String> listens, Map<String, String> settings, String because) implements OfUnit {}

    /// A new process takes over the listening socket; the old one drains. Nothing is changed that the old one, or a
    /// reboot, would see before the new one has proved itself.
    record Swap(String unit, Takeover takeover, String because) implements OfUnit {}

    /// Who connects from now on gets a process of another version than who is connected. Nothing is done to anything
    /// that runs, but whether it works is found out from here on.
    ///
    /// @param unit the socket
    /// @param template of the processes, one for each connection
    record Renew(String unit, String template, String because) implements OfUnit {}

    /// An instance that is no longer the unit is told to stop, and finishes what it has begun: nobody waits for it.
    record Drain(String unit, String instance, Turn turn, String because) implements OfUnit {}

    /// When an instance may be drained.
    enum Turn {
        /// Whatever else fails, and before a swap: the unit is another process already. Old code would go on sharing
        /// its work for as long as anything of the set fails, and a swap may be short of its memory.
        AT_ONCE,
        /// When all else of the set has succeeded: what takes its place has yet to come.
        LAST
    }

    /// What a swap consists of.
    ///
    /// @param set that the unit is of
    /// @param from the instance that serves now, a unit name
    /// @param to the instance that shall
    /// @param handoff how clients get from the one to the other
    /// @param sockets that clients reach the new process through
    /// @param bridges sockets that are started before the new process, which is given them too
    /// @param candidate what is written before the new process starts; nobody else reads it
    /// @param alias the commit: the unit's name becomes one of `to`
    /// @param publish what everybody sees from the commit on
    /// @param definition what the new process is made of
    /// @param expectation what it must be before the commit
    /// @param settled by path, the fingerprints that the set owns once the swap is done
    record Takeover(
            SetId set,
            String from,
            String to,
            Handoff handoff,
            Set<String> sockets,
            Set<String> bridges,
            List<PathChange> candidate,
            PathChange alias,
            List<PathChange> publish,
            Inventory.RunsWith definition,
            Expectation expectation,
            Map<String, String> settled) {}

    /// How clients get from an old process to a new one.
    enum Handoff {
        /// Both accept from one queue.
        BY_SOCKET,
        /// Each has its own address, and a proxy leads to one of them.
        BY_PROXY
    }

    /// The process is stopped and started. `onlyIfRunning` is try-restart.
    record Restart(String unit, boolean onlyIfRunning, String because, Disruption disruption) implements OfUnit {
        /// The same step for another reason.
        public Restart because(String reason) {
            return new Restart(unit, onlyIfRunning, reason, disruption);
        }
    }

    record Start(String unit, String because) implements OfUnit {}

    /// Nothing of the unit runs, and a failure of it is forgotten.
    record Stop(String unit, String because, Disruption disruption) implements OfUnit {}

    /// systemd has lost track of a process of the unit, and would abort when that one ends: a second one is started,
    /// and only when it is up the lost one is told to end. The one order of which systemd was never seen to die.
    ///
    /// @param loaded the name under which systemd has it: the unit's, or that of an instance that was left over
    /// @param pid of the lost process
    /// @param names of the units, one of which it was started as
    record Repair(String unit, String loaded, long pid, Set<String> names, String because) implements OfUnit {}

    /// Nothing is done now although something differs: a job or oneshot is running and is never interrupted, or
    /// the author said so.
    record Wait(String unit, String because) implements OfUnit {}

    /// One path of a [Write]. `set` owns the path afterwards (`namespace/unitset`).
    sealed interface PathChange {
        String path();

        String set();

        String because();

        /// The word that reports print.
        default String action() {
            return getClass().getSimpleName();
        }

        /// Write a regular file with these bytes; `mode` is permission bits such as 0644; owners are names.
        record WriteFile(String path, String set, Source source, int mode, String owner, String group, String because)
                implements PathChange {}

        /// Make a symlink to `target`, replacing whatever of ours is there by one rename.
        record Link(String path, String set, String target, String because) implements PathChange {}

        /// Remove a file or symlink of ours.
        record Remove(String path, String set, String because) implements PathChange {}
    }

    /// Where the bytes of a file come from. `sha256` is hexadecimal and of exactly these bytes.
    record Source(byte[] bytes, String sha256) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Source source && source.sha256.equals(sha256);
        }

        @Override
        public int hashCode() {
            return sha256.hashCode();
        }

        @Override
        public String toString() {
            return "sha256:" + sha256;
        }
    }
}
