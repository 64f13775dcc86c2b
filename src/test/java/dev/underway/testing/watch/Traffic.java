package dev.underway.testing.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.testing.ApiClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Sixteen writers that count on shared UnitSets, each by reading and replacing with the resourceVersion that it read,
/// and sixteen watchers of all of it. What must be true whatever is done to the servers in between:
///
/// * every count that was acknowledged is in the sum, and nothing else but those of which no answer came;
/// * every watcher saw each acknowledged write after what it had listed, once, and in the order of numbers;
/// * all watchers saw the same;
/// * what each made of it is what a list says in the end.
public final class Traffic implements AutoCloseable {
    private static final int WRITERS = 16;
    private static final int WATCHERS = 16;
    private static final int COUNTERS = 8;
    private static final String COUNT = "example.com/count";
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final List<ApiClient> servers;
    private final String path;
    private final List<Informer> informers;
    private final NavigableSet<Long> acknowledged = new ConcurrentSkipListSet<>();
    private final Map<String, AtomicInteger> counted = new ConcurrentHashMap<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicInteger conflicts = new AtomicInteger();

    /// Makes the counters, and starts to watch.
    ///
    /// @param servers each writer and watcher keeps to one of them
    /// @param path of a collection of UnitSets that nobody else writes to
    /// @param manifest a UnitSet in JSON
    public Traffic(List<ApiClient> servers, String path, ObjectNode manifest) throws IOException, InterruptedException {
        this.servers = servers;
        this.path = path;
        for (int n = 0; n < COUNTERS; n++) {
            var counter = manifest.deepCopy();
            counter.withObject("/metadata").put("name", "counter-" + n);
            var answer = servers.getFirst().send("POST", path, counter.toString(), "Content-Type", "application/json");
            assertThat(answer.code()).isEqualTo(201);
            acknowledged.add(answer.json().at("/metadata/resourceVersion").asLong());
            counted.put("counter-" + n, new AtomicInteger());
        }
        this.informers = IntStream.range(0, WATCHERS)
                .mapToObj(n -> new Informer(server(n), path, Duration.ofMillis(n % 4 == 0 ? 500 : 0), n))
                .toList();
    }

    /// Writes until every writer has counted `times`; returns then. Throws what a writer fails of.
    public void write(int times) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writers = IntStream.range(0, WRITERS)
                    .mapToObj(n -> threads.submit((Callable<Integer>) () -> write(server(n), times)))
                    .toList();
            for (Future<Integer> writer : writers) {
                writer.get();
            }
        }
    }

    /// How many writes have been acknowledged.
    public int acknowledged() {
        return acknowledged.size();
    }

    private int write(ApiClient server, int times) throws Exception {
        int done = 0;
        while (done < times) {
            try {
                if (count(server, "counter-" + ThreadLocalRandom.current().nextInt(COUNTERS))) {
                    done++;
                }
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
        return done;
    }

    private boolean count(ApiClient api, String name) throws IOException, InterruptedException {
        var read = api.get(path + "/" + name);
        if (read.code() != 200) {
            throw new IOException("cannot read: " + read.code());
        }
        var counter = (ObjectNode) read.json();
        var annotations = counter.withObject("/metadata/annotations");
        annotations.put(COUNT, Integer.toString(annotations.path(COUNT).asInt() + 1));
        try {
            var answer = api.send("PUT", path + "/" + name, counter.toString(), "Content-Type", "application/json");
            switch (answer.code()) {
                case 200 -> {
                    acknowledged.add(
                            answer.json().at("/metadata/resourceVersion").asLong());
                    counted.get(name).incrementAndGet();
                    return true;
                }
                case 409 -> conflicts.incrementAndGet();
                // Whether it was done is not known.
                default -> unanswered.incrementAndGet();
            }
            return false;
        } catch (IOException e) {
            unanswered.incrementAndGet();
            throw e;
        }
    }

    /// Waits until every watcher has seen everything, and checks what it saw.
    public void check() throws Exception {
        await().atMost(LONGEST)
                .untilAsserted(
                        () -> assertThat(informers).extracting(Informer::state).containsOnly(state()));
        close();

        checkCounts();
        checkWatchers();
    }

    private Map<String, Long> state() throws IOException, InterruptedException {
        var state = new HashMap<String, Long>();
        for (var item : list()) {
            state.put(
                    item.at("/metadata/name").asText(),
                    item.at("/metadata/resourceVersion").asLong());
        }
        return state;
    }

    private JsonNode list() throws IOException, InterruptedException {
        return servers.getFirst().get(path).json().path("items");
    }

    private void checkCounts() throws IOException, InterruptedException {
        int more = 0;
        for (var item : list()) {
            var name = item.at("/metadata/name").asText();
            int count = item.at("/metadata/annotations").path(COUNT).asInt();
            int sure = counted.get(name).get();
            assertThat(count).as("count of %s", name).isGreaterThanOrEqualTo(sure);
            more += count - sure;
        }
        assertThat(more).as("counts of which no answer came").isLessThanOrEqualTo(unanswered.get());
        assertThat(conflicts.get()).as("there must have been races").isPositive();
    }

    private void checkWatchers() {
        var all = new ConcurrentSkipListSet<Long>();
        informers.forEach(informer -> informer.stretches().forEach(stretch -> all.addAll(stretch.seen())));
        for (var informer : informers) {
            for (var stretch : informer.stretches()) {
                var between = all.subSet(stretch.listed(), false, stretch.reached(), true);
                assertThat(stretch.seen()).isEqualTo(new ArrayList<>(between));
                assertThat(between).containsAll(acknowledged.subSet(stretch.listed(), false, stretch.reached(), true));
            }
        }
    }

    /// How often the watchers connected, in all.
    public int connections() {
        return informers.stream().mapToInt(Informer::connections).sum();
    }

    /// How often the watchers had to list again, in all.
    public int relists() {
        return informers.stream()
                .mapToInt(informer -> informer.stretches().size() - 1)
                .sum();
    }

    private ApiClient server(int n) {
        return servers.get(n % servers.size());
    }

    @Override
    public void close() throws InterruptedException {
        for (var informer : informers) {
            informer.close();
        }
    }
}
