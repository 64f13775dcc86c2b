package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.Selection;
import dev.underway.server.store.StoreException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Tells one client what happens to the resources that it selected, one JSON event a line, from the store's log.
///
/// The log is the only source: the stream asks it for what came after the last number that it saw, writes that, and
/// sleeps until the store moves. So nothing is lost, and a stream keeps nothing but a number. It runs on a virtual
/// thread of its own, which is never interrupted: an interrupt would close the database connection under it. A client
/// that leaves is noticed within [#GLANCE]; one that does not read is cut off after a while, because the bytes waiting
/// for it are bounded.
final class WatchStream {
    private static final int BATCH = 200;
    private static final int MAX_QUEUED_BYTES = 256 * 1024;
    private static final Duration GLANCE = Duration.ofSeconds(5);
    private static final Duration BOOKMARK_INTERVAL = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final ResourceStore store;
    private final Kind kind;
    private final Selection selection;
    private final Tables tables;
    private final Clock clock;
    private final Duration unread;
    private final boolean bookmarks;
    private final boolean fromNow;
    private final Instant end;
    private long seen;
    private boolean first = true;
    private volatile boolean gone;

    private WatchStream(ResourceStore store, RequestPath.Collection path, Request request, Clock clock, Duration unread)
            throws StoreException {
        this.store = store;
        this.kind = path.kind();
        this.clock = clock;
        this.unread = unread;
        this.selection = Selectors.selection(path.kind(), path.namespace(), request);
        this.tables = Tables.negotiate(path.kind(), request, clock.instant());
        this.bookmarks = request.flag("allowWatchBookmarks");
        var version = request.parameter("resourceVersion");
        this.fromNow = version == null || version.isEmpty() || version.equals("0");
        this.seen = fromNow || version == null ? 0 : Reads.number(version);
        long current = store.current();
        if (seen > current) {
            throw Refusal.futureResourceVersion(Long.toString(seen), current);
        }
        this.end = clock.instant().plus(duration(request.number("timeoutSeconds", 0)));
    }

    /// A watch as `request` asks for it. Refuses `sendInitialEvents` with 422, on which clients list and watch instead.
    ///
    /// @param unread a client that leaves unread for so long what waits for it is cut off
    static WatchStream of(
            ResourceStore store, RequestPath.Collection path, Request request, Clock clock, Duration unread) {
        if (request.parameter("sendInitialEvents") != null) {
            throw Refusal.invalidOptions(
                    "ListOptions",
                    new FieldError(
                            "sendInitialEvents",
                            "FieldValueForbidden",
                            "Forbidden: sendInitialEvents is not served yet; list and watch instead"));
        }
        try {
            return new WatchStream(store, path, request, clock, unread);
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

    /// Serves the client until it leaves or the time is over, and ends the response.
    void run(HttpServerResponse response) throws InterruptedException {
        response.closeHandler(_ -> gone = true);
        response.exceptionHandler(_ -> gone = true);
        response.setWriteQueueMaxSize(MAX_QUEUED_BYTES);
        response.setChunked(true);
        response.putHeader("Content-Type", "application/json").putHeader("Cache-Control", "no-cache, private");
        response.writeHead();
        try {
            if (fromNow) {
                initial(response);
            }
            follow(response);
        } catch (StoreException e) {
            write(response, "ERROR", Refusal.of(e, kind, "").status());
        }
        if (!gone) {
            response.end();
        }
    }

    private void initial(HttpServerResponse response) throws StoreException, InterruptedException {
        var page = store.list(kind, selection, 0, null);
        for (var resource : page.items()) {
            send(response, "ADDED", resource.body());
        }
        seen = page.resourceVersion();
    }

    private void follow(HttpServerResponse response) throws StoreException, InterruptedException {
        var lastBookmark = clock.instant();
        while (!gone && clock.instant().isBefore(end)) {
            var batch = store.events(kind, selection, seen, BATCH);
            for (var event : batch.events()) {
                send(response, event.type().name(), event.resource().body());
            }
            boolean more = batch.upTo() > seen;
            seen = Math.max(seen, batch.upTo());
            if (bookmarks && clock.instant().isAfter(lastBookmark.plus(BOOKMARK_INTERVAL))) {
                write(response, "BOOKMARK", tables.bookmark(seen));
                lastBookmark = clock.instant();
            }
            if (!more) {
                store.awaitBeyond(seen, shorter(Duration.between(clock.instant(), end), GLANCE));
            }
        }
        if (bookmarks && !gone) {
            write(response, "BOOKMARK", tables.bookmark(seen));
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        var shorter = one.compareTo(other) < 0 ? one : other;
        return shorter.isNegative() ? Duration.ZERO : shorter;
    }

    private void send(HttpServerResponse response, String type, ObjectNode object) throws InterruptedException {
        write(response, type, tables.at(clock.instant()).event(object, first));
        first = false;
    }

    private void write(HttpServerResponse response, String type, JsonNode object) throws InterruptedException {
        if (gone) {
            return;
        }
        var event = Codec.JSON.createObjectNode().put("type", type);
        event.set("object", object);
        if (!hasRoom(response)) {
            gone = true;
            response.reset();
            return;
        }
        response.write(Buffer.buffer(Codec.bytes(event)).appendByte((byte) '\n'));
    }

    private boolean hasRoom(HttpServerResponse response) throws InterruptedException {
        var drained = new CompletableFuture<Void>();
        response.drainHandler(drained::complete);
        if (!response.writeQueueFull()) {
            return true;
        }
        try {
            drained.get(unread.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException _) {
            return false;
        }
    }
}
