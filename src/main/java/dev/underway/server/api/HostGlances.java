package dev.underway.server.api;

import dev.underway.model.Kind;
import dev.underway.server.store.Fields;
import dev.underway.server.store.Follower;
import dev.underway.server.store.HostLeaseRepository;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Counts each host's Assignments in memory, so that a list of ten thousand hosts does not read ten thousand
/// Assignments, and reads the leases, which are in no resource.
@ApplicationScoped
class HostGlances implements Follower.Reader, HostGlance.Source {
    private static final Logger LOG = Logger.getLogger(HostGlances.class);

    private final ResourceStore store;
    private final HostLeaseRepository leases;
    /// By host and Assignment: whether it is synced.
    private final Map<String, Map<Resource.Key, Boolean>> assignments = new HashMap<>();
    private @Nullable Follower follower;

    HostGlances(ResourceStore store, HostLeaseRepository leases) {
        this.store = store;
        this.leases = leases;
    }

    void start(@Observes StartupEvent event) {
        follower = Follower.start("host glances", store, List.of(Kind.ASSIGNMENT), this);
    }

    void stop(@Observes ShutdownEvent event) {
        if (follower != null) {
            follower.close();
        }
    }

    @Override
    public Map<String, HostGlance> of(Collection<String> names) {
        var seen = new HashMap<String, Instant>();
        try {
            seen.putAll(leases.of(names));
        } catch (StoreException e) {
            // The table is still worth more than none.
            LOG.debugf("leases cannot be read: reason=%s", e.reason());
        }
        var glances = new HashMap<String, HostGlance>();
        synchronized (this) {
            for (var name : names) {
                var ofHost = assignments.getOrDefault(name, Map.of());
                int synced = (int) ofHost.values().stream().filter(is -> is).count();
                glances.put(name, new HostGlance(seen.get(name), ofHost.size(), synced));
            }
        }
        return glances;
    }

    @Override
    public synchronized void everything(Kind kind, List<Resource> all, long resourceVersion) {
        assignments.clear();
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
    public void reached(long resourceVersion) {}

    private void put(Resource assignment) {
        var synced = Fields.condition(assignment.body(), "Synced", "status").equals("True");
        Objects.requireNonNull(assignments.computeIfAbsent(host(assignment), _ -> new HashMap<>()))
                .put(assignment.key(), synced);
    }

    private void remove(Resource assignment) {
        var ofHost = assignments.get(host(assignment));
        if (ofHost != null) {
            ofHost.remove(assignment.key());
            if (ofHost.isEmpty()) {
                assignments.remove(host(assignment));
            }
        }
    }

    private static String host(Resource assignment) {
        return assignment.body().at("/spec/host").asText();
    }
}
