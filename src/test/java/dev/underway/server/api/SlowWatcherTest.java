package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ApiClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A client that asks for events and does not read them costs the server a bounded number of bytes, and not for long.
@QuarkusTest
@TestProfile(SlowWatcherTest.OneWatch.class)
class SlowWatcherTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";
    private static final int BYTES = 500_000;
    /// More than the kernel takes for a connection over loopback (tcp(7): tcp_rmem, tcp_wmem) and the server on top.
    private static final int CHANGES = 60;

    /// There is room for one watch: the next one shows whether the first is still there.
    public static final class OneWatch implements QuarkusTestProfile {
        private final ApiAlone alone = new ApiAlone();

        @Override
        public Map<String, String> getConfigOverrides() {
            var configuration = new HashMap<>(alone.getConfigOverrides());
            configuration.put("underway.limits.watches", "1");
            configuration.put("underway.limits.unread", "1s");
            configuration.put("underway.limits.arrival", "2s");
            return configuration;
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return alone.testResources();
        }
    }

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private ApiClient api;

    @BeforeEach
    void oneUnitSet() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
        api.send("DELETE", UNIT_SETS, "");
        api.send("POST", UNIT_SETS, Manifest.unitSet("web"), "Content-Type", "application/yaml");
    }

    @Test
    void aWatchTooManyIsToldToComeBackLater() throws Exception {
        try (var only = api.stream(UNIT_SETS + "?watch=true")) {
            assertThat(only.read()).isEqualTo('{');

            var answer = another();

            assertThat(answer.code()).isEqualTo(429);
            assertThat(answer.header("Retry-After")).isEqualTo("1");
            assertThat(answer.json().path("reason").asText()).isEqualTo("TooManyRequests");
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> another().code() == 200);
    }

    @Test
    void aWatcherThatDoesNotReadIsCutOff() throws Exception {
        try (var slow = api.stream(UNIT_SETS + "?watch=true")) {
            assertThat(slow.read()).isEqualTo('{');
            for (int n = 0; n < CHANGES; n++) {
                change(n);
            }

            await().atMost(Duration.ofSeconds(30)).until(() -> another().code() == 200);

            assertThat(read(slow)).isLessThan((long) CHANGES * BYTES);
        }
    }

    private ApiClient.Answer another() throws IOException, InterruptedException {
        return api.get(UNIT_SETS + "?watch=true&timeoutSeconds=1");
    }

    private void change(int n) throws Exception {
        var patch =
                "{\"spec\":{\"files\":[{\"path\":\"/etc/web\",\"content\":\"%d%s\"}]}}".formatted(n, "x".repeat(BYTES));
        assertThat(api.send("PATCH", UNIT_SETS + "/web", patch, "Content-Type", "application/merge-patch+json")
                        .code())
                .isEqualTo(200);
    }

    @Test
    void aWatcherOverWebSocketThatDoesNotReadIsCutOff() throws Exception {
        var frames = new Unread();
        api.frames(UNIT_SETS + "?watch=true", frames);
        for (int n = 0; n < CHANGES; n++) {
            change(n);
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> another().code() == 200);
    }

    /// Asks for no message at all.
    private static final class Unread implements WebSocket.Listener {
        @Override
        public void onOpen(WebSocket socket) {
            // One would be asked for here.
        }
    }

    /// How many bytes there are before the stream breaks; it must not end as if all had been told.
    private static long read(InputStream stream) {
        long bytes = 0;
        var buffer = new byte[65_536];
        try {
            for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                bytes += n;
            }
        } catch (IOException e) {
            return bytes;
        }
        throw new AssertionError("the stream ended in order after " + bytes + " bytes");
    }
}
