package dev.underway.server.store;

import static dev.underway.server.store.Bodies.anyHost;
import static dev.underway.server.store.Bodies.body;
import static dev.underway.server.store.Bodies.delete;
import static dev.underway.server.store.Bodies.edit;
import static dev.underway.server.store.Bodies.finalized;
import static dev.underway.server.store.Bodies.setSpec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.underway.model.Kind;
import dev.underway.server.store.ResourceStore.Event;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the store does to a resource that is written, on a real PostgreSQL.
@QuarkusTest
@TestProfile(StoreAlone.class)
class PostgresStoreTest {
    private final Resource.Key key = anyHost();

    @Inject
    ResourceStore store;

    @Test
    void namesTheResourceItCreates() throws Exception {
        var before = Instant.now().truncatedTo(ChronoUnit.SECONDS);

        var created = store.write(key, current -> body());

        var metadata = created.body().path("metadata");
        assertThat(metadata.path("name").asText()).isEqualTo(key.name());
        assertThat(metadata.has("namespace")).isFalse();
        assertThat(created.uid()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(metadata.path("creationTimestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(Instant.parse(metadata.path("creationTimestamp").asText())).isAfterOrEqualTo(before);
        assertThat(created.generation()).isEqualTo(1);
        assertThat(metadata.path("resourceVersion").asText()).isEqualTo(Long.toString(created.resourceVersion()));
        assertThat(store.get(key)).contains(created);
    }

    @Test
    void keepsTheOrderOfKeysAndTextOfAnyScript() throws Exception {
        var body = body();
        body.putObject("spec").put("z", "é 世界 🚢 \u0000 \ud800").put("a", 1.0).put("m", 10_000_000_000L);

        store.write(key, current -> body);

        var spec = store.get(key).orElseThrow().body().path("spec");
        assertThat(spec.toString()).isEqualTo(body.path("spec").toString());
    }

    @Test
    void countsGenerationsOfTheSpecAlone() throws Exception {
        store.write(key, current -> body());

        var labelled =
                store.write(key, edit(b -> b.withObject("/metadata/labels").put("a", "b")));
        var reported = store.write(key, edit(b -> b.withObject("/status").put("seen", true)));
        var changed = store.write(key, setSpec("replicas", 2));

        assertThat(List.of(labelled.generation(), reported.generation(), changed.generation()))
                .containsExactly(1L, 1L, 2L);
        assertThat(List.of(labelled.resourceVersion(), reported.resourceVersion(), changed.resourceVersion()))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void letsNobodyChangeWhatIsItsOwn() throws Exception {
        var created = store.write(key, current -> body());

        var changed = store.write(
                key,
                edit(b -> b.withObject("/metadata")
                        .put("uid", "another")
                        .put("creationTimestamp", "2001-01-01T00:00:00Z")
                        .put("generation", 99)
                        .put("resourceVersion", "1")
                        .put("name", "another")
                        .put("namespace", "another")));

        assertThat(changed).isEqualTo(created);
    }

    @Test
    void writesNothingWhenNothingIsDifferent() throws Exception {
        store.write(key, current -> body().put("kind", "Host"));
        var created = store.write(key, setSpec("port", 1));
        var number = store.current();

        var same = store.write(key, setSpec("port", 1));

        assertThat(same).isEqualTo(created);
        assertThat(store.current()).isEqualTo(number);
        assertThat(events(number)).isEmpty();
    }

    @Test
    void leavesManagedFieldsAlone() throws Exception {
        var body = body();
        body.putObject("metadata").putArray("managedFields").addObject().put("manager", "kubectl");

        var created = store.write(key, current -> body);

        assertThat(created.body().path("metadata").path("managedFields"))
                .isEqualTo(body.path("metadata").path("managedFields"));
    }

    @Test
    void removesWhatHasNoFinalizerAtOnce() throws Exception {
        var created = store.write(key, current -> body());

        var deleted = store.write(key, Deletion.request(Clock.systemUTC()));

        assertThat(store.get(key)).isEmpty();
        assertThat(deleted.uid()).isEqualTo(created.uid());
        assertThat(events(created.resourceVersion())).containsExactly(new Told(Event.Type.DELETED, deleted));
        assertThat(deleted.resourceVersion()).isGreaterThan(created.resourceVersion());
        assertThat(deleted.body().path("metadata").path("resourceVersion").asText())
                .isEqualTo(Long.toString(deleted.resourceVersion()));
    }

    @Test
    void keepsWhatHasFinalizersUntilTheLastIsGone() throws Exception {
        var created = store.write(key, current -> finalized("one", "two"));

        var deleting = store.write(key, Deletion.request(Clock.systemUTC()));
        var again = store.write(key, Deletion.request(Clock.systemUTC()));
        var half = store.write(
                key, edit(b -> b.withObject("/metadata").withArray("finalizers").remove(0)));
        var gone = store.write(key, edit(b -> b.withObject("/metadata").remove("finalizers")));

        assertThat(deleting.deleting()).isTrue();
        assertThat(deleting.generation()).isEqualTo(created.generation() + 1);
        assertThat(again).isEqualTo(deleting);
        assertThat(half.deleting()).isTrue();
        assertThat(store.get(key)).isEmpty();
        assertThat(events(half.resourceVersion())).containsExactly(new Told(Event.Type.DELETED, gone));
        assertThat(gone.resourceVersion()).isGreaterThan(half.resourceVersion());
    }

    @Test
    void lightensNoDeletionOnceItHasBegun() throws Exception {
        store.write(key, current -> finalized("one"));
        var deleting = store.write(key, Deletion.request(Clock.systemUTC()));

        var kept = store.write(key, edit(b -> {
            b.withObject("/metadata").remove("deletionTimestamp");
            b.withObject("/metadata").withArray("finalizers").add("late");
        }));

        assertThat(kept).isEqualTo(deleting);
    }

    @Test
    void givesANewUidToANewResourceOfAnOldName() throws Exception {
        var first = store.write(key, current -> body());
        store.write(key, delete());

        var second = store.write(key, current -> body());

        assertThat(second.uid()).isNotEqualTo(first.uid());
        assertThat(second.generation()).isEqualTo(1);
    }

    @Test
    void aRefusalReachesTheCallerAndChangesNothing() throws Exception {
        var created = store.write(key, current -> body());
        var number = store.current();

        assertThatThrownBy(() -> store.write(key, current -> {
                    throw new StoreException(StoreException.Reason.CONFLICT, "not so");
                }))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(StoreException.Reason.CONFLICT))
                .hasMessage("not so");
        assertThatThrownBy(() -> store.write(key, current -> {
                    throw new IllegalArgumentException("a bug");
                }))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(store.get(key)).contains(created);
        assertThat(store.current()).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0", "a\n", "a\ud800"})
    void aNameThatIsNoneFailsAlone(String name) throws Exception {
        var none = Resource.Key.of(Kind.UNIT_SET, name, name);
        var before = store.submit(anyHost(), current -> body());

        var refused = store.submit(none, current -> body());

        var after = store.submit(anyHost(), current -> body());
        assertThat(refusal(refused)).isEqualTo(StoreException.Reason.UNSTORABLE);
        assertThat(before).succeedsWithin(Duration.ofSeconds(60));
        assertThat(after).succeedsWithin(Duration.ofSeconds(60));
        assertThat(store.get(none)).isEmpty();
    }

    /// The index holds no name as long as this one, which only the database knows.
    @Test
    void whatTheDatabaseCannotHoldFailsAloneAmongThoseCommittedWithIt() throws Exception {
        var random = new Random(1);
        var tooLong = IntStream.range(0, 20_000)
                .mapToObj(_ -> String.valueOf((char) ('a' + random.nextInt(26))))
                .collect(Collectors.joining());
        var group = new ArrayList<CompletableFuture<Resource>>();

        for (int i = 0; i < 100; i++) {
            group.add(store.submit(anyHost(), current -> body()));
        }
        var refused = store.submit(Resource.Key.of(Kind.HOST, null, tooLong), current -> body());
        for (int i = 0; i < 100; i++) {
            group.add(store.submit(anyHost(), current -> body()));
        }

        assertThat(refusal(refused)).isEqualTo(StoreException.Reason.UNSTORABLE);
        for (var one : group) {
            assertThat(one).succeedsWithin(Duration.ofSeconds(60));
        }
        assertThat(group)
                .extracting(one -> one.join().resourceVersion())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void saysThatThereIsNothingToDelete() {
        assertThatThrownBy(() -> store.write(key, Deletion.request(Clock.systemUTC())))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(StoreException.Reason.NOT_FOUND));
    }

    @Test
    void aDryRunAnswersLikeAWriteAndStoresNothing() throws Exception {
        var number = store.current();

        var created = store.dryRun(key, current -> body());

        assertThat(created.uid()).isNotEmpty();
        assertThat(created.body().path("metadata").has("resourceVersion")).isFalse();
        assertThat(store.get(key)).isEmpty();

        var stored = store.write(key, current -> body());
        var changed = store.dryRun(key, setSpec("port", 2));

        assertThat(changed.generation()).isEqualTo(2);
        assertThat(changed.resourceVersion()).isEqualTo(stored.resourceVersion());
        assertThat(store.get(key)).contains(stored);
        assertThat(events(number)).containsExactly(new Told(Event.Type.ADDED, stored));
    }

    @Test
    void whatItReturnsIsNobodysToAlter() throws Exception {
        var body = body();
        var created = store.write(key, current -> body);

        body.put("late", true);

        assertThat(created.body().has("late")).isFalse();
    }

    @Test
    void wakesWhoWaitsAndNobodyEarly() throws Exception {
        var number = store.current();
        assertThat(store.awaitBeyond(number, Duration.ofMillis(50))).isFalse();

        store.write(key, current -> body());

        assertThat(store.awaitBeyond(number, Duration.ofSeconds(60))).isTrue();
    }

    private static StoreException.Reason refusal(CompletableFuture<Resource> write) {
        var failure = catchThrowableOfType(ExecutionException.class, () -> write.get(60, TimeUnit.SECONDS));
        return ((StoreException) failure.getCause()).reason();
    }

    private List<Told> events(long after) throws Exception {
        var mine = new Selection("", Selection.ANY, fields -> key.name().equals(fields.get("metadata.name")));
        return Told.after(store, key.kind(), mine, after);
    }
}
