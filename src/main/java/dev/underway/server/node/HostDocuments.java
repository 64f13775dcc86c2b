package dev.underway.server.node;

import dev.underway.model.Hold;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.server.access.CredentialsChanged;
import dev.underway.server.store.Follower;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The document of every host, kept in step with the Assignments and the holds of the Hosts; those who wait for one
/// host's document are woken
/// only when that one changes.
///
/// **Serial.** A document is served with the number up to which the store had been followed when it was read: "this
/// is what the store said at N". So serials never go back, also not when an Assignment goes (which lowers the
/// highest number among those that are left), nor when the server starts anew. A replica that lags behind serves a
/// lower serial, and the agent rightly refuses it.
@ApplicationScoped
class HostDocuments implements Follower.Reader {
    private static final Duration FIRST_READ = Duration.ofSeconds(20);

    /// A document and the number as of which it is so.
    record Answer(HostDocument document, long serial) {}

    private final ResourceStore store;
    private final Map<String, Slot> slots = new ConcurrentHashMap<>();
    private final CountDownLatch read = new CountDownLatch(1);
    private volatile long position;
    private @Nullable Follower follower;

    HostDocuments(ResourceStore store) {
        this.store = store;
    }

    void start(@Observes StartupEvent event) {
        follower = Follower.start("host documents", store, List.of(Kind.ASSIGNMENT, Kind.HOST), this);
    }

    void stop(@Observes ShutdownEvent event) {
        if (follower != null) {
            follower.close();
        }
    }

    /// The document of `host`. When it is the one that `etag` names, waits up to `time` for another; if a later
    /// call for the same host comes meanwhile, the earlier one ends at once: an agent asks once at a time, and a
    /// connection whose other end is gone is not kept waiting. Null when the store could not be read yet.
    @Nullable
    Answer await(String host, @Nullable String etag, Duration time) throws InterruptedException {
        if (!read.await(FIRST_READ.toSeconds(), TimeUnit.SECONDS)) {
            return null;
        }
        var slot = slot(host);
        slot.awaitOther(etag, time);
        // The position first: the document may be newer than it says, never older.
        var serial = position;
        return new Answer(slot.document(), serial);
    }

    /// Who waits in the name of a host whose certificate has changed waits no longer.
    void endWaits(@Observes CredentialsChanged change) {
        var slot = slots.get(change.host());
        if (slot != null) {
            slot.endWaits();
        }
    }

    @Override
    public void everything(Kind kind, List<Resource> all, long resourceVersion) {
        if (kind.equals(Kind.HOST)) {
            var unheld = new HashSet<>(slots.keySet());
            for (var host : all) {
                unheld.remove(host.key().name());
                slot(host.key().name()).hold(hold(host));
            }
            unheld.forEach(host -> slot(host).hold(null));
            return;
        }
        var parts = new TreeMap<String, Map<Resource.Key, HostDocument.Part>>();
        slots.keySet().forEach(host -> parts.put(host, new TreeMap<>(Slot.ORDER)));
        for (var resource : all) {
            var part = HostDocument.Part.of(resource);
            parts.computeIfAbsent(part.host(), _ -> new TreeMap<>(Slot.ORDER)).put(part.key(), part);
        }
        parts.forEach((host, ofHost) -> slot(host).replace(ofHost));
    }

    @Override
    public void changed(ResourceStore.Event event) {
        var resource = event.resource();
        if (resource.key().kind().equals(Kind.HOST)) {
            switch (event.type()) {
                case ADDED, MODIFIED -> slot(resource.key().name()).hold(hold(resource));
                case DELETED -> slot(resource.key().name()).hold(null);
            }
            return;
        }
        var host = resource.body().path("spec").path("host").asText();
        var slot = slot(host);
        switch (event.type()) {
            case ADDED, MODIFIED -> slot.put(resource);
            case DELETED -> slot.remove(resource.key());
        }
    }

    @Override
    public void reached(long resourceVersion) {
        position = resourceVersion;
        read.countDown();
    }

    private static @Nullable Hold hold(Resource host) {
        var spec = host.as(Host.class).spec();
        return spec == null ? null : spec.hold();
    }

    private Slot slot(String host) {
        return Objects.requireNonNull(slots.computeIfAbsent(host, Slot::new));
    }
}
