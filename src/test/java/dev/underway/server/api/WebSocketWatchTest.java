package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.ShortMemory;
import dev.underway.testing.ApiClient;
import dev.underway.testing.Frames;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Watches over WebSocket, as the Kubernetes client for Java opens them.
@QuarkusTest
@TestProfile(ApiAlone.class)
class WebSocketWatchTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @Inject
    ShortMemory log;

    private final Frames frames = new Frames();
    private ApiClient api;

    @BeforeEach
    void emptyDefaultNamespace() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
        assertThat(api.send("DELETE", UNIT_SETS, "").code()).isEqualTo(200);
    }

    @Test
    void everyEventIsATextMessage() throws Exception {
        create("a");
        var socket = open("");
        assertThat(words(frames.next())).isEqualTo("ADDED a");

        create("b");
        api.send("DELETE", UNIT_SETS + "/a", "");

        assertThat(words(frames.next())).isEqualTo("ADDED b");
        assertThat(words(frames.next())).isEqualTo("DELETED a");
        socket.abort();
    }

    @Test
    void aLongEventIsOneMessage() throws Exception {
        var socket = open("");
        var manifest = Manifest.unitSet("a").replace("infinity", "infinity # " + "x".repeat(200_000));

        assertThat(api.send("POST", UNIT_SETS, manifest, "Content-Type", "application/yaml")
                        .code())
                .isEqualTo(201);

        assertThat(frames.next().toString()).hasSizeGreaterThan(200_000);
        socket.abort();
    }

    @Test
    void endsInOrderWhenItsTimeIsOver() throws Exception {
        open("&timeoutSeconds=1&allowWatchBookmarks=true");

        assertThat(frames.end().get(20, TimeUnit.SECONDS)).isEqualTo("1000");
        assertThat(frames.next().path("type").asText()).isEqualTo("BOOKMARK");
    }

    @Test
    void saysThatAnOldVersionHasExpired() throws Exception {
        var version = api.get(UNIT_SETS).json().at("/metadata/resourceVersion").asText();
        create("a");
        create("b");
        log.forget();

        open("&resourceVersion=" + version);

        var event = frames.next();
        assertThat(event.path("type").asText()).isEqualTo("ERROR");
        assertThat(event.at("/object/code").asInt()).isEqualTo(410);
        assertThat(frames.end().get(20, TimeUnit.SECONDS)).isEqualTo("1000");
    }

    @Test
    void isRefusedLikeAnyOtherRequest() {
        assertRefused(401, api.as("none"), "");
        assertRefused(504, api, "&resourceVersion=99999999999");
        assertRefused(422, api, "&sendInitialEvents=true");
    }

    private void assertRefused(int code, ApiClient as, String parameters) {
        assertThatThrownBy(() -> as.frames(UNIT_SETS + "?watch=true" + parameters, frames))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(code));
    }

    private WebSocket open(String parameters) throws Exception {
        return api.frames(UNIT_SETS + "?watch=true" + parameters, frames);
    }

    private void create(String name) throws Exception {
        assertThat(api.send("POST", UNIT_SETS, Manifest.unitSet(name), "Content-Type", "application/yaml")
                        .code())
                .isEqualTo(201);
    }

    private static String words(JsonNode event) {
        return event.path("type").asText() + " "
                + event.at("/object/metadata/name").asText();
    }
}
