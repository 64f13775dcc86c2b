package dev.underway.plan;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that a host is, as far as the plan needs it. The agent's observer fills it in one pass; the planner only reads
/// it.
///
/// @param paths what is at every path that the desired sets name or that a set owns
/// @param units what systemd says of every unit that the desired sets name or that a set owns
/// @param owned every path and unit that was put there by us, by set
/// @param storePaths where in the local store the content of an artifact lies, by the artifact's sha256; only those
/// that are there
public record Observed(
        Map<String, PathState> paths,
        Map<String, UnitObservation> units,
        Map<SetId, Owned> owned,
        Map<String, String> storePaths) {

    /// What a set owns. `units` are unit names that the set brought or acted on.
    public record Owned(Set<String> paths, Set<String> units) {}

    /// What is at a path, not following a symlink at its end.
    public sealed interface PathState {
        record Absent() implements PathState {}

        /// `text` is the content of unit files and drop-ins (null for other files and undecodable ones).
        record Regular(
                String sha256,
                int mode,
                String owner,
                String group,
                @Nullable String text) implements PathState {}

        record Symlink(String target) implements PathState {}

        /// A directory, device, socket or anything else that is never replaced.
        record Other(String what) implements PathState {}
    }

    /// What systemd says of a unit, and what we remember of its process.
    ///
    /// @param unit the properties that were read; a unit that does not exist has `loadState` not-found
    /// @param runs what the running process was started with; null when it does not run or nobody knows
    public record UnitObservation(UnitStatus unit, @Nullable RunsWith runs) {}

    /// A unit's state, in the words of org.freedesktop.systemd1(5). `jobType` is null when no job is queued or running.
    ///
    /// @param canReload whether systemd would accept a reload now
    /// @param fragmentPath the unit file that systemd has loaded, or empty
    /// @param fragmentText the effective unit text as on disk, where the unit is not ours (null when it was not
    /// read)
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
            boolean needDaemonReload,
            String fragmentPath,
            @Nullable String fragmentText,
            @Nullable String jobType,
            long startedAtMicros) {

        public boolean active() {
            return activeState.equals("active") || activeState.equals("reloading");
        }

        public boolean inTransition() {
            return activeState.equals("activating") || activeState.equals("deactivating");
        }

        public boolean exists() {
            return !loadState.equals("not-found");
        }
    }

    /// What the process of a unit was started or last reloaded with. The agent records it after each step that
    /// succeeded, so a
    /// crash between writing a file and acting on it leaves the difference visible.
    ///
    /// @param texts the unit's effective texts by path: unit file first, then drop-ins (empty for a unit of the
    /// host that had none of ours)
    /// @param inputs digest by path of every file and artifact that counts as an input of the unit
    /// @param restartedAt the policy's restartedAt that the process satisfies, in ISO-8601, or null
    public record RunsWith(
            String invocationId,
            Map<String, String> texts,
            Map<String, String> inputs,
            @Nullable String restartedAt) {}
}
