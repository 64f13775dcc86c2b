package dev.underway.server.store;

import static dev.underway.server.store.Bodies.anyHost;
import static dev.underway.server.store.Bodies.body;
import static dev.underway.server.store.Bodies.edit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Kind;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/// Many writers, several replicas and a database that is killed, on a real PostgreSQL.
@QuarkusTest
@TestProfile(StoreAlone.class)
class PostgresStoreRacesTest {
    private static final int WRITERS = 16;
    private static final int WRITES = 25;

    private final String mine = "n-" + UUID.randomUUID();

    @Inject
    PostgresStore store;

    @Inject
    ResourceRows resources;

    @Inject
    EventRows events;

    @Inject
    StoreRows counter;

    @Inject
    DataSource database;

    @Inject
    Event<Committed> committed;

    @Inject
    EntityManager sql;

    @Test
    void manyWritersLoseNoUpdate() throws Exception {
        var key = anyHost();
        store.write(key, current -> body());

        inParallel(IntStream.range(0, WRITERS).mapToObj(_ -> repeated(WRITES, () -> store.write(key, increment()))));

        assertThat(store.get(key)
                        .orElseThrow()
                        .body()
                        .path("spec")
                        .path("count")
                        .asInt())
                .isEqualTo(WRITERS * WRITES);
    }

    @Test
    void watchersSeeEveryEventOfManyWritersOnceAndInOrder() throws Exception {
        var from = store.current();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var watchers = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit(() -> watch(store, from, WRITERS * WRITES)))
                    .toList();

            inParallel(IntStream.range(0, WRITERS).mapToObj(writer -> repeated(WRITES, () -> write(store, writer))));

            var expected = Told.after(store, Kind.UNIT_SET, Selection.inNamespace(mine), from).stream()
                    .map(told -> told.resource().resourceVersion())
                    .toList();
            assertThat(expected).hasSize(WRITERS * WRITES).isSorted().doesNotHaveDuplicates();
            for (var watcher : watchers) {
                assertThat(watcher.get(2, TimeUnit.MINUTES)).isEqualTo(expected);
            }
        }
    }

    @Test
    void twoReplicasAgreeOnOneOrderAndWakeEachOther() throws Exception {
        var key = anyHost();
        store.write(key, current -> body());
        try (var replica = new PostgresStore(resources, events, counter, database, committed);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var from = store.current();
            var watchers = List.of(store, replica).stream()
                    .map(watched -> threads.submit(() -> watch(watched, from, WRITERS * WRITES)))
                    .toList();

            inParallel(IntStream.range(0, WRITERS)
                    .mapToObj(writer -> repeated(WRITES, () -> {
                        var through = writer % 2 == 0 ? store : replica;
                        through.write(key, increment());
                        return write(through, writer);
                    })));

            assertThat(watchers.getFirst().get(2, TimeUnit.MINUTES))
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .isEqualTo(watchers.getLast().get(2, TimeUnit.MINUTES));
            assertThat(store.get(key)
                            .orElseThrow()
                            .body()
                            .path("spec")
                            .path("count")
                            .asInt())
                    .isEqualTo(WRITERS * WRITES);
            assertThat(replica.uid()).isEqualTo(store.uid());
        }
    }

    @Test
    void oneOfTwoReplicasCreates() throws Exception {
        try (var replica = new PostgresStore(resources, events, counter, database, committed)) {
            for (var round = 0; round < 20; round++) {
                var key = anyHost();

                var answers = inParallel(
                        List.of(store, replica).stream().map(through -> (Callable<String>) () -> create(through, key)));

                assertThat(answers).containsExactlyInAnyOrder("created", "ALREADY_EXISTS");
            }
        }
    }

    @Test
    void losesNothingAcknowledgedWhenTheDatabaseIsKilled() throws Exception {
        var acknowledged = new ConcurrentHashMap<Resource.Key, Long>();
        var postmaster =
                ProcessHandle.of(backend()).flatMap(ProcessHandle::parent).orElseThrow();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writers = IntStream.range(0, WRITERS)
                    .mapToObj(_ -> threads.submit(() -> writeUntilRefused(acknowledged)))
                    .toList();
            await().until(() -> acknowledged.size() > 50);

            postmaster.destroyForcibly();

            for (var writer : writers) {
                writer.get(2, TimeUnit.MINUTES);
            }
        }
        await().atMost(2, TimeUnit.MINUTES)
                .ignoreExceptionsInstanceOf(StoreException.class)
                .until(() -> store.current() > 0);

        for (Map.Entry<Resource.Key, Long> write : acknowledged.entrySet()) {
            assertThat(store.get(write.getKey()).orElseThrow().resourceVersion())
                    .isEqualTo(write.getValue());
        }
        var key = anyHost();
        assertThat(store.write(key, current -> body()).resourceVersion())
                .isGreaterThan(acknowledged.values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElseThrow());
    }

    private Change increment() {
        return edit(body ->
                body.withObject("/spec").put("count", body.at("/spec/count").asInt() + 1));
    }

    private Resource write(ResourceStore through, int writer) throws StoreException {
        return through.write(
                Resource.Key.of(Kind.UNIT_SET, mine, "u" + writer + "-" + UUID.randomUUID()), current -> body());
    }

    private static String create(ResourceStore through, Resource.Key key) {
        try {
            through.write(key, current -> {
                if (current != null) {
                    throw new StoreException(StoreException.Reason.ALREADY_EXISTS, "exists");
                }
                return body();
            });
            return "created";
        } catch (StoreException e) {
            return e.reason().name();
        }
    }

    private Void writeUntilRefused(Map<Resource.Key, Long> acknowledged) {
        while (true) {
            try {
                var written = write(store, 0);
                acknowledged.put(written.key(), written.resourceVersion());
            } catch (StoreException e) {
                return null;
            }
        }
    }

    /// The numbers that a watcher sees until it has seen as many.
    private List<Long> watch(ResourceStore through, long from, int count) throws Exception {
        var seen = new ArrayList<Long>();
        var next = from;
        while (seen.size() < count) {
            assertThat(through.awaitBeyond(next, Duration.ofMinutes(1))).isTrue();
            var piece = through.events(Kind.UNIT_SET, Selection.inNamespace(mine), next, 50);
            seen.addAll(numbers(piece.events()));
            next = piece.upTo();
        }
        return seen;
    }

    private static List<Long> numbers(List<ResourceStore.Event> events) {
        return events.stream().map(ResourceStore.Event::resourceVersion).toList();
    }

    private long backend() {
        return QuarkusTransaction.requiringNew()
                .call(() -> ((Number)
                                sql.createNativeQuery("select pg_backend_pid()").getSingleResult())
                        .longValue());
    }

    private static Callable<Void> repeated(int times, Callable<?> call) {
        return () -> {
            for (var i = 0; i < times; i++) {
                call.call();
            }
            return null;
        };
    }

    private static <T> List<T> inParallel(java.util.stream.Stream<Callable<T>> calls) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<T>();
            for (Future<T> answer : threads.invokeAll(calls.toList())) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}
