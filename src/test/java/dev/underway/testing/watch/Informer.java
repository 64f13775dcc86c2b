package dev.underway.testing.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.testing.ApiClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// Follows a collection as Kubernetes' informers do: lists it, watches from there, goes on where it was when the
/// connection ends, and lists again when the server no longer reaches back that far. Its connections end all the time:
/// by themselves, or because it leaves after some events; and at times it sleeps in between.
final class Informer implements AutoCloseable {
    private static final Duration BEFORE_AGAIN = Duration.ofMillis(50);

    /// What was heard between one list and the next.
    static final class Stretch {
        private final long listed;
        private final List<Long> seen = new ArrayList<>();
        private long reached;

        private Stretch(long listed) {
            this.listed = listed;
            this.reached = listed;
        }

        /// The resourceVersion of the list.
        long listed() {
            return listed;
        }

        /// The resourceVersions of the events, as they came.
        List<Long> seen() {
            return seen;
        }

        /// Up to which resourceVersion everything was told, by the word of the server.
        long reached() {
            return reached;
        }
    }

    private final ApiClient api;
    private final String path;
    private final Duration rest;
    private final RandomGenerator random;
    private final List<Stretch> stretches = new ArrayList<>();
    /// resourceVersions by name.
    private final Map<String, Long> state = new ConcurrentHashMap<>();

    private final Thread thread;
    private volatile boolean stopping;
    private volatile long position = -1;
    private int connections;

    /// @param rest how long it sleeps before it comes back
    Informer(ApiClient api, String path, Duration rest, long seed) {
        this.api = api;
        this.path = path;
        this.rest = rest;
        this.random = new SplittableRandom(seed);
        this.thread = Thread.ofVirtual().name("informer " + seed).start(this::run);
    }

    /// How far it has come.
    long position() {
        return position;
    }

    /// Only after [#close].
    List<Stretch> stretches() {
        return stretches;
    }

    /// Only after [#close].
    int connections() {
        return connections;
    }

    Map<String, Long> state() {
        return state;
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join();
    }

    private void run() {
        while (!stopping) {
            try {
                if (position < 0) {
                    list();
                }
                watch();
                Thread.sleep(rest);
            } catch (IOException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BEFORE_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void list() throws IOException, InterruptedException {
        var answer = api.get(path);
        if (answer.code() != 200) {
            throw new IOException("cannot list: " + answer.code());
        }
        var list = answer.json();
        long version = list.at("/metadata/resourceVersion").asLong();
        state.clear();
        list.path("items").forEach(item -> state.put(name(item), version(item)));
        stretches.add(new Stretch(version));
        position = version;
    }

    private void watch() throws IOException, InterruptedException {
        connections++;
        int most = random.nextInt(5, 60);
        var url = path + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=2&resourceVersion=" + position;
        try (var lines = new BufferedReader(new InputStreamReader(api.stream(url), UTF_8))) {
            for (var line = lines.readLine(); line != null && most > 0; line = lines.readLine(), most--) {
                var event = Codec.JSON.readTree(line);
                var object = event.path("object");
                switch (event.path("type").asText()) {
                    case "ADDED", "MODIFIED" -> {
                        state.put(name(object), version(object));
                        hear(version(object));
                    }
                    case "DELETED" -> {
                        state.remove(name(object));
                        hear(version(object));
                    }
                    case "BOOKMARK" -> reach(version(object));
                    default -> {
                        if (event.at("/object/code").asInt() == 410) {
                            position = -1;
                            return;
                        }
                        throw new IOException("not an event: " + line);
                    }
                }
            }
        }
    }

    private void hear(long version) {
        stretches.getLast().seen.add(version);
        reach(version);
    }

    private void reach(long version) {
        stretches.getLast().reached = version;
        position = version;
    }

    private static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    private static long version(JsonNode object) {
        return object.at("/metadata/resourceVersion").asLong();
    }
}
