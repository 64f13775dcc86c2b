package dev.underway.server.store;

import dev.underway.model.Kind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Keeps a reader in step with the store: everything of some kinds once, then every change in the order of its
/// number.
///
/// The reader is called by one thread, so it needs no locks against itself. It hears of everything again when the
/// log no longer reaches back to where it was, or when it threw: a reader must take `everything` as the truth,
/// whatever it knew.
public final class Follower implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Follower.class);
    private static final int EVENTS_AT_ONCE = 1000;
    /// Only bounds how long a lost wake-up could go unnoticed.
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(30);

    private static final Duration RETRY = Duration.ofSeconds(1);

    /// What is kept in step.
    public interface Reader {
        /// All resources of `kind` there are, as of `resourceVersion`.
        void everything(Kind kind, List<Resource> all, long resourceVersion);

        void changed(ResourceStore.Event event);

        /// Everything up to `resourceVersion` has been told, for all kinds.
        void reached(long resourceVersion);
    }

    private final String name;
    private final ResourceStore store;
    private final List<Kind> kinds;
    private final Reader reader;
    private final Thread thread;
    private final Object progress = new Object();
    private long reached = -1;

    private Follower(String name, ResourceStore store, List<Kind> kinds, Reader reader) {
        this.name = name;
        this.store = store;
        this.kinds = List.copyOf(kinds);
        this.reader = reader;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /// Starts to follow; the first `everything` comes soon, on the follower's own thread. `name` is for the log.
    public static Follower start(String name, ResourceStore store, List<Kind> kinds, Reader reader) {
        var follower = new Follower(name, store, kinds, reader);
        follower.thread.start();
        return follower;
    }

    /// Waits until the reader has been told everything up to `resourceVersion`, or the time is over; answers
    /// whether it has.
    public boolean awaitReached(long resourceVersion, Duration time) throws InterruptedException {
        var deadline = System.nanoTime() + time.toNanos();
        synchronized (progress) {
            for (long left; reached < resourceVersion && (left = deadline - System.nanoTime()) > 0; ) {
                progress.wait(left / 1_000_000 + 1);
            }
            return reached >= resourceVersion;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        Map<Kind, Long> positions = new LinkedHashMap<>();
        try {
            while (true) {
                try {
                    catchUp(positions);
                    store.awaitBeyond(reached, LONGEST_SLEEP);
                } catch (StoreException e) {
                    if (e.reason() == StoreException.Reason.EXPIRED) {
                        positions.clear();
                    } else if (e.reason() != StoreException.Reason.UNAVAILABLE) {
                        LOG.warnv("cannot follow the store: reader={0} reason={1}", name, e.reason());
                    }
                    Thread.sleep(RETRY);
                } catch (RuntimeException e) {
                    LOG.errorv(e, "reader failed, told everything again: reader={0}", name);
                    positions.clear();
                    Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /// A piece of each kind; if that is not all, the store is found to be further at once.
    private void catchUp(Map<Kind, Long> positions) throws StoreException {
        for (var kind : kinds) {
            positions.put(kind, catchUp(kind, positions.get(kind)));
        }
        var least = positions.values().stream().mapToLong(Long::longValue).min().orElseThrow();
        reader.reached(least);
        synchronized (progress) {
            reached = least;
            progress.notifyAll();
        }
    }

    private long catchUp(Kind kind, @Nullable Long position) throws StoreException {
        if (position == null) {
            var page = store.list(kind, Selection.ALL, 0, null);
            reader.everything(kind, page.items(), page.resourceVersion());
            return page.resourceVersion();
        }
        var events = store.events(kind, Selection.ALL, position, EVENTS_AT_ONCE);
        events.events().forEach(reader::changed);
        return Math.max(position, events.upTo());
    }
}
