package dev.underway.plan;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the agent remembers from pass to pass, because neither the disk nor systemd can tell: what is ours, and
/// what each process was started with. [Plan] says when which part is recorded, so that an agent that is killed
/// between any two steps finds out what is left to do.
///
/// @param owned by set, what it put on the host
/// @param runs by unit name, what its process was started or last reloaded with; kept for units that have
/// stopped
/// @param instances by unit name, the instances that stand for a swappable unit
/// @param connections by template of processes that serve one connection each, those that were of an earlier version
/// when it last changed, each with what names that version
public record Inventory(
        Map<SetId, Owned> owned,
        Map<String, RunsWith> runs,
        Map<String, Instances> instances,
        Map<String, Map<String, String>> connections) {
    public static final Inventory EMPTY = new Inventory(Map.of(), Map.of());

    public Inventory(Map<SetId, Owned> owned, Map<String, RunsWith> runs) {
        this(owned, runs, Map.of(), Map.of());
    }

    /// The same with other `owned`.
    public Inventory owning(Map<SetId, Owned> owned) {
        return new Inventory(owned, runs, instances, connections);
    }

    /// The same with other `runs`.
    public Inventory running(Map<String, RunsWith> runs) {
        return new Inventory(owned, runs, instances, connections);
    }

    /// The same with other `instances`.
    public Inventory having(Map<String, Instances> instances) {
        return new Inventory(owned, runs, instances, connections);
    }

    /// The processes of a socket's connections that are of an earlier version.
    public Set<String> earlierConnections(String socket) {
        return connections
                .getOrDefault(PerConnection.template(socket), Map.of())
                .keySet();
    }

    /// What a set owns.
    ///
    /// @param digest of the revision that was last put in place whole; empty while the first one is on its way
    /// @param paths by path, the [PathState#fingerprint] that is known to be in place and taken note of by
    /// systemd; [#PENDING] while a pass is changing the path
    /// @param units that the set brought or acts on
    public record Owned(String digest, Map<String, String> paths, Set<String> units) {
        /// The mark of a path that a pass has begun to change.
        public static final String PENDING = "";

        public static final Owned NOTHING = new Owned("", Map.of(), Set.of());
    }

    /// The instances of a swappable unit: units of their own, of which one is the unit at a time.
    ///
    /// @param current the instance that the unit's alias was last made to point to; empty before the first. The
    /// alias on the disk is what counts; this repairs it when somebody removes it
    /// @param known by the instance's unit name, what it was made of: these never change while it exists.
    /// `invocationId` is not used
    public record Instances(String current, Map<String, RunsWith> known) {
        public static final Instances NONE = new Instances("", Map.of());

        /// The instance that `unit` is on the disk; empty when it is none of these.
        String current(String unit, Map<String, PathState> paths) {
            return paths.get(UnitPaths.unitFile(unit)) instanceof PathState.Symlink link
                            && known.containsKey(link.target())
                    ? link.target()
                    : "";
        }
    }

    /// What the process of a unit was started or last reloaded with.
    ///
    /// @param invocationId systemd's id of the run that this speaks of; a unit with another id was started by
    /// somebody else since, from what was on disk then
    /// @param texts the set's texts of the unit by path: unit file (or that of its template) and drop-ins;
    /// empty for a unit of the host that had none of ours
    /// @param inputs digest by path of every file and artifact that counts as an input of the unit; [#ABSENT]
    /// for one that was not there
    /// @param restartedAt the policy's restartedAt that the process satisfies, in ISO-8601, or null
    public record RunsWith(
            String invocationId,
            Map<String, String> texts,
            Map<String, String> inputs,
            @Nullable String restartedAt) {
        /// The digest of an input that did not exist.
        public static final String ABSENT = "";

        /// The value, in the texts of a socket, of a directive that was about to be changed on what is open. What that
        /// has now nobody knows, so whatever is desired differs from this.
        static final String UNKNOWN = "(unknown)";

        /// The same socket, of which nobody knows what it has of these directives of `[Socket]`.
        public RunsWith unsureOf(Set<String> directives) {
            var unsure = new TreeMap<>(texts);
            unsure.replaceAll((_, text) -> {
                var lines = directives.stream()
                        .sorted()
                        .map(directive -> directive + "=\n" + directive + "=" + UNKNOWN + "\n")
                        .filter(both -> !text.contains("\n" + both))
                        .collect(Collectors.joining());
                return lines.isEmpty() ? text : text + "\n[Socket]\n" + lines;
            });
            return new RunsWith(invocationId, unsure, inputs, restartedAt);
        }

        /// The same in another run of the unit.
        public RunsWith in(String invocationId) {
            return new RunsWith(invocationId, texts, inputs, restartedAt);
        }
    }
}
