package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.ShortMemory;
import dev.underway.testing.ApiClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Clients that were away for longer than the log goes back are told 410, on which they list anew.
@QuarkusTest
@TestProfile(ApiAlone.class)
class ForgottenLogTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @Inject
    ShortMemory log;

    private ApiClient api;

    @BeforeEach
    void threeUnitSets() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
        api.send("DELETE", UNIT_SETS, "");
        for (var name : List.of("a", "b", "c")) {
            create(name);
        }
    }

    @Test
    void aPageOfAListFromBeforeIsGone() throws Exception {
        var first = api.get(UNIT_SETS + "?limit=2").json();
        create("d");
        create("e");
        log.forget();

        var next = api.get(UNIT_SETS + "?limit=2&continue="
                + first.at("/metadata/continue").asText());

        assertThat(next.code()).isEqualTo(410);
        assertThat(next.json().path("kind").asText()).isEqualTo("Status");
        assertThat(next.json().path("reason").asText()).isEqualTo("Expired");
    }

    @Test
    void aWatchFromBeforeIsToldSoAndEnds() throws Exception {
        var version = api.get(UNIT_SETS).json().at("/metadata/resourceVersion").asText();
        create("d");
        create("e");
        log.forget();

        var answer = api.get(UNIT_SETS + "?watch=true&resourceVersion=" + version);

        assertThat(answer.code()).isEqualTo(200);
        var event = Codec.JSON.readTree(answer.body());
        assertThat(event.path("type").asText()).isEqualTo("ERROR");
        assertThat(event.at("/object/code").asInt()).isEqualTo(410);
        assertThat(event.at("/object/reason").asText()).isEqualTo("Expired");
    }

    @Test
    void aWatchFromNowGoesOn() throws Exception {
        log.forget();
        var version = api.get(UNIT_SETS).json().at("/metadata/resourceVersion").asText();
        create("d");

        var answer = api.get(UNIT_SETS + "?watch=true&timeoutSeconds=1&resourceVersion=" + version);

        assertThat(Codec.JSON.readTree(answer.body()).path("type").asText()).isEqualTo("ADDED");
    }

    private void create(String name) throws Exception {
        api.send("POST", UNIT_SETS, Manifest.unitSet(name), "Content-Type", "application/yaml");
    }
}
