package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
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
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        try {
            assertThat(run(server.getAddress().getPort(), "rollout", "status", "shop/web", "--watch"))
                    .as(errors())
                    .isEqualTo(exit);
            assertThat(errors()).contains(message);
        } finally {
            server.stop(0);
        }
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

            assertThat(run(full.getLocalPort(), "rollout", "status", "shop/web", "--request-timeout", "1s"))
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
