package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.Hold;
import dev.underway.model.Host;
import dev.underway.model.Metadata;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.server.store.Conditions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that counts for one UnitSet. `set` is null when it is gone; `hosts` are all hosts by name; `revisions` and
/// `assignments` are those of this set.
record World(
        @Nullable UnitSet set, Map<String, HostView> hosts, List<Revision> revisions, List<Assignment> assignments) {

    /// What of a Host matters here. A host that is being deleted is no longer reachable and takes no work.
    ///
    /// @param lastSeen when a silent host was last heard of; null when that is not known
    record HostView(
            String name,
            Map<String, String> labels,
            boolean reachable,
            boolean cordoned,
            boolean deleting,
            @Nullable Instant lastSeen,
            @Nullable Hold hold,
            Host.@Nullable Drain drain) {
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
                    spec.drain());
        }
    }

    static boolean deleting(Metadata metadata) {
        return metadata.deletionTimestamp() != null;
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
