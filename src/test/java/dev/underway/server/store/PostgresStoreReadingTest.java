package dev.underway.server.store;

import static dev.underway.server.store.Bodies.anyHost;
import static dev.underway.server.store.Bodies.body;
import static dev.underway.server.store.Bodies.delete;
import static dev.underway.server.store.Bodies.label;
import static dev.underway.server.store.Bodies.labelled;
import static dev.underway.server.store.Bodies.setLabel;
import static dev.underway.server.store.Bodies.setSpec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Kind;
import dev.underway.server.store.ResourceStore.Event;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Lists, pages and the log of changes, on a real PostgreSQL.
@QuarkusTest
@TestProfile(StoreAlone.class)
class PostgresStoreReadingTest {
    private final String mine = "n-" + UUID.randomUUID();

    @Inject
    ResourceStore store;

    @Inject
    Compaction compaction;

    @Test
    void anEmptyListHasTheStoresNumber() throws Exception {
        store.write(anyHost(), current -> body());

        var page = store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 0, null);

        assertThat(page.items()).isEmpty();
        assertThat(page.resourceVersion()).isEqualTo(store.current());
        assertThat(page.continuation()).isNull();
    }

    @Test
    void listsByNamespaceAndNameInTheOrderOfBytes() throws Exception {
        for (var name : List.of("b", "a-b", "a", "B", "ab")) {
            store.write(unitSet(name), current -> body());
        }

        assertThat(names(store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 0, null)))
                .containsExactly("B", "a", "a-b", "ab", "b");
    }

    @Test
    void selectsByNamespaceLabelAndField() throws Exception {
        store.write(unitSet("a"), current -> labelled("tier", mine));
        store.write(unitSet("b"), current -> body());
        store.write(Resource.Key.of(Kind.UNIT_SET, mine + "-other", "c"), current -> labelled("tier", mine));

        assertThat(names(store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 0, null)))
                .containsExactly("a", "b");
        assertThat(names(store.list(Kind.UNIT_SET, label("tier", mine), 0, null)))
                .containsExactly("a", "c");
        var byName = new Selection(mine, Selection.ANY, fields -> "b".equals(fields.get("metadata.name")));
        assertThat(names(store.list(Kind.UNIT_SET, byName, 0, null))).containsExactly("b");
    }

    @Test
    void pagesKeepTheNumberOfTheFirstAndCountTheRest() throws Exception {
        for (var name : List.of("a", "b", "c", "d", "e")) {
            store.write(unitSet(name), current -> body());
        }

        var first = store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 2, null);
        store.write(unitSet("f"), current -> body());
        var second = store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 2, first.continuation());
        var third = store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 2, second.continuation());

        assertThat(names(first)).containsExactly("a", "b");
        assertThat(first.remaining()).isEqualTo(3);
        assertThat(names(second)).containsExactly("c", "d");
        assertThat(names(third)).containsExactly("e", "f");
        assertThat(third.continuation()).isNull();
        assertThat(third.remaining()).isZero();
        assertThat(List.of(second.resourceVersion(), third.resourceVersion())).containsOnly(first.resourceVersion());
    }

    @Test
    void aSelectedPageDoesNotSayHowManyRemain() throws Exception {
        for (var name : List.of("a", "b", "c")) {
            store.write(unitSet(name), current -> labelled("tier", mine));
        }

        var page = store.list(Kind.UNIT_SET, label("tier", mine), 1, null);

        assertThat(page.continuation()).isNotNull();
        assertThat(page.remaining()).isEqualTo(-1);
    }

    @Test
    void refusesAContinuationThatIsNotItsOwn() {
        for (var token : List.of("", "%%%", "YWJj", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5L2EvYg")) {
            assertRefused(StoreException.Reason.EXPIRED, () -> store.list(Kind.HOST, Selection.ALL, 1, token));
        }
    }

    @Test
    void aWatcherSeesTheChangesInTheirOrder() throws Exception {
        var from = store.current();
        var key = unitSet("a");
        var created = store.write(key, current -> body());
        var changed = store.write(key, setSpec("port", 1));
        var deleted = store.write(key, delete());

        var told = Told.after(store, Kind.UNIT_SET, Selection.inNamespace(mine), from);

        assertThat(told)
                .containsExactly(
                        new Told(Event.Type.ADDED, created),
                        new Told(Event.Type.MODIFIED, changed),
                        new Told(Event.Type.DELETED, deleted));
        assertThat(store.events(Kind.UNIT_SET, Selection.inNamespace(mine), from, 100)
                        .upTo())
                .isEqualTo(store.current());
    }

    @Test
    void aWatcherOfLabelsSeesThemEnterAndLeave() throws Exception {
        var from = store.current();
        var key = unitSet("a");
        store.write(key, current -> body());
        var entered = store.write(key, setLabel("tier", mine));
        var stayed = store.write(key, setSpec("port", 1));
        var left = store.write(key, setLabel("tier", "other"));
        store.write(key, setSpec("port", 2));
        store.write(key, delete());

        var told = Told.after(store, Kind.UNIT_SET, label("tier", mine), from);

        assertThat(told)
                .containsExactly(
                        new Told(Event.Type.ADDED, entered),
                        new Told(Event.Type.MODIFIED, stayed),
                        new Told(Event.Type.DELETED, left));
    }

    @Test
    void aWatcherOfAFieldSeesItLeave() throws Exception {
        var from = store.current();
        var key = Resource.Key.of(Kind.ASSIGNMENT, mine, "web.h1");
        store.write(key, current -> host("h1"));
        var left = store.write(key, current -> host("h2"));

        var onH1 = new Selection(mine, Selection.ANY, fields -> "h1".equals(fields.get("spec.host")));

        assertThat(Told.after(store, Kind.ASSIGNMENT, onH1, from))
                .endsWith(new Told(Event.Type.DELETED, left))
                .hasSize(2);
    }

    @Test
    void readsTheLogInBoundedPieces() throws Exception {
        var from = store.current();
        for (var i = 0; i < 5; i++) {
            store.write(unitSet("u" + i), current -> body());
        }

        Told.caughtUp(store);
        var seen = new ArrayList<String>();
        for (var next = from; next < store.current(); ) {
            var piece = store.events(Kind.UNIT_SET, Selection.inNamespace(mine), next, 2);
            assertThat(piece.upTo()).isGreaterThan(next);
            piece.events().forEach(event -> seen.add(event.resource().key().name()));
            next = piece.upTo();
        }

        assertThat(seen).containsExactly("u0", "u1", "u2", "u3", "u4");
    }

    @Test
    void refusesANumberFromTheFuture() {
        assertRefused(
                StoreException.Reason.FUTURE, () -> store.events(Kind.HOST, Selection.ALL, store.current() + 1, 10));
    }

    @Test
    void tellsThatWhatWasForgottenHasExpired() throws Exception {
        var from = store.current();
        for (var name : List.of("a", "b", "c")) {
            store.write(unitSet(name), current -> body());
        }
        var page = store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 1, null);
        store.write(unitSet("d"), current -> body());
        var last = store.write(unitSet("e"), current -> body());

        Told.caughtUp(store);
        compaction.compact(Instant.now().plusSeconds(60), 1);

        assertRefused(StoreException.Reason.EXPIRED, () -> store.events(Kind.UNIT_SET, Selection.ALL, from, 10));
        assertRefused(
                StoreException.Reason.EXPIRED,
                () -> store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 1, page.continuation()));
        assertThat(Told.after(store, Kind.UNIT_SET, Selection.inNamespace(mine), last.resourceVersion() - 1))
                .containsExactly(new Told(Event.Type.ADDED, last));
        assertThat(names(store.list(Kind.UNIT_SET, Selection.inNamespace(mine), 0, null)))
                .containsExactly("a", "b", "c", "d", "e");
        assertThat(store.write(unitSet("f"), current -> body()).resourceVersion())
                .isEqualTo(last.resourceVersion() + 1);
    }

    @Test
    void keepsWhatIsYoungAndWhatIsAmongTheNewest() throws Exception {
        var from = store.current();
        store.write(unitSet("a"), current -> body());

        compaction.compact(Instant.now().minusSeconds(600), 0);
        compaction.compact(Instant.now().plusSeconds(60), 1_000_000);

        assertThat(Told.after(store, Kind.UNIT_SET, Selection.inNamespace(mine), from))
                .hasSize(1);
    }

    private Resource.Key unitSet(String name) {
        return Resource.Key.of(Kind.UNIT_SET, mine, name);
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode host(String host) {
        var body = body();
        body.putObject("spec").put("host", host);
        return body;
    }

    private static List<String> names(ResourceStore.Page page) {
        return page.items().stream().map(resource -> resource.key().name()).toList();
    }

    private static void assertRefused(StoreException.Reason reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
