package dev.underway.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.underway.agent.host.HostPolicy;
import dev.underway.model.Digests;
import dev.underway.model.UnitSetSpec.Artifact;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final byte[] TOOL = "a tool".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BYTES = "a program".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path store;

    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final Semaphore arrived = new Semaphore(0);
    private HttpServer server;
    private Artifacts artifacts;

    @BeforeEach
    void serve() throws Exception {
        artifacts = new Artifacts(store);
        server = HttpServer.create(new InetSocketAddress(0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/slow", exchange -> {
            try (exchange) {
                mayAnswer.await();
                var number = exchange.getRequestURI().getQuery();
                var bytes = number == null ? BYTES : ("program " + number).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.createContext("/tool", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, TOOL.length);
                exchange.getResponseBody().write(TOOL);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        mayAnswer.countDown();
        server.stop(0);
    }

    @Test
    void aSlowDownloadIsNotWaitedForAndIsToldWhenItIsHere() throws Exception {
        try (var downloads = new Downloads(artifacts, arrived::release, Duration.ofMillis(20))) {
            var wanted = List.of(artifact("slow"));

            assertThat(downloads.fetch(wanted, HostPolicy.DEFAULT.artifacts()))
                    .contains("app is being fetched from " + url("slow"));
            assertThat(downloads.fetch(wanted, HostPolicy.DEFAULT.artifacts())).isPresent();

            mayAnswer.countDown();
            arrived.acquire();
            assertThat(downloads.fetch(wanted, HostPolicy.DEFAULT.artifacts())).isEmpty();
            assertThat(artifacts.content(Digests.sha256(BYTES))).hasBinaryContent(BYTES);
        }
    }

    @Test
    void whatCannotBeFetchedFailsAndIsTriedAgain() throws Exception {
        try (var downloads = new Downloads(artifacts, arrived::release, LONG)) {
            var wanted = List.of(artifact("missing"));

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> downloads.fetch(wanted, HostPolicy.DEFAULT.artifacts()))
                        .isInstanceOf(FetchFailed.class)
                        .hasMessageContaining(url("missing"));
            }
            assertThat(arrived.tryAcquire(2, LONG.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /// One name for the server that is slow, another for the same server as one that is not.
    @Test
    void aSlowServerHoldsUpOnlyWhatIsWantedOfIt() throws Exception {
        try (var downloads = new Downloads(artifacts, arrived::release, Duration.ofMillis(500))) {
            var slow = List.of(artifact("slow"));
            var alsoSlow = List.of(new Artifact("tool", url("tool"), Digests.sha256(TOOL), "/opt/tool"));
            var elsewhere = List.of(new Artifact(
                    "tool", url("tool").replace("127.0.0.1", "localhost"), Digests.sha256(TOOL), "/opt/t"));
            assertThat(downloads.fetch(slow, HostPolicy.DEFAULT.artifacts())).isPresent();

            assertThat(downloads.fetch(alsoSlow, HostPolicy.DEFAULT.artifacts()))
                    .contains("tool waits for other downloads, to be fetched from " + url("tool"));
            assertThat(downloads.fetch(elsewhere, HostPolicy.DEFAULT.artifacts()))
                    .isEmpty();

            mayAnswer.countDown();
            arrived.acquire(2);
            assertThat(downloads.fetch(slow, HostPolicy.DEFAULT.artifacts())).isEmpty();
        }
    }

    @Test
    void aFewDownloadsAreUnderWayAtATimeAndTheOthersFollow() throws Exception {
        try (var downloads = new Downloads(artifacts, arrived::release, Duration.ofMillis(20))) {
            for (int i = 1; i <= 4; i++) {
                assertThat(downloads.fetch(List.of(ofServer(i)), HostPolicy.DEFAULT.artifacts()))
                        .hasValueSatisfying(words -> assertThat(words).contains("is being fetched"));
            }
            var fifth = List.of(ofServer(5));
            assertThat(downloads.fetch(fifth, HostPolicy.DEFAULT.artifacts()))
                    .hasValueSatisfying(words -> assertThat(words).contains("waits for other downloads"));

            mayAnswer.countDown();
            arrived.acquire(4);

            downloads.fetch(fifth, HostPolicy.DEFAULT.artifacts());
            arrived.acquire();
            assertThat(downloads.fetch(fifth, HostPolicy.DEFAULT.artifacts())).isEmpty();
        }
    }

    private Artifact artifact(String path) {
        return new Artifact("app", url(path), Digests.sha256(BYTES), "/opt/app");
    }

    /// One of several slow servers, each with a content of its own.
    private Artifact ofServer(int number) {
        var url = url("slow?" + number).replace("127.0.0.1", "127.0.0." + number);
        return new Artifact("app", url, Digests.sha256("program " + number), "/opt/app");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
    }
}
