package dev.underway.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.fetch.Enroller.Machine;
import dev.underway.agent.fetch.TestServer.Reply;
import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Over real TLS on the loopback.
class EnrollerTest {
    private static final Machine MACHINE = new Machine("web1", "machine-digest", Map.of("role", "web"), Map.of());

    @TempDir
    Path directory;

    private StateDirectory state;
    private TestServer server;

    @BeforeEach
    void open() throws Exception {
        state = StateDirectory.open(directory);
        server = new TestServer();
        answerAgain();
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        state.close();
    }

    @Test
    void enrolsWithTheServerThatTheTokenNames() throws Exception {
        var identity = Enroller.enrol(server.url(), token(server), MACHINE, state);

        assertThat(identity.host()).isEqualTo("web1");
        assertThat(identity.serverUid()).isEqualTo("server-a");
        assertThat(Identity.load(state)).contains(identity);
        assertThat(Files.getAttribute(directory.resolve("identity.json"), "unix:mode"))
                .isEqualTo(0100600);
        assertThat(server.bodies.getFirst()).contains("uw1.id.secret").doesNotContain("PRIVATE KEY");
        assertThat(identity.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void showsTheTokenToNoOtherServer() throws Exception {
        try (var other = new TestServer()) {
            assertThatThrownBy(() -> Enroller.enrol(other.url(), token(server), MACHINE, state))
                    .isInstanceOf(FetchFailed.class)
                    .hasMessageContaining("does not show the CA that the join token names");

            assertThat(other.bodies).isEmpty();
            assertThat(Identity.load(state)).isEmpty();
        }
    }

    @Test
    void checksTheNameOfTheServer() throws Exception {
        try (var other = new TestServer("elsewhere.example.com")) {
            assertThatThrownBy(() -> Enroller.enrol(other.url(), token(other), MACHINE, state))
                    .hasMessageContaining("localhost");
            assertThat(other.bodies).isEmpty();
        }
    }

    @Test
    void passesOnWhyTheServerRefuses() throws Exception {
        var refusal = new Enrolment.Refusal("TokenUsedUp", "make another with underway join-token create");
        server.answers(request -> new Reply(403, new String(Codec.bytes(refusal)), ""));

        assertThatThrownBy(() -> Enroller.enrol(server.url(), token(server), MACHINE, state))
                .isInstanceOfSatisfying(
                        FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("TokenUsedUp"))
                .hasMessage("make another with underway join-token create");
    }

    @Test
    void asksAgainWithTheSameKeyWhenTheAnswerWasLost() throws Exception {
        loseTheAnswer();
        state.close();
        state = StateDirectory.open(directory);
        answerAgain();

        var identity = Enroller.enrol(server.url(), token(server), MACHINE, state);

        assertThat(server.bodies).hasSize(2);
        assertThat(publicKey(server.bodies.getLast())).isEqualTo(publicKey(server.bodies.getFirst()));
        assertThat(identity.tls()).isNotNull();
    }

    @Test
    void keepsTheKeyForRootAloneAndOnlyUntilTheIdentityHoldsIt() throws Exception {
        loseTheAnswer();

        var waiting = filesWith("PRIVATE KEY");

        assertThat(waiting).hasSize(1);
        assertThat(Files.getAttribute(waiting.getFirst(), "unix:mode")).isEqualTo(0100600);
        answerAgain();
        Enroller.enrol(server.url(), token(server), MACHINE, state);
        assertThat(filesWith("PRIVATE KEY")).containsExactly(directory.resolve("identity.json"));
    }

    @Test
    void asksAgainWithTheSameKeyWhenTheIdentityCouldNotBeKept() throws Exception {
        var inTheWay = Files.createDirectory(directory.resolve("identity.json"));
        assertThatThrownBy(() -> Enroller.enrol(server.url(), token(server), MACHINE, state))
                .isInstanceOf(IOException.class);
        Files.delete(inTheWay);

        var identity = Enroller.enrol(server.url(), token(server), MACHINE, state);

        assertThat(publicKey(server.bodies.getLast())).isEqualTo(publicKey(server.bodies.getFirst()));
        assertThat(Identity.load(state)).contains(identity);
    }

    @Test
    void aCopyOfAMachineThatWaitsToJoinMakesAKeyOfItsOwn() throws Exception {
        loseTheAnswer();
        answerAgain();

        Enroller.enrol(server.url(), token(server), new Machine("web2", "copy-digest", Map.of(), Map.of()), state);

        assertThat(publicKey(server.bodies.getLast())).isNotEqualTo(publicKey(server.bodies.getFirst()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "{\"machine\":\"machine-digest\",\"key\":\"\"}",
                "{\"machine\":\"machine-digest\",\"key\":\"-----BEGIN PRIVATE KEY-----\\nMEECAQAwEwYHKo\\n\"}"
            })
    void aKeptKeyThatIsBrokenIsSetAsideAndAnotherOneIsMade(String broken) throws Exception {
        loseTheAnswer();
        var kept = filesWith("PRIVATE KEY").getFirst();
        Files.writeString(kept, broken);
        answerAgain();

        var identity = Enroller.enrol(server.url(), token(server), MACHINE, state);

        assertThat(publicKey(server.bodies.getLast())).isNotEqualTo(publicKey(server.bodies.getFirst()));
        assertThat(identity.tls()).isNotNull();
        assertThat(kept.resolveSibling(kept.getFileName() + ".corrupt")).exists();
    }

    @Test
    void aHostThatJoinsAnewTakesADocumentThatDoesNotListWhatTheLastOneDid() throws Exception {
        var before = Enroller.enrol(server.url(), token(server), MACHINE, state);
        new DesiredStateStore(state, before).accept(document(7, """
            {"namespace":"shop","unitSet":"web","uid":"u1","generation":1,"revision":"web-1","digest":"d1"}"""));
        state.delete("identity.json");

        var identity = Enroller.enrol(server.url(), token(server), MACHINE, state);

        var store = new DesiredStateStore(state, identity);
        assertThat(store.current()).isEmpty();
        assertThat(store.accept(document(8, "")).state().serial()).isEqualTo(8);
    }

    @Test
    void whoIsRefusedKeepsTheLastKnownGoodDocument() throws Exception {
        var before = Enroller.enrol(server.url(), token(server), MACHINE, state);
        new DesiredStateStore(state, before).accept(document(7, ""));
        state.delete("identity.json");

        loseTheAnswer();

        assertThat(new DesiredStateStore(state, before).current()).isPresent();
    }

    @Test
    void takesNoOtherFormOfToken() {
        assertThatThrownBy(() -> JoinToken.parse("uw1.id.secret")).isInstanceOf(FetchFailed.class);
        assertThatThrownBy(() -> JoinToken.parse("hello")).isInstanceOf(FetchFailed.class);
    }

    @Test
    void thenAsksForDocumentsRevisionsAndReportsWithItsCertificate() throws Exception {
        var identity = Enroller.enrol(server.url(), token(server), MACHINE, state);
        var asked = new ArrayList<String>();
        server.answers(request -> {
            asked.add(request);
            if (request.contains("/desired-state")) {
                return request.contains("\"e1\"") ? new Reply(304, "", "") : new Reply(200, "{}", "\"e1\"");
            }
            return request.contains("/revisions/") ? new Reply(200, "content", "") : new Reply(204, "", "");
        });

        try (var client = new ServerClient(server.url(), identity, "machine-digest")) {
            var first = client.desiredState("", Duration.ofSeconds(1)).orElseThrow();
            assertThat(client.desiredState(first.etag(), Duration.ofSeconds(1))).isEmpty();
            assertThat(client.revision(Digests.sha256("content"))).isEqualTo("content".getBytes());
            assertThatThrownBy(() -> client.revision(Digests.sha256("other")))
                    .isInstanceOfSatisfying(
                            FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("DigestMismatch"));
            client.report(new Report(1, "machine-digest", 1, null, List.of(), List.of()));
        }

        assertThat(asked.getFirst()).isEqualTo("GET /agent/v1/hosts/web1/desired-state?wait=1 [machine-digest] [-]");
        assertThat(asked.get(1)).contains("[\"e1\"]");
        assertThat(asked.getLast()).startsWith("POST /agent/v1/hosts/web1/report [machine-digest]");
    }

    @Test
    void doesNotReadAnAnswerWithoutEnd() throws Exception {
        var identity = Enroller.enrol(server.url(), token(server), MACHINE, state);
        var endless = "x".repeat(9 << 20);
        server.answers(request -> new Reply(200, endless, ""));

        try (var client = new ServerClient(server.url(), identity, "machine-digest")) {
            assertThatThrownBy(() -> client.desiredState("", Duration.ofSeconds(1)))
                    .hasMessageContaining("more than the allowed");
        }
    }

    /// Asks once; the server has committed, and its answer does not arrive.
    private void loseTheAnswer() {
        server.answers(request -> new Reply(503, "", ""));
        assertThatThrownBy(() -> Enroller.enrol(server.url(), token(server), MACHINE, state))
                .isInstanceOf(FetchFailed.class);
    }

    private void answerAgain() {
        server.answers(this::granted);
    }

    private Reply granted(String request) throws Exception {
        var asked = Codec.read(server.bodies.getLast().getBytes(), Enrolment.Request.class);
        var granted = new Enrolment.Response(server.sign(asked.csr()), server.authorityPem(), "server-a");
        return new Reply(200, new String(Codec.bytes(granted)), "");
    }

    private static PublicKey publicKey(String body) throws Exception {
        return TestServer.publicKey(
                Codec.read(body.getBytes(), Enrolment.Request.class).csr());
    }

    private List<Path> filesWith(String words) throws IOException {
        try (var files = Files.list(directory)) {
            var found = new ArrayList<Path>();
            for (var file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file).contains(words)) {
                    found.add(file);
                }
            }
            return found;
        }
    }

    private static byte[] document(long serial, String assignments) {
        return """
            {"version":1,"serverUid":"server-a","serial":%d,"host":"web1","assignments":[%s],"tombstones":[]}
            """.formatted(serial, assignments).getBytes(StandardCharsets.UTF_8);
    }

    private static JoinToken token(TestServer server) throws Exception {
        return JoinToken.parse("uw1.id.secret." + Digests.sha256(server.authority.getEncoded()));
    }
}
