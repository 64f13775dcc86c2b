package dev.underway.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.Policy;
import dev.underway.plan.SetId;
import dev.underway.wire.DesiredState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DesiredStateStoreTest {
    private static final Identity IDENTITY = new Identity("web1", "server-a", "", "", "");
    private static final String WEB = """
        {"namespace":"shop","unitSet":"web","uid":"u1","generation":1,"revision":"web-1","digest":"d1"}""";
    private static final String DB = """
        {"namespace":"shop","unitSet":"db","uid":"u2","generation":1,"revision":"db-1","digest":"d2"}""";
    private static final String WEB_STONE = """
        {"namespace":"shop","unitSet":"web","uid":"u1","orphan":false}""";

    @TempDir
    Path directory;

    private StateDirectory state;
    private DesiredStateStore store;

    @BeforeEach
    void open() throws Exception {
        state = StateDirectory.open(directory);
        store = new DesiredStateStore(state, IDENTITY);
    }

    @AfterEach
    void close() throws Exception {
        state.close();
    }

    @Test
    void keepsTheLastKnownGoodForTheNextStart() throws Exception {
        store.accept(document(7, WEB, ""));

        var again = new DesiredStateStore(state, IDENTITY).current().orElseThrow();

        assertThat(again.state().serial()).isEqualTo(7);
        assertThat(again.state().assignments()).hasSize(1);
    }

    /// An agent that knows no templates would write them as they are: to it the digest of one is none.
    @Test
    void writesTheDigestOfATemplateAsNoDigestToThoseWhoDoNotKnowTemplates() {
        var digest = "0a".repeat(32);
        var rendered = "0b".repeat(32);

        var entry = new DesiredState.Entry(
                "shop",
                "web",
                "u1",
                1,
                Instant.EPOCH,
                "web-1",
                DesiredState.Entry.digestOf(digest, rendered),
                Policy.NONE,
                null,
                Map.of("name", "web1"),
                rendered);

        assertThat(new String(Codec.bytes(entry), StandardCharsets.UTF_8)).isEqualTo("""
                {"namespace":"shop","unitSet":"web","uid":"u1","generation":1,"since":"1970-01-01T00:00:00Z",\
                "revision":"web-1","digest":"template/%s","policy":{},"values":{"name":"web1"},"rendered":"%s"}""".formatted(digest, rendered));
        assertThat(entry.digest()).doesNotMatch("[0-9a-f]{64}");
        assertThat(entry.source()).isEqualTo(digest);
        assertThat(entry.runs()).isEqualTo(rendered);
        assertThat(DesiredState.Entry.digestOf(digest, null)).isEqualTo(digest);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        another server      | "server-a" -> "server-b" | of another server
        another host        | "web1" -> "web2"         | for the host web2
        a newer version     | "version":1 -> "version":2 | upgrade this agent
        a lower serial      | "serial":8 -> "serial":6 | lower than the last one
        no assignments      | "assignments" -> "a"     | it has no assignments
        not JSON            | { -> <                   | cannot be read
        a set left out      | "web" -> "www"           | neither lists nor buries [shop/web]
        """)
    void refuses(String what, String change, String words) throws Exception {
        store.accept(document(7, WEB, ""));
        var parts = change.split(" -> ");
        var next = new String(document(8, WEB, ""), StandardCharsets.UTF_8).replace(parts[0], parts[1]);

        assertThatThrownBy(() -> store.accept(next.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("DocumentRefused"))
                .hasMessageContaining(words);
        assertThat(store.current().orElseThrow().state().serial()).isEqualTo(7);
    }

    @Test
    void letsATombstoneBuryASetAndThenVanish() throws Exception {
        store.accept(document(7, WEB + "," + DB, ""));

        store.accept(document(8, DB, WEB_STONE));
        store.accept(document(9, DB, ""));

        assertThat(store.current().orElseThrow().state().assignments()).hasSize(1);
    }

    @Test
    void takesTheSameSerialAgain() throws Exception {
        store.accept(document(7, WEB, ""));

        assertThat(store.accept(document(7, WEB, "")).state().serial()).isEqualTo(7);
    }

    @Test
    void refusesOnlyTheAssignmentWithAWordItDoesNotKnow() throws Exception {
        var strange = DB.replace("\"digest\"", "\"policy\":{\"drift\":\"Teleport\"},\"digest\"");

        var document = store.accept(document(7, WEB + "," + strange, ""));

        assertThat(document.state().assignments())
                .extracting(entry -> entry.unitSet())
                .containsExactly("web");
        assertThat(document.unreadable()).containsOnlyKeys(new SetId("shop", "db"));
        assertThatThrownBy(() -> store.accept(document(8, WEB, ""))).hasMessageContaining("shop/db");
    }

    @Test
    void ignoresFieldsOfANewerServer() throws Exception {
        var document = store.accept(document(7, WEB.replace("}", ",\"mood\":\"sunny\"}"), ""));

        assertThat(document.state().assignments()).hasSize(1);
    }

    @Test
    void setsABrokenFileAsideInsteadOfFailingForEver() throws Exception {
        Files.writeString(directory.resolve("desired-state.json"), "{\"version\":1,");

        var again = new DesiredStateStore(state, IDENTITY);

        assertThat(again.current()).isEmpty();
        assertThat(directory.resolve("desired-state.json.corrupt")).exists();
        again.accept(document(7, WEB, ""));
    }

    private static byte[] document(long serial, String assignments, String tombstones) {
        return """
            {"version":1,"serverUid":"server-a","serial":%d,"host":"web1","assignments":[%s],"tombstones":[%s]}
            """.formatted(serial, assignments, tombstones).getBytes(StandardCharsets.UTF_8);
    }
}
