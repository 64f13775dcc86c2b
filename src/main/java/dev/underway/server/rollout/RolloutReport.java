package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.model.Metadata;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.Selection;
import dev.underway.server.store.StoreException;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Tells of every host of a set why it has, or does not have, what is rolled out: what the planner would decide now.
public final class RolloutReport {
    private RolloutReport() {}

    /// @param wanted which hosts are told of, by name
    public static UnitSetRollout of(ResourceStore store, UnitSet set, Predicate<String> wanted, Instant now)
            throws StoreException {
        var name = set.metadata().name();
        var ofSet = new Selection(
                String.valueOf(set.metadata().namespace()),
                Selection.ANY,
                fields -> name.equals(fields.get("spec.unitSet")));
        var world = new World(
                set,
                store.list(Kind.HOST, Selection.ALL).stream()
                        .map(resource -> World.HostView.of(resource.as(Host.class)))
                        .collect(Collectors.toMap(World.HostView::name, host -> host)),
                store.list(Kind.REVISION, ofSet).stream()
                        .map(resource -> resource.as(Revision.class))
                        .toList(),
                store.list(Kind.ASSIGNMENT, ofSet).stream()
                        .map(resource -> resource.as(Assignment.class))
                        .toList());
        var decided = RolloutPlanner.decide(world, set, now);
        return new UnitSetRollout(
                Kind.UNIT_SET.apiVersion(),
                UnitSetRollout.KIND,
                Metadata.named(set.metadata().namespace(), name),
                decided == null ? null : decided.rollout(),
                decided == null
                        ? List.of()
                        : decided.hosts().stream()
                                .filter(host -> wanted.test(host.host()))
                                .toList());
    }
}
