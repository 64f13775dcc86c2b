package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ApiClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Lists as programs read them: pages, versions, tables, and in how many bytes.
@QuarkusTest
@TestProfile(ApiAlone.class)
class ListApiTest {
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
    void longAnswersAreZippedForThoseWhoCanUnzip() throws Exception {
        create("application/yaml", Manifest.unitSet("a").replace("infinity", "infinity # " + "x".repeat(200_000)));

        assertThat(api.get(UNIT_SETS, "Accept-Encoding", "gzip").header("Content-Encoding"))
                .isEqualTo("gzip");
        assertThat(api.get(UNIT_SETS).header("Content-Encoding")).isEmpty();
        assertThat(api.get("/apis", "Accept-Encoding", "gzip").header("Content-Encoding"))
                .isEmpty();
    }

    @Test
    void pagesKeepTheResourceVersionOfTheFirst() throws Exception {
        for (var name : new String[] {"a", "b", "c"}) {
            create("application/yaml", Manifest.unitSet(name));
        }
        var first = api.get(UNIT_SETS + "?limit=2").json();
        create("application/yaml", Manifest.unitSet("d"));

        var second = api.get(UNIT_SETS + "?limit=2&continue="
                        + first.at("/metadata/continue").asText())
                .json();

        assertThat(names(first)).containsExactly("a", "b");
        assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(1);
        assertThat(names(second)).startsWith("c");
        assertThat(second.at("/metadata/resourceVersion")).isEqualTo(first.at("/metadata/resourceVersion"));
    }

    @Test
    void aContinueTokenThatIsNoneIsExpired() throws Exception {
        assertThat(api.get(UNIT_SETS + "?limit=2&continue=abc")
                        .json()
                        .path("reason")
                        .asText())
                .isEqualTo("Expired");
    }

    @Test
    void aListCannotBeOlderOrNewerThanTheStore() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));
        var version = api.get(UNIT_SETS).json().at("/metadata/resourceVersion").asLong();
        create("application/yaml", Manifest.unitSet("b"));

        assertThat(api.get(UNIT_SETS + "?resourceVersion=0").code()).isEqualTo(200);
        assertThat(api.get(UNIT_SETS + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + version)
                        .code())
                .isEqualTo(200);
        assertThat(api.get(UNIT_SETS + "?resourceVersionMatch=Exact&resourceVersion=" + version)
                        .code())
                .isEqualTo(410);
        var future = api.get(UNIT_SETS + "?resourceVersion=" + (version + 1_000_000));
        assertThat(future.code()).isEqualTo(504);
        assertThat(future.json().at("/details/causes/0/reason").asText()).isEqualTo("ResourceVersionTooLarge");
        assertThat(api.get(UNIT_SETS + "?resourceVersion=x").code()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # parameters                                         | what is wrong with them
        resourceVersionMatch=Exact                           | resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided
        resourceVersionMatch=Exact&resourceVersion=0         | resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"
        resourceVersionMatch=Newest&resourceVersion=1        | resourceVersionMatch: Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""
        resourceVersionMatch=Exact&resourceVersion=1&continue=x | resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided
        sendInitialEvents=true                               | sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list
        """)
    void refusesWhatDoesNotGoTogether(String parameters, String why) throws Exception {
        var answer = api.get(UNIT_SETS + "?" + parameters);

        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.json().path("message").asText()).isEqualTo("ListOptions.meta.k8s.io \"\" is invalid: " + why);
    }

    @Test
    void aPageOfAListCannotBeOfAnotherVersion() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));
        create("application/yaml", Manifest.unitSet("b"));
        var first = api.get(UNIT_SETS + "?limit=1").json();

        var answer = api.get(UNIT_SETS + "?limit=1&resourceVersion=1&continue="
                + first.at("/metadata/continue").asText());

        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.json().path("message").asText())
                .isEqualTo("specifying resource version is not allowed when using continue");
    }

    @Test
    void oneObjectMayBeMetadataOnlyOrATable() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));

        var metadata = api.get(
                        UNIT_SETS + "/a", "Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
                .json();
        var table = api.get(UNIT_SETS + "/a", "Accept", "application/json;as=Table;g=meta.k8s.io;v=v1")
                .json();

        assertThat(metadata.path("kind").asText()).isEqualTo("PartialObjectMetadata");
        assertThat(metadata.path("apiVersion").asText()).isEqualTo("meta.k8s.io/v1");
        assertThat(metadata.at("/metadata/name").asText()).isEqualTo("a");
        assertThat(metadata.has("spec")).isFalse();
        assertThat(table.path("kind").asText()).isEqualTo("Table");
        assertThat(table.at("/rows/0/cells/0").asText()).isEqualTo("a");
    }

    @Test
    void aListMayHoldMetadataOnly() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));

        var list = api.get(UNIT_SETS, "Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
                .json();

        assertThat(list.path("kind").asText()).isEqualTo("PartialObjectMetadataList");
        assertThat(list.at("/items/0/metadata/name").asText()).isEqualTo("a");
        assertThat(list.at("/items/0").has("spec")).isFalse();
    }

    @Test
    void rowsOfATableCarryWhatIsAskedFor() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));
        var accept = "application/json;as=Table;g=meta.k8s.io;v=v1";

        assertThat(api.get(UNIT_SETS, "Accept", accept)
                        .json()
                        .at("/rows/0/object/kind")
                        .asText())
                .isEqualTo("PartialObjectMetadata");
        assertThat(api.get(UNIT_SETS + "?includeObject=Object", "Accept", accept)
                        .json()
                        .at("/rows/0/object/kind")
                        .asText())
                .isEqualTo("UnitSet");
        assertThat(api.get(UNIT_SETS + "?includeObject=None", "Accept", accept)
                        .json()
                        .path("rows")
                        .path(0)
                        .has("object"))
                .isFalse();
    }

    private ApiClient.Answer create(String contentType, String body) throws Exception {
        return api.send("POST", UNIT_SETS, body, "Content-Type", contentType);
    }

    private static java.util.List<String> names(JsonNode list) {
        return list.path("items").findParents("spec").stream()
                .map(item -> item.at("/metadata/name").asText())
                .toList();
    }
}
