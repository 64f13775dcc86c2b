package dev.underway.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ApiClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Watches as programs read them, event by event. Every stream here is bounded by `timeoutSeconds`.
@QuarkusTest
@TestProfile(ApiAlone.class)
class WatchApiTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private ApiClient api;

    @BeforeEach
    void emptyDefaultNamespace() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
        assertThat(api.send("DELETE", UNIT_SETS, "").code()).isEqualTo(200);
    }

    @Test
    void tellsEverythingAfterTheResourceVersionInOrder() throws Exception {
        var version = api.get(UNIT_SETS).json().at("/metadata/resourceVersion").asText();
        for (var name : List.of("a", "b", "c")) {
            create(name);
        }
        api.send("DELETE", UNIT_SETS + "/b", "");

        var events = watch("resourceVersion=" + version + "&timeoutSeconds=2");

        assertThat(events.stream()
                        .map(e -> e.path("type").asText() + " "
                                + e.at("/object/metadata/name").asText()))
                .containsExactly("ADDED a", "ADDED b", "ADDED c", "DELETED b");
        assertThat(events.stream()
                        .map(e -> e.at("/object/metadata/resourceVersion").asLong()))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void beginsWithWhatIsThereWhenNoResourceVersionIsGiven() throws Exception {
        create("a");

        var events = watch("timeoutSeconds=1");

        assertThat(events.getFirst().path("type").asText()).isEqualTo("ADDED");
        assertThat(events.getFirst().at("/object/metadata/name").asText()).isEqualTo("a");
    }

    @Test
    void endsWithABookmarkForThoseWhoWantIt() throws Exception {
        create("a");
        var version = api.get(UNIT_SETS).json().at("/metadata/resourceVersion").asLong();

        var events = watch("allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=" + version);

        assertThat(events.getLast().path("type").asText()).isEqualTo("BOOKMARK");
        assertThat(events.getLast().at("/object/kind").asText()).isEqualTo("UnitSet");
        assertThat(events.getLast().at("/object/metadata/resourceVersion").asLong())
                .isGreaterThanOrEqualTo(version);
    }

    @Test
    void describesTheColumnsOfATableOnce() throws Exception {
        create("a");
        create("b");

        var events = watch("timeoutSeconds=1", "Accept", "application/json;as=Table;g=meta.k8s.io;v=v1");

        assertThat(events.get(0).at("/object/columnDefinitions")).isNotEmpty();
        assertThat(events.get(1).at("/object/columnDefinitions")).isEmpty();
        assertThat(events.get(1).at("/object/rows/0/cells/0").asText()).isEqualTo("b");
    }

    @Test
    void refusesInitialEventsSoThatClientsListInstead() throws Exception {
        var answer = api.get(UNIT_SETS + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");

        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.json().path("reason").asText()).isEqualTo("Invalid");
    }

    @Test
    void refusesAResourceVersionFromTheFuture() throws Exception {
        assertThat(api.get(UNIT_SETS + "?watch=1&resourceVersion=99999999999").code())
                .isEqualTo(504);
    }

    private void create(String name) throws Exception {
        assertThat(api.send("POST", UNIT_SETS, Manifest.unitSet(name), "Content-Type", "application/yaml")
                        .code())
                .isEqualTo(201);
    }

    private List<JsonNode> watch(String parameters, String... headers) throws Exception {
        var events = new ArrayList<JsonNode>();
        try (var lines = new BufferedReader(
                new InputStreamReader(api.stream(UNIT_SETS + "?watch=true&" + parameters, headers), UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                events.add(Codec.JSON.readTree(line));
            }
        }
        return events;
    }
}
