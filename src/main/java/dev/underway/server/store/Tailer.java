package dev.underway.server.store;

import java.time.Duration;
import org.jboss.logging.Logger;

/// Reads the log as it grows, for everyone on this replica, and puts it into the [Window]. That the store has come
/// further it is told, by this replica's commits and by the announcements of others; what has happened it learns from
/// the log alone.
final class Tailer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Tailer.class);
    private static final EventRows.Bound AT_ONCE = new EventRows.Bound(1000, 4 << 20);
    private static final Duration BEFORE_AGAIN = Duration.ofSeconds(1);
    /// Only bounds how long the thread goes on after the end.
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(2);

    private record News(StoreRows.Moment moment, EventRows.Piece piece) {}

    private final EventRows events;
    private final StoreRows store;
    private final Horizon known;
    private final Window window;
    private volatile boolean stopping;

    /// Reads on from where the window is.
    ///
    /// @param known how far the store is known to have come
    Tailer(EventRows events, StoreRows store, Horizon known, Window window) {
        this.events = events;
        this.store = store;
        this.known = known;
        this.window = window;
        Thread.ofVirtual().name("tailer").start(this::run);
    }

    /// Lets what is being read be read: an interrupt would close the database connection under it.
    @Override
    public void close() {
        stopping = true;
    }

    private void run() {
        try {
            while (!stopping) {
                if (known.awaitBeyond(window.reached(), LONGEST_SLEEP) && !stopping) {
                    try {
                        follow();
                    } catch (StoreException e) {
                        LOG.debugf(e, "cannot read the log, trying again");
                        Thread.sleep(BEFORE_AGAIN);
                    } catch (RuntimeException e) {
                        LOG.errorf(e, "cannot read the log, trying again after=%d", window.reached());
                        Thread.sleep(BEFORE_AGAIN);
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted: the log is no longer read");
        }
    }

    private void follow() throws StoreException {
        var from = window.reached();
        var news = Transactions.run(() -> {
            store.pinMoment();
            var moment = store.read();
            return new News(moment, events.after(from, AT_ONCE, moment.rv()));
        });
        var forgotten = news.moment().compacted();
        if (from < forgotten) {
            // So long away that the log no longer has the next change: so must everyone here.
            window.begin(news.moment().rv());
        } else {
            window.add(news.piece().entries(), news.piece().upTo());
            window.forget(forgotten);
        }
    }
}
