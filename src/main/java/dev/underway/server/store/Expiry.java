package dev.underway.server.store;

import dev.underway.model.Kind;
import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/// Deletes Events that nobody has written for [ServerConfig.History#keepEvents]: what happens again is written again,
/// and stays. Their deletion is a change like any other, so that watchers hear of it.
@Singleton
class Expiry {
    private static final Logger LOG = Logger.getLogger(Expiry.class);
    private static final int AT_ONCE = 500;

    private final ResourceStore store;
    private final ResourceRows resources;
    private final ServerConfig config;

    Expiry(ResourceStore store, ResourceRows resources, ServerConfig config) {
        this.store = store;
        this.resources = resources;
        this.config = config;
    }

    @Scheduled(every = "1m", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        try {
            expire(Instant.now().minus(config.history().keepEvents()));
        } catch (StoreException e) {
            // Of an outage Outage has told already.
            var level = e.reason() == StoreException.Reason.UNAVAILABLE ? Logger.Level.DEBUG : Logger.Level.WARN;
            LOG.logf(level, "cannot delete old events, trying again in a minute reason=%s", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Deletes those that were last written before `end`.
    void expire(Instant end) throws StoreException, InterruptedException {
        int found;
        do {
            var old = Transactions.run(() -> resources.notWrittenSince(Kind.EVENT, end, AT_ONCE));
            var deletions = new ArrayList<CompletableFuture<Resource>>();
            for (var event : old) {
                deletions.add(store.submit(event.key(), unlessWrittenSince(event)));
            }
            for (var deletion : deletions) {
                await(deletion);
            }
            found = old.size();
        } while (found == AT_ONCE);
    }

    private static Change unlessWrittenSince(Resource event) {
        return current -> {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, "gone already");
            }
            return current.resourceVersion() == event.resourceVersion() ? null : current.body();
        };
    }

    private static void await(CompletableFuture<Resource> deletion) throws StoreException, InterruptedException {
        try {
            deletion.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case StoreException refused when refused.reason() == StoreException.Reason.NOT_FOUND -> {}
                case StoreException refused -> throw refused;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
