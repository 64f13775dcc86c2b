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
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Watches as programs read them, event by event. Every stream here is bounded by `timeoutSeconds`.
@QuarkusTest
@TestProfile(ApiAlone.class)
class WatchApiTest {
    private static final String BEGINNING = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
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

        assertThat(events.stream().map(WatchApiTest::words))
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
    void tellsFirstWhatIsThereAndThenThatThisWasAll() throws Exception {
        create("a");
        create("b");
        var version = api.get(UNIT_SETS).json().at("/metadata/resourceVersion").asText();

        var events = watch(BEGINNING + "&allowWatchBookmarks=true&timeoutSeconds=1");

        assertThat(events.stream().limit(3).map(WatchApiTest::words))
                .containsExactly("ADDED a", "ADDED b", "BOOKMARK ");
        assertThat(events.get(2)
                        .at("/object/metadata/annotations/k8s.io~1initial-events-end")
                        .asText())
                .isEqualTo("true");
        assertThat(events.get(2).at("/object/metadata/resourceVersion").asText())
                .isEqualTo(version);
        assertThat(events.get(2).at("/object/kind").asText()).isEqualTo("UnitSet");
        assertThat(events.getLast().at("/object/metadata").has("annotations")).isFalse();
    }

    @Test
    void tellsWhatComesAfterWhatWasThereOnce() throws Exception {
        create("a");
        try (var lines = lines(BEGINNING + "&allowWatchBookmarks=true&timeoutSeconds=20")) {
            var told = new ArrayList<String>();
            told.add(words(Codec.JSON.readTree(lines.readLine())));
            told.add(words(Codec.JSON.readTree(lines.readLine())));
            create("b");
            told.add(words(Codec.JSON.readTree(lines.readLine())));

            assertThat(told).containsExactly("ADDED a", "BOOKMARK ", "ADDED b");
        }
    }

    @Test
    void whatIsThereIsAtLeastAsNewAsAskedFor() throws Exception {
        var version = create("a").at("/metadata/resourceVersion").asText();

        assertThat(watch(BEGINNING + "&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=" + version)
                        .getFirst()
                        .path("type")
                        .asText())
                .isEqualTo("ADDED");
        assertThat(api.get(UNIT_SETS + "?watch=true&" + BEGINNING + "&resourceVersion=99999999999")
                        .code())
                .isEqualTo(504);
    }

    @Test
    void aWatchThatWantsNoBookmarksGetsNone() throws Exception {
        create("a");

        assertThat(watch(BEGINNING + "&timeoutSeconds=1").stream().map(WatchApiTest::words))
                .containsExactly("ADDED a");
    }

    @Test
    void leavesOutWhatIsThereForThoseWhoDoNotWantIt() throws Exception {
        create("a");

        assertThat(watch("sendInitialEvents=false&resourceVersionMatch=NotOlderThan&timeoutSeconds=1"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # parameters                                                  | what is wrong with them
        sendInitialEvents=true                                        | resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan
        sendInitialEvents=false                                       | resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan
        resourceVersionMatch=NotOlderThan                             | resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided
        sendInitialEvents=true&resourceVersionMatch=Exact             | [resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]
        sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x | resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided
        """)
    void refusesWhatDoesNotGoTogether(String parameters, String why) throws Exception {
        var answer = api.get(UNIT_SETS + "?watch=true&" + parameters);

        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.json().path("reason").asText()).isEqualTo("Invalid");
        assertThat(answer.json().path("message").asText()).isEqualTo("ListOptions.meta.k8s.io \"\" is invalid: " + why);
        assertThat(answer.json().at("/details/causes")).isNotEmpty();
    }

    @Test
    void aWatchMayHoldMetadataOnly() throws Exception {
        create("a");

        var events = watch(
                BEGINNING + "&allowWatchBookmarks=true&timeoutSeconds=1",
                "Accept",
                "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");

        assertThat(events.stream().map(event -> event.at("/object/kind").asText()))
                .containsOnly("PartialObjectMetadata");
        assertThat(events.getFirst().at("/object/metadata/name").asText()).isEqualTo("a");
        assertThat(events.getFirst().path("object").has("spec")).isFalse();
        assertThat(events.get(1)
                        .at("/object/metadata/annotations/k8s.io~1initial-events-end")
                        .asText())
                .isEqualTo("true");
    }

    @Test
    void changesOfMetadataAloneAreToldToo() throws Exception {
        var version = create("a").at("/metadata/resourceVersion").asText();
        api.send("DELETE", UNIT_SETS + "/a", "");

        var events = watch(
                "timeoutSeconds=1&resourceVersion=" + version,
                "Accept",
                "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");

        assertThat(events.stream().map(WatchApiTest::words)).containsExactly("DELETED a");
        assertThat(events.getFirst().at("/object/kind").asText()).isEqualTo("PartialObjectMetadata");
    }

    @Test
    void manyWatchersOfOneKindAreToldTheSame() throws Exception {
        var version = api.get(UNIT_SETS).json().at("/metadata/resourceVersion").asText();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var watchers = IntStream.range(0, 20)
                    .mapToObj(_ -> threads.submit(() -> watch("resourceVersion=" + version + "&timeoutSeconds=3")))
                    .toList();
            for (var name : List.of("a", "b", "c")) {
                create(name);
                api.send("DELETE", UNIT_SETS + "/" + name, "");
            }

            var expected = watch("resourceVersion=" + version + "&timeoutSeconds=1");

            assertThat(expected).hasSize(6);
            for (var watcher : watchers) {
                assertThat(watcher.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void refusesAResourceVersionFromTheFuture() throws Exception {
        assertThat(api.get(UNIT_SETS + "?watch=1&resourceVersion=99999999999").code())
                .isEqualTo(504);
    }

    private JsonNode create(String name) throws Exception {
        var answer = api.send("POST", UNIT_SETS, Manifest.unitSet(name), "Content-Type", "application/yaml");
        assertThat(answer.code()).isEqualTo(201);
        return answer.json();
    }

    private static String words(JsonNode event) {
        return event.path("type").asText() + " "
                + event.at("/object/metadata/name").asText();
    }

    private BufferedReader lines(String parameters, String... headers) throws Exception {
        return new BufferedReader(
                new InputStreamReader(api.stream(UNIT_SETS + "?watch=true&" + parameters, headers), UTF_8));
    }

    private List<JsonNode> watch(String parameters, String... headers) throws Exception {
        var events = new ArrayList<JsonNode>();
        try (var lines = lines(parameters, headers)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                events.add(Codec.JSON.readTree(line));
            }
        }
        return events;
    }
}
