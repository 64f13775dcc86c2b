package dev.underway.server.node;

import dev.underway.model.Hold;
import dev.underway.server.store.Resource;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The document of one host, the parts it is made of, and those who wait for it to change.
final class Slot {
    static final Comparator<Resource.Key> ORDER =
            Comparator.comparing(Resource.Key::namespace).thenComparing(Resource.Key::name);

    private final String host;
    private final Map<Resource.Key, HostDocument.Part> parts = new TreeMap<>(ORDER);
    private @Nullable Hold hold;
    private HostDocument document;
    private long askers;

    Slot(String host) {
        this.host = host;
        this.document = HostDocument.of(host, parts.values(), null);
    }

    /// Takes `hold` as that of the whole host; null when it has none.
    synchronized void hold(@Nullable Hold hold) {
        if (!Objects.equals(hold, this.hold)) {
            this.hold = hold;
            publish();
        }
    }

    synchronized HostDocument document() {
        return document;
    }

    /// Returns when the document has another etag, when the time is over, or when somebody else asks for it.
    synchronized void awaitOther(@Nullable String etag, Duration time) throws InterruptedException {
        var deadline = System.nanoTime() + time.toNanos();
        long me = ++askers;
        notifyAll();
        for (long left; document.etag().equals(etag) && me == askers && (left = deadline - System.nanoTime()) > 0; ) {
            wait(left / 1_000_000 + 1);
        }
    }

    synchronized void endWaits() {
        askers++;
        notifyAll();
    }

    /// Takes `all` as everything there is for the host.
    synchronized void replace(Map<Resource.Key, HostDocument.Part> all) {
        parts.clear();
        parts.putAll(all);
        publish();
    }

    synchronized void put(Resource resource) {
        var known = parts.get(resource.key());
        if (known == null || !known.speaksOf(resource)) {
            parts.put(resource.key(), HostDocument.Part.of(resource));
            publish();
        }
    }

    synchronized void remove(Resource.Key key) {
        if (parts.remove(key) != null) {
            publish();
        }
    }

    private void publish() {
        document = HostDocument.of(host, parts.values(), hold);
        notifyAll();
    }
}
