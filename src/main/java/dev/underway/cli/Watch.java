package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Follows the objects that a selection picks, by the API's watch: it lists them, and then hears of every change.
///
/// Whatever ends a stream (a restarted server, a cut link, a log that is compacted, its own time) is answered in one
/// way: list and watch again, so a change is at most late and never lost. Only the first list may fail; after that a
/// server that is away is waited for, until the caller's patience ends. A server that does not know the user any more
/// ends it.
final class Watch implements AutoCloseable {
    /// The server ends a stream after so long; the client begins the next one.
    private static final Duration STREAM = Duration.ofMinutes(5);
    /// The server sends a bookmark every minute; a link that is silent for longer is cut.
    private static final Duration SILENCE = Duration.ofSeconds(90);

    private static final Duration GLANCE = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ApiClient api;
    private final Kind kind;
    private final @Nullable String namespace;
    private final String selector;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeMap<String, ObjectNode> objects = new TreeMap<>();
    private boolean isNews = true;
    private boolean isClosed;
    private @Nullable CommandFailed trouble;
    private @Nullable CommandFailed end;
    private @Nullable InputStream stream;
    private long heardAt = System.nanoTime();
    private Instant heard = Instant.now();

    private Watch(ApiClient api, Kind kind, @Nullable String namespace, String selector) {
        this.api = api;
        this.kind = kind;
        this.namespace = namespace;
        this.selector = selector;
    }

    /// @param selector of fields, such as `metadata.name=web`
    static Watch of(ApiClient api, Kind kind, @Nullable String namespace, String selector) throws CommandFailed {
        var watch = new Watch(api, kind, namespace, selector);
        var version = watch.list();
        Thread.ofVirtual().name("watch").start(() -> watch.run(version));
        return watch;
    }

    /// The objects as they are, as soon as something about them is news; the first time at once. Changes that came in
    /// between are one piece of news. Null when nothing was news for `patience`.
    @Nullable
    List<ObjectNode> next(Duration patience) throws CommandFailed {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!isNews && end == null && left > 0) {
                long slice = Math.min(left, GLANCE.toNanos());
                left -= slice - Math.max(0, changed.awaitNanos(slice));
                cutWhenSilent();
            }
            if (end != null) {
                throw end;
            }
            if (!isNews) {
                return null;
            }
            isNews = false;
            return List.copyOf(objects.values());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(Exit.FAILED, "interrupted");
        } finally {
            lock.unlock();
        }
    }

    /// Why there is no news at the moment, and since when.
    record Silence(String why, Instant since) {
        String sentence() {
            return "nothing was heard from the server since " + since.truncatedTo(ChronoUnit.SECONDS) + ": " + why;
        }
    }

    /// Null when the server is not away.
    @Nullable
    Silence silence() {
        lock.lock();
        try {
            return trouble == null ? null : new Silence(String.valueOf(trouble.getMessage()), heard);
        } finally {
            lock.unlock();
        }
    }

    private void run(String first) {
        var pause = SHORTEST_PAUSE;
        var version = first;
        while (!closed()) {
            var began = System.nanoTime();
            try {
                if (version.isEmpty()) {
                    version = list();
                }
                follow(version);
            } catch (CommandFailed e) {
                if (!noted(e)) {
                    return;
                }
            }
            version = "";
            var lasted = Duration.ofNanos(System.nanoTime() - began);
            pause = lasted.compareTo(LONGEST_PAUSE) > 0 ? SHORTEST_PAUSE : shorter(pause.multipliedBy(2));
            if (!slept(pause)) {
                return;
            }
        }
    }

    private String list() throws CommandFailed {
        var listed = api.list(kind, namespace, selector);
        lock.lock();
        try {
            var before = new TreeMap<>(objects);
            objects.clear();
            listed.items().forEach(object -> objects.put(key(object), object));
            trouble = null;
            hear();
            tell(!before.equals(objects));
        } finally {
            lock.unlock();
        }
        return listed.resourceVersion();
    }

    private void follow(String version) throws CommandFailed {
        var path = ApiClient.path(kind, namespace, null)
                + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=" + STREAM.toSeconds()
                + "&resourceVersion=" + ApiClient.segment(version) + ApiClient.picking(selector);
        try (var opened = api.open(path);
                var lines = new BufferedReader(new InputStreamReader(opened, StandardCharsets.UTF_8))) {
            begin(opened);
            for (var line = lines.readLine(); line != null && take(line); line = lines.readLine()) {}
        } catch (IOException e) {
            throw new CommandFailed(Exit.NO_ACCESS, "the connection to the server broke: " + e.getMessage());
        }
    }

    private void begin(InputStream opened) throws IOException {
        lock.lock();
        try {
            hear();
            stream = opened;
            if (isClosed) {
                opened.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /// One event; false when the stream says that it cannot go on.
    private boolean take(String line) throws IOException {
        var event = Codec.JSON.readTree(line);
        lock.lock();
        try {
            hear();
            var type = event.path("type").asText("");
            if (type.equals("BOOKMARK")) {
                return true;
            }
            if (!(event.path("object") instanceof ObjectNode object) || type.equals("ERROR")) {
                return false;
            }
            var before = type.equals("DELETED") ? objects.remove(key(object)) : objects.put(key(object), object);
            tell(type.equals("DELETED") ? before != null : !object.equals(before));
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void hear() {
        heardAt = System.nanoTime();
        heard = Instant.now();
    }

    private void tell(boolean news) {
        isNews |= news;
        changed.signalAll();
    }

    /// False when there is no point in going on.
    private boolean noted(CommandFailed failure) {
        lock.lock();
        try {
            trouble = failure;
            if (failure instanceof Refused && failure.exit() == Exit.NO_ACCESS) {
                end = failure;
            }
            changed.signalAll();
            return end == null;
        } finally {
            lock.unlock();
        }
    }

    private void cutWhenSilent() {
        if (stream != null && System.nanoTime() - heardAt > SILENCE.toNanos()) {
            shut(Objects.requireNonNull(stream));
        }
    }

    private static void shut(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // It is not read any more.
        }
    }

    private boolean closed() {
        lock.lock();
        try {
            return isClosed;
        } finally {
            lock.unlock();
        }
    }

    private boolean slept(Duration pause) {
        lock.lock();
        try {
            long left = (long) (pause.toNanos() * ThreadLocalRandom.current().nextDouble(0.5, 1));
            while (!isClosed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return !isClosed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private static Duration shorter(Duration pause) {
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private static String key(ObjectNode object) {
        var metadata = object.path("metadata");
        return metadata.path("namespace").asText("") + "/"
                + metadata.path("name").asText("");
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            if (stream != null) {
                shut(stream);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
