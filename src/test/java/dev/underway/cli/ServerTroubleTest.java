package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a command says, and ends with, when the server refuses, cannot answer or is not there. A script takes 1 for a
/// rollout that failed.
class ServerTroubleTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # status | body                                    | exit | on standard error
            400      | {"reason":"Invalid","message":"no"}     | 1    | no
            404      | {"reason":"NotFound","message":"none"}  | 1    | none
            409      | {"reason":"Conflict","message":"later"} | 1    | later
            401      | {"message":"no token"}                  | 4    | does not know you (no token)
            403      | {"message":"you may not"}               | 4    | you may not
            429      | {"message":"too many"}                  | 4    | cannot answer now (429: too many); see journalctl -u underway-server
            500      | {"message":"the server failed"}         | 4    | cannot answer now (500: the server failed); see journalctl
            503      | {"message":"the store is away"}         | 4    | cannot answer now (503: the store is away); see journalctl
            502      | <html>Bad Gateway</html>                | 4    | cannot answer now (502); see journalctl
            200      | <html>Hello</html>                      | 1    | is it an Underway server?
            """)
    void aServerThatCannotAnswerIsNoRolloutThatFailed(int status, String body, int exit, String message)
            throws Exception {
        try (var server = AnsweringServer.of(_ -> new AnsweringServer.Reply(status, body))) {
            assertThat(run(server.port(), "rollout", "status", "shop/web", "--watch"))
                    .as(errors())
                    .isEqualTo(exit);
            assertThat(errors()).contains(message);
        }
    }

    @Test
    void whoFollowsARolloutIsToldThatTheServerIsAwayAndSinceWhen() throws Exception {
        try (var server = AnsweringServer.of(request -> request.contains("watch=true")
                ? AnsweringServer.Reply.GOES_AWAY
                : new AnsweringServer.Reply(200, list(SET)))) {
            assertThat(run(server.port(), "rollout", "status", "shop/web", "--watch", "--timeout", "3s"))
                    .isEqualTo(3);
        }

        assertThat(errors())
                .containsOnlyOnce("is it running?; trying again")
                .containsPattern(
                        "still on: NotObserved.*\\nnothing was heard from the server since 20[-0-9T:]*Z: cannot");
    }

    @Test
    void whoWaitsForABrownoutIsToldOfIt() throws Exception {
        var asked = new AtomicInteger();
        try (var server = AnsweringServer.of(request -> request.contains("watch=true")
                ? new AnsweringServer.Reply(200, "")
                : switch (asked.getAndIncrement()) {
                    case 0 -> new AnsweringServer.Reply(200, list(SET));
                    case 1, 2 -> new AnsweringServer.Reply(503, "{}");
                    default -> new AnsweringServer.Reply(200, list(DONE));
                })) {
            assertThat(run(server.port(), "rollout", "status", "shop/web", "--watch", "--timeout", "1m"))
                    .isZero();
        }

        assertThat(errors())
                .containsOnlyOnce("cannot answer now (503)")
                .contains("; trying again\nthe server answers again\n")
                .doesNotContain("nothing was heard");
    }

    @Test
    void whoDrainsAHostIsToldThatTheServerIsAwayAndSinceWhen() throws Exception {
        var said = new AtomicBoolean();
        var asked = new AtomicInteger();
        try (var server = AnsweringServer.of(request -> {
            if (request.contains("watch=true")) {
                return new AnsweringServer.Reply(200, "");
            }
            if (request.contains("/assignments")) {
                return said.get() && asked.incrementAndGet() > 1
                        ? AnsweringServer.Reply.GOES_AWAY
                        : new AnsweringServer.Reply(200, list(ASSIGNMENT));
            }
            if (request.contains("/hosts/")) {
                return new AnsweringServer.Reply(200, HOST);
            }
            said.set(true);
            return new AnsweringServer.Reply(404, "{}");
        })) {
            assertThat(run(server.port(), "drain", "web3", "--timeout", "6s"))
                    .as(errors())
                    .isEqualTo(3);
        }

        assertThat(errors())
                .containsOnlyOnce("is it running?; trying again")
                .contains("web3 is not empty after 6s: shop/web")
                .contains("; nothing was heard from the server since ");
    }

    @Test
    void aHeldAssignmentIsNamedWithItsNamespaceAsEverythingElse() throws Exception {
        try (var server = AnsweringServer.of(_ -> new AnsweringServer.Reply(200, "{}"))) {
            assertThat(run(server.port(), "hold", "assignment", "shop/web.web3", "--for", "1h", "--reason", "disk"))
                    .isZero();
            assertThat(run(server.port(), "release", "assignment", "shop/web.web3", "-n", "other"))
                    .isZero();
            assertThat(run(server.port(), "release", "assignment", "web.web3", "-n", "other"))
                    .isZero();

            assertThat(server.requests())
                    .containsExactly(
                            "PATCH /apis/underway.dev/v1alpha1/namespaces/shop/assignments/web.web3",
                            "PATCH /apis/underway.dev/v1alpha1/namespaces/shop/assignments/web.web3",
                            "PATCH /apis/underway.dev/v1alpha1/namespaces/other/assignments/web.web3");
        }
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("assignment.underway.dev/web.web3 held until ")
                .contains("\nassignment.underway.dev/web.web3 released\n");
    }

    private static final String SET = """
            {"metadata": {"name": "web", "namespace": "shop", "generation": 1}, "spec": {"selector": {}}}""";

    private static final String DONE = """
            {"metadata": {"name": "web", "namespace": "shop", "generation": 1}, "spec": {"selector": {}},
             "status": {"observedGeneration": 1,
              "conditions": [{"type": "Ready", "status": "True", "reason": "HostsReady"}]}}""";

    private static final String HOST = """
            {"metadata": {"name": "web3"}, "spec": {"cordoned": true, "drain": "Stopped"},
             "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Heard"}]}}""";

    private static final String ASSIGNMENT = """
            {"metadata": {"name": "web.web3", "namespace": "shop"},
             "spec": {"unitSet": "web", "host": "web3", "revision": "web-1", "digest": "d"}}""";

    private static String list(String object) {
        return "{\"metadata\": {\"resourceVersion\": \"7\"}, \"items\": [" + object + "]}";
    }

    @Test
    void aServerThatTakesNoConnectionIsNotReachedAndOneThatSaysNothingIsLate() throws Exception {
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run(full.getLocalPort(), "rollout", "status", "shop/web", "--request-timeout", "1s"))
                    .isEqualTo(3);
            assertThat(errors()).contains("did not answer within 1s");

            var waiting = new ArrayList<Socket>();
            for (int i = 0; i < 2; i++) {
                var socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), 500);
                } catch (SocketTimeoutException e) {
                    break;
                }
            }

            // Longer than it is tried to connect.
            assertThat(run(full.getLocalPort(), "rollout", "status", "shop/web", "--request-timeout", "11s"))
                    .as(errors())
                    .isEqualTo(4);
            assertThat(errors()).contains("cannot reach the server").contains("nothing answers there");
            for (var socket : waiting) {
                socket.close();
            }
        }
    }

    private int run(int port, String... command) throws Exception {
        Files.createDirectories(home.resolve(".kube"));
        Files.writeString(home.resolve(".kube/config"), """
                current-context: c
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
                contexts: [{name: c, context: {cluster: c}}]
                """.formatted(port));
        return UnderwayMain.run(
                new Console(
                        InputStream.nullInputStream(),
                        new TextStream(new PrintStream(out, true, StandardCharsets.UTF_8)),
                        new TextStream(new PrintStream(err, true, StandardCharsets.UTF_8)),
                        Map.of(),
                        home,
                        null),
                command);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
