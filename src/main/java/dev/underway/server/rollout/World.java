package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.Host;
import dev.underway.model.Metadata;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.server.store.Conditions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that counts for one UnitSet. `set` is null when it is gone; `hosts` are all hosts by name; `revisions` and
/// `assignments` are those of this set.
record World(
        @Nullable UnitSet set, Map<String, HostView> hosts, List<Revision> revisions, List<Assignment> assignments) {

    /// What of a Host matters here. A host that is being deleted is no longer reachable and takes no work.
    record HostView(String name, Map<String, String> labels, boolean reachable, boolean cordoned, boolean deleting) {
        static HostView of(Host host) {
            boolean deleting = World.deleting(host.metadata());
            var conditions =
                    host.status() == null ? List.<Condition>of() : host.status().conditions();
            return new HostView(
                    host.metadata().name(),
                    host.metadata().labelsOrEmpty(),
                    !deleting && Conditions.isTrue(conditions, "Ready"),
                    host.spec() != null && Boolean.TRUE.equals(host.spec().cordoned()),
                    deleting);
        }
    }

    static boolean deleting(Metadata metadata) {
        return metadata.deletionTimestamp() != null;
    }
}
