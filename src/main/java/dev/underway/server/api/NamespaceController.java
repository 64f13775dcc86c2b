package dev.underway.server.api;

import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import org.jboss.logging.Logger;

/// Looks after namespaces while the server runs: makes `default` at the start, and empties deleted ones whenever the
/// store has moved. Rounds are idempotent, so several servers may do this at a time.
@ApplicationScoped
public class NamespaceController {
    private static final Logger LOG = Logger.getLogger(NamespaceController.class);
    private static final Duration SLOWEST = Duration.ofSeconds(5);
    /// Between rounds, so that a busy store does not make this one busy too.
    private static final Duration FASTEST = Duration.ofMillis(200);

    private final ResourceStore store;
    private volatile boolean stopped;

    @Inject
    NamespaceController(ResourceStore store) {
        this.store = store;
    }

    void start(@Observes StartupEvent event) {
        Thread.ofVirtual().name("namespaces").start(this::run);
    }

    void stop(@Observes ShutdownEvent event) {
        stopped = true;
    }

    private void run() {
        var namespaces = new Namespaces(store, Clock.systemUTC());
        boolean made = false;
        try {
            while (!stopped) {
                long seen = 0;
                try {
                    if (!made) {
                        namespaces.makeDefault();
                        made = true;
                    }
                    seen = store.current();
                    namespaces.emptyDeleted();
                } catch (StoreException e) {
                    LOG.debug("a round over deleted namespaces waits for the store", e);
                    Thread.sleep(SLOWEST);
                } catch (RuntimeException e) {
                    if (!stopped) {
                        LOG.warn("a round over deleted namespaces failed; it is tried again", e);
                    }
                    Thread.sleep(SLOWEST);
                }
                store.awaitBeyond(seen, SLOWEST);
                Thread.sleep(FASTEST);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
