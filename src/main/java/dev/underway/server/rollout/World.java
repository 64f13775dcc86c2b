package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.Hold;
import dev.underway.model.Host;
import dev.underway.model.Metadata;
import dev.underway.model.Revision;
import dev.underway.model.Templates;
import dev.underway.model.UnitSet;
import dev.underway.server.store.Conditions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that counts for one UnitSet. `set` is null when it is gone; `hosts` are all hosts by name; `revisions` and
/// `assignments` are those of this set.
record World(
        @Nullable UnitSet set, Map<String, HostView> hosts, List<Revision> revisions, List<Assignment> assignments) {

    /// What of a Host matters here. A host that is being deleted is no longer reachable and takes no work.
    ///
    /// @param facts those that templates may name
    /// @param lastSeen when a silent host was last heard of; null when that is not known
    record HostView(
            String name,
            Map<String, String> labels,
            boolean reachable,
            boolean cordoned,
            boolean deleting,
            @Nullable Instant lastSeen,
            @Nullable Hold hold,
            Host.@Nullable Drain drain,
            Map<String, String> facts) {
        HostView(
                String name,
                Map<String, String> labels,
                boolean reachable,
                boolean cordoned,
                boolean deleting,
                @Nullable Instant lastSeen,
                @Nullable Hold hold,
                Host.@Nullable Drain drain) {
            this(name, labels, reachable, cordoned, deleting, lastSeen, hold, drain, Map.of());
        }

        static HostView of(Host host) {
            boolean deleting = World.deleting(host.metadata());
            var conditions =
                    host.status() == null ? List.<Condition>of() : host.status().conditions();
            var spec = host.spec() == null ? new Host.Spec(null, null, null) : host.spec();
            boolean reachable = !deleting && Conditions.isTrue(conditions, "Ready");
            return new HostView(
                    host.metadata().name(),
                    host.metadata().labelsOrEmpty(),
                    reachable,
                    Boolean.TRUE.equals(spec.cordoned()),
                    deleting,
                    reachable || host.status() == null ? null : host.status().lastSeen(),
                    spec.hold(),
                    spec.drain(),
                    Templates.facts(host.status()));
        }

        /// Whether the two differ in facts and in nothing else.
        boolean differsInFacts(@Nullable HostView other) {
            return other != null && !equals(other) && equals(other.with(facts));
        }

        private HostView with(Map<String, String> others) {
            return new HostView(name, labels, reachable, cordoned, deleting, lastSeen, hold, drain, others);
        }
    }

    static boolean deleting(Metadata metadata) {
        return metadata.deletionTimestamp() != null;
    }

    /// The same with a revision that is about to be made, if it is not there yet.
    World with(String name, Revision.Spec spec) {
        if (revision(name) != null) {
            return this;
        }
        var all = new ArrayList<>(revisions);
        all.add(new Revision(Metadata.named("", name), spec));
        return new World(set, hosts, List.copyOf(all), assignments);
    }

    /// The content of a revision; null when it is gone.
    Revision.@Nullable Spec revision(String name) {
        return revisions.stream()
                .filter(revision -> revision.metadata().name().equals(name))
                .map(Revision::spec)
                .findFirst()
                .orElse(null);
    }
}
