package dev.underway.server.store;

import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import org.jboss.logging.Logger;

/// Forgets the old part of the log. What is younger than [ServerConfig.History#keepFor] stays, and so do the newest
/// [ServerConfig.History#keepAtLeast] changes; who asks for more is told that it has expired, and lists again.
@Singleton
class Compaction {
    private static final Logger LOG = Logger.getLogger(Compaction.class);

    private final EventRows events;
    private final StoreRows store;
    private final PostgresStore resources;
    private final ServerConfig config;

    Compaction(EventRows events, StoreRows store, PostgresStore resources, ServerConfig config) {
        this.events = events;
        this.store = store;
        this.resources = resources;
        this.config = config;
    }

    @Scheduled(every = "1m", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        try {
            var history = config.history();
            compact(Clock.systemUTC().instant().minus(history.keepFor()), history.keepAtLeast());
        } catch (StoreException e) {
            // Of an outage Outage has told already.
            var level = e.reason() == StoreException.Reason.UNAVAILABLE ? Logger.Level.DEBUG : Logger.Level.WARN;
            LOG.logf(level, "cannot compact the log, trying again in a minute reason=%s", e.getMessage());
        }
    }

    /// Forgets what is older than `before` and not among the newest `keep` changes.
    void compact(Instant before, int keep) throws StoreException {
        long forgotten = Transactions.run(() -> {
            var upTo = Math.min(events.newestBefore(before), store.read().rv() - keep);
            var count = events.forget(upTo);
            if (count == 0) {
                return 0L;
            }
            LOG.debugf("compacting the log changes=%d", count);
            // The last thing, since nobody can write while the row is locked.
            store.lock().compacted = upTo;
            return upTo;
        });
        resources.forgotten(forgotten);
    }
}
