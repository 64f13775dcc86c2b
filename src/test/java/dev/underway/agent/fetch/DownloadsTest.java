package dev.underway.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.underway.agent.host.HostPolicy;
import dev.underway.model.Digests;
import dev.underway.model.UnitSetSpec.Artifact;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
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
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/slow", exchange -> {
            try (exchange) {
                mayAnswer.await();
                exchange.sendResponseHeaders(200, BYTES.length);
                exchange.getResponseBody().write(BYTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
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
            assertThat(arrived.availablePermits()).isEqualTo(2);
        }
    }

    private Artifact artifact(String path) {
        return new Artifact("app", url(path), Digests.sha256(BYTES), "/opt/app");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
    }
}
