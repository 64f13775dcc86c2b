package dev.underway.server.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ApiClient;
import dev.underway.testing.Frames;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Clients that say nothing any more, or not enough, are not waited for without end. They speak plain HTTP/1.1 here,
/// byte by byte.
@QuarkusTest
@TestProfile(SlowWatcherTest.OneWatch.class)
class SilentClientTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";

    @TestHTTPResource
    URI plain;

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private ApiClient api;
    private String authorization;

    /// The watch of the test before may not have been noticed to be gone.
    @BeforeEach
    void awaitRoomForOneWatch() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
        authorization = "Authorization: Bearer "
                + Files.readString(config.stateDirectory().resolve("admin.token"))
                        .strip() + "\r\n";
        await().atMost(Duration.ofSeconds(30)).until(() -> another().code() == 200);
    }

    @Test
    void aWebSocketThatDoesNotAnswerPingsIsCutOff() throws Exception {
        try (var socket = connect()) {
            send(
                    socket,
                    "GET " + UNIT_SETS + "?watch=true HTTP/1.1\r\nHost: localhost\r\n" + authorization
                            + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(read(socket, "\r\n\r\n")).startsWith("HTTP/1.1 101 ");

            // It keeps the connection, reads, and never says a word.
            assertThat(readToTheEnd(socket)).isTrue();
        }
    }

    @Test
    void aWebSocketThatAnswersPingsIsNot() throws Exception {
        var frames = new Frames();
        var socket = api.frames(UNIT_SETS + "?watch=true&timeoutSeconds=20", frames);

        Thread.sleep(5_000);

        assertThat(frames.end()).isNotDone();
        socket.abort();
    }

    @Test
    void theKernelAsksForAWatcherThatVanished() throws Exception {
        try (var socket = connect()) {
            send(socket, "GET " + UNIT_SETS + "?watch=true HTTP/1.1\r\nHost: localhost\r\n" + authorization + "\r\n");
            assertThat(read(socket, "\r\n\r\n")).startsWith("HTTP/1.1 200 ");

            assertThat(secondsUntilTheKernelAsks(socket)).isBetween(1.0, 30.0);
        }
    }

    @Test
    void aBodyThatDoesNotArriveIsNotWaitedFor() throws Exception {
        try (var socket = connect()) {
            send(
                    socket,
                    "POST " + UNIT_SETS + " HTTP/1.1\r\nHost: localhost\r\n" + authorization
                            + "Content-Type: application/yaml\r\nContent-Length: 100000\r\n\r\n");
            for (int i = 0; i < 5; i++) {
                send(socket, "#");
                Thread.sleep(100);
            }

            var answer = read(socket, "\"code\":408}");

            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("\"reason\":\"Timeout\"");
            assertThat(readToTheEnd(socket)).isTrue();
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket(plain.getHost(), plain.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String read(Socket socket, String until) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(until) < 0) {
            int b = socket.getInputStream().read();
            if (b < 0) {
                throw new AssertionError("ended after: " + read);
            }
            read.append((char) b);
        }
        return read.toString();
    }

    /// Whether the server ends the connection before we lose patience.
    private static boolean readToTheEnd(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private ApiClient.Answer another() throws IOException, InterruptedException {
        return api.get(UNIT_SETS + "?watch=true&timeoutSeconds=1");
    }

    /// The keepalive timer of the server's end of a connection, as the kernel tells it: `tr` 02 is a keepalive timer,
    /// `tm->when` its time in jiffies of 1/100 s (Documentation/networking/proc_net_tcp.rst).
    private static double secondsUntilTheKernelAsks(Socket client) throws IOException {
        var ends = Pattern.compile(String.format(
                Locale.ROOT, ":%04X [0-9A-F]+:%04X 01 \\S+ 02:([0-9A-F]+) ", client.getPort(), client.getLocalPort()));
        for (var table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            var found = ends.matcher(Files.readString(Path.of(table)));
            if (found.find()) {
                return Integer.parseInt(found.group(1), 16) / 100.0;
            }
        }
        return -1;
    }
}
