package dev.underway.plan;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that a host is, as far as the plan needs it. The agent's observer fills it in one pass over the [Scope];
/// the planner only reads it. A path or unit that is not in the maps counts as not there.
///
/// @param paths what is at every path of the scope
/// @param units what systemd says of every unit of the scope; one that does not exist has `loadState` not-found
/// @param inventory what the agent remembers
/// @param storePaths where in the local store the content of an artifact lies, by the artifact's sha256; only
/// those that are there
/// @param processes what the kernel says of the processes of units
/// @param connections of services of which every connection gets a process of its own
public record Observed(
        Map<String, PathState> paths,
        Map<String, UnitStatus> units,
        Inventory inventory,
        Map<String, String> storePaths,
        Processes processes,
        Connections connections) {
    /// The variable in the environment of a process that says which instance it was started as.
    public static final String STARTED_AS = "UNDERWAY_INSTANCE";

    public Observed(
            Map<String, PathState> paths,
            Map<String, UnitStatus> units,
            Inventory inventory,
            Map<String, String> storePaths) {
        this(paths, units, inventory, storePaths, Processes.UNREMARKABLE);
    }

    public Observed(
            Map<String, PathState> paths,
            Map<String, UnitStatus> units,
            Inventory inventory,
            Map<String, String> storePaths,
            Processes processes) {
        this(paths, units, inventory, storePaths, processes, Connections.NONE);
    }

    /// The same, with connections that have had their time.
    public Observed overdue(Set<String> overdue) {
        return new Observed(
                paths, units, inventory, storePaths, processes, new Connections(connections.running(), overdue));
    }

    /// Processes that serve one connection each.
    ///
    /// @param running by template, the names of those that run and were not told to stop
    /// @param overdue those that have been of an earlier version for as long as their policy lets them
    public record Connections(Map<String, Set<String>> running, Set<String> overdue) {
        public static final Connections NONE = new Connections(Map.of(), Set.of());
    }

    /// What systemd cannot tell of the main processes of units.
    ///
    /// @param outdated services whose program was replaced on the disk while it runs
    /// @param startedAs by instance that runs, the name of the one that its process was started as, which may be
    /// none (empty); only where that can be told
    /// @param sockets by service, what is wrong with the listening sockets that it should share with systemd
    /// @param orphans by swappable unit, the id of a process that accepts for it and belongs to no unit any more
    public record Processes(
            Set<String> outdated,
            Map<String, String> startedAs,
            Map<String, SocketTrouble> sockets,
            Map<String, Long> orphans) {
        public static final Processes UNREMARKABLE = new Processes(Set.of(), Map.of(), Map.of(), Map.of());
    }

    /// What is wrong with the listening sockets that a service has in common with systemd.
    public enum SocketTrouble {
        /// It was passed one, and systemd has lost it since: the process alone listens.
        LOST,
        /// It was passed several, and systemd has lost some of them since, or closed them because they are wanted no
        /// more.
        SOME_LOST,
        /// It was passed none.
        NOT_PASSED,
        /// It was passed one, and closed it.
        NOT_TAKEN
    }

    public UnitStatus unit(String name) {
        return units.getOrDefault(name, UnitStatus.notFound(name));
    }

    /// A unit's state, in the words of org.freedesktop.systemd1(5). `jobType` is null when no job is queued or
    /// running.
    ///
    /// @param canReload whether systemd would accept a reload now
    /// @param knowsRefresh whether this systemd knows `RefreshOnReload=` of a service (260)
    /// @param fragmentPath the unit file that systemd has loaded, or empty
    /// @param fragmentText the text of that file where it is not one of ours (null when it was not read)
    /// @param startedAtMicros CLOCK_REALTIME of the last entry to active, 0 when never
    public record UnitStatus(
            String name,
            String loadState,
            String activeState,
            String subState,
            String unitFileState,
            long mainPid,
            String invocationId,
            int nRestarts,
            String result,
            boolean canReload,
            boolean knowsRefresh,
            boolean needDaemonReload,
            String fragmentPath,
            @Nullable String fragmentText,
            @Nullable String jobType,
            long startedAtMicros) {

        /// A unit of which systemd knows nothing.
        public static UnitStatus notFound(String name) {
            return new UnitStatus(
                    name,
                    "not-found",
                    "inactive",
                    "dead",
                    "",
                    0,
                    "",
                    0,
                    "success",
                    false,
                    false,
                    false,
                    "",
                    null,
                    null,
                    0);
        }

        /// The same unit under one of its other names.
        UnitStatus named(String other) {
            return copy(other, fragmentText, jobType);
        }

        public boolean active() {
            return activeState.equals("active") || activeState.equals("reloading");
        }

        /// Between two states by its own doing.
        public boolean inTransition() {
            return (activeState.equals("activating") && !awaitsRestart()) || activeState.equals("deactivating");
        }

        /// systemd has lost track of the unit's process: it reads as ended while its main process runs. When that one
        /// ends, systemd itself aborts (measured), so it must be given another process first.
        public boolean hasLostItsProcess() {
            return mainPid > 0 && (activeState.equals("inactive") || activeState.equals("failed"));
        }

        /// Nothing of it runs, but systemd will start it again by itself (`Restart=`).
        public boolean awaitsRestart() {
            return subState.startsWith("auto-restart");
        }

        /// It ended badly and stays loaded, whatever becomes of its file, until that is reset.
        public boolean failed() {
            return activeState.equals("failed");
        }

        public boolean exists() {
            return !loadState.equals("not-found");
        }

        /// The same unit with another `fragmentText`.
        public UnitStatus withFragmentText(@Nullable String text) {
            return copy(name, text, jobType);
        }

        /// The same unit with another job queued or running.
        UnitStatus withJob(@Nullable String job) {
            return copy(name, fragmentText, job);
        }

        private UnitStatus copy(String name, @Nullable String fragmentText, @Nullable String jobType) {
            return new UnitStatus(
                    name,
                    loadState,
                    activeState,
                    subState,
                    unitFileState,
                    mainPid,
                    invocationId,
                    nRestarts,
                    result,
                    canReload,
                    knowsRefresh,
                    needDaemonReload,
                    fragmentPath,
                    fragmentText,
                    jobType,
                    startedAtMicros);
        }
    }
}
