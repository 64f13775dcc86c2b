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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        server.answers(request -> {
            var asked = Codec.read(server.bodies.getLast().getBytes(), Enrolment.Request.class);
            var granted = new Enrolment.Response(server.sign(asked.csr()), server.authorityPem(), "server-a");
            return new Reply(200, new String(Codec.bytes(granted)), "");
        });
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

    private static JoinToken token(TestServer server) throws Exception {
        return JoinToken.parse("uw1.id.secret." + Digests.sha256(server.authority.getEncoded()));
    }
}
