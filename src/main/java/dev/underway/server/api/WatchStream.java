package dev.underway.server.api;

import dev.underway.model.Kind;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.Selection;
import dev.underway.server.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/// Tells one client what happens to the resources that it selected, from the store's log.
///
/// The log is the only source: the stream asks for what came after the last number that it saw, hands it to its
/// [Outlet], and sleeps until there is a change to its kind. So nothing is lost, and a stream keeps nothing but a
/// number. It runs on a virtual thread of its own, which is never interrupted: an interrupt would close the database
/// connection under it. A client that leaves is noticed within [#GLANCE].
final class WatchStream {
    private static final int BATCH = 200;
    /// Bytes after which what is there at the beginning is handed over.
    private static final int PIECE = 64 * 1024;

    private static final Duration GLANCE = Duration.ofSeconds(5);
    private static final Duration BOOKMARK_INTERVAL = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /// Who may be told at a time what is there already: it can be long, and clients come back all at once.
    private static final Semaphore BEGINNINGS = new Semaphore(8);

    private final ResourceStore store;
    private final Kind kind;
    private final Selection selection;
    private final EventEncoder encoder;
    private final Clock clock;
    private final boolean bookmarks;
    private final boolean beginning;
    private final Instant end;
    private long seen;

    private WatchStream(ResourceStore store, RequestPath.Collection path, Request request, Clock clock)
            throws StoreException {
        var options = ListOptions.ofWatch(request);
        this.store = store;
        this.kind = path.kind();
        this.clock = clock;
        this.selection = Selectors.selection(path.kind(), path.namespace(), request);
        this.encoder = new EventEncoder(Tables.negotiate(path.kind(), request, clock.instant()), clock);
        this.bookmarks = request.flag("allowWatchBookmarks");
        this.beginning = options.beginsWithWhatIsThere();
        this.end = clock.instant().plus(duration(request.number("timeoutSeconds", 0)));
        var asked = options.number();
        var current = store.current();
        if (asked > current) {
            throw Refusal.futureResourceVersion(options.resourceVersion(), current);
        }
        this.seen = options.anyVersion() ? current : asked;
    }

    /// A watch as `request` asks for it.
    static WatchStream of(ResourceStore store, RequestPath.Collection path, Request request, Clock clock) {
        try {
            return new WatchStream(store, path, request, clock);
        } catch (StoreException e) {
            throw Refusal.of(e, path.kind(), "");
        }
    }

    /// kubectl takes the end of a watch without a timeout for the end of its work, so such a watch lives long; not all
    /// equally long, so that they do not come back all at once.
    private static Duration duration(long timeoutSeconds) {
        if (timeoutSeconds == 0) {
            return Duration.ofSeconds(ThreadLocalRandom.current().nextLong(1800, LONGEST.toSeconds()));
        }
        return Duration.ofSeconds(Math.min(timeoutSeconds, LONGEST.toSeconds()));
    }

    /// Serves the client until it leaves or the time is over.
    void run(Outlet outlet) throws InterruptedException {
        try {
            if (beginning) {
                begin(outlet);
            }
            follow(outlet);
        } catch (StoreException e) {
            outlet.send(List.of(encoder.error(Refusal.of(e, kind, ""))));
        }
        outlet.end();
    }

    private void begin(Outlet outlet) throws StoreException, InterruptedException {
        BEGINNINGS.acquire();
        try {
            var page = store.list(kind, selection, 0, null);
            seen = page.resourceVersion();
            var piece = new ArrayList<byte[]>();
            long bytes = 0;
            for (var resource : page.items()) {
                var event = encoder.added(resource);
                piece.add(event);
                bytes += event.length;
                if (bytes >= PIECE) {
                    outlet.send(piece);
                    piece.clear();
                    bytes = 0;
                }
            }
            if (bookmarks) {
                piece.add(encoder.bookmark(seen, true));
            }
            outlet.send(piece);
        } finally {
            BEGINNINGS.release();
        }
    }

    private void follow(Outlet outlet) throws StoreException, InterruptedException {
        var lastBookmark = clock.instant();
        while (!outlet.isGone() && clock.instant().isBefore(end)) {
            var news = store.events(kind, selection, seen, BATCH);
            outlet.send(news.events().stream().map(encoder::event).toList());
            seen = news.upTo();
            if (bookmarks && clock.instant().isAfter(lastBookmark.plus(BOOKMARK_INTERVAL))) {
                outlet.send(List.of(encoder.bookmark(seen, false)));
                lastBookmark = clock.instant();
            }
            if (!news.more()) {
                outlet.check();
                var left = Duration.between(clock.instant(), end);
                store.awaitChange(kind, seen, shorter(left, shorter(GLANCE, outlet.patience())));
            }
        }
        if (bookmarks) {
            outlet.send(List.of(encoder.bookmark(seen, false)));
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        var shorter = one.compareTo(other) < 0 ? one : other;
        return shorter.isNegative() ? Duration.ZERO : shorter;
    }
}
