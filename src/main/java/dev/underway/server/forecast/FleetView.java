package dev.underway.server.forecast;

import dev.underway.model.Assignment;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.plan.SetId;
import dev.underway.server.store.Follower;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The hosts and what they have of each set, in memory, as the log tells it.
final class FleetView implements Follower.Reader {
    private final Map<String, Machine> machines = new TreeMap<>();
    private final Map<SetId, Map<String, Share>> shares = new HashMap<>();
    private boolean complete;

    /// All hosts by name, and by host what they have of one set.
    ///
    /// @param complete false while the first look at the fleet is still on its way
    record Snapshot(Map<String, Machine> machines, Map<String, Share> shares, boolean complete) {}

    synchronized Snapshot of(SetId set) {
        return new Snapshot(new TreeMap<>(machines), new TreeMap<>(shares.getOrDefault(set, Map.of())), complete);
    }

    @Override
    public synchronized void everything(Kind kind, List<Resource> all, long resourceVersion) {
        if (kind.equals(Kind.HOST)) {
            machines.clear();
        } else {
            shares.clear();
        }
        all.forEach(this::put);
    }

    @Override
    public synchronized void changed(ResourceStore.Event event) {
        switch (event.type()) {
            case ADDED, MODIFIED -> put(event.resource());
            case DELETED -> remove(event.resource());
        }
    }

    @Override
    public synchronized void reached(long resourceVersion) {
        complete = true;
    }

    private void put(Resource resource) {
        if (resource.deleting()) {
            remove(resource);
        } else if (resource.key().kind().equals(Kind.HOST)) {
            machines.put(resource.key().name(), Machine.of(resource.as(Host.class)));
        } else {
            var assignment = resource.as(Assignment.class);
            Objects.requireNonNull(shares.computeIfAbsent(set(resource), _ -> new HashMap<>()))
                    .put(assignment.spec().host(), Share.of(assignment));
        }
    }

    private void remove(Resource resource) {
        if (resource.key().kind().equals(Kind.HOST)) {
            machines.remove(resource.key().name());
            return;
        }
        shares.computeIfPresent(set(resource), (_, ofSet) -> {
            ofSet.remove(resource.body().at("/spec/host").asText());
            return ofSet.isEmpty() ? null : ofSet;
        });
    }

    private static SetId set(Resource assignment) {
        return new SetId(
                assignment.key().namespace(),
                assignment.body().at("/spec/unitSet").asText());
    }
}
