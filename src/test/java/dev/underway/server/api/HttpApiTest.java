package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ApiClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What programs rely on and kubectl does not show: codes, headers, media types, pages and versions.
@QuarkusTest
@TestProfile(ApiAlone.class)
class HttpApiTest {
    private static final String GROUP = "/apis/underway.dev/v1alpha1";
    private static final String UNIT_SETS = GROUP + "/namespaces/default/unitsets";

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
    void discoveryIsAggregatedWhenAskedSo() throws Exception {
        var answer = api.get(
                "/apis",
                "Accept",
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");

        assertThat(answer.header("Content-Type"))
                .isEqualTo("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        assertThat(answer.json().at("/items/0/metadata/name").asText()).isEqualTo("underway.dev");
        assertThat(answer.json().at("/items/0/versions/0/resources").findValuesAsText("resource"))
                .containsExactly("unitsets", "revisions", "assignments", "hosts");
    }

    @Test
    void discoveryKnowsTheOlderFormAsWell() throws Exception {
        assertThat(api.get("/api").json().path("versions")).hasSize(1);
        assertThat(api.get("/apis")
                        .json()
                        .at("/groups/0/preferredVersion/groupVersion")
                        .asText())
                .isEqualTo("underway.dev/v1alpha1");
        assertThat(api.get("/apis/underway.dev").json().path("name").asText()).isEqualTo("underway.dev");
        assertThat(api.get(GROUP).json().path("resources").findValuesAsText("name"))
                .contains("unitsets", "unitsets/status", "hosts/status", "revisions")
                .doesNotContain("revisions/status");
        assertThat(api.get("/apis/apps/v1").code()).isEqualTo(404);
    }

    @Test
    void discoveryIsNotSentTwice() throws Exception {
        var first = api.get("/apis");

        var second = api.get("/apis", "If-None-Match", first.header("ETag"));

        assertThat(second.code()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
    }

    @Test
    void openApiDocumentsAreNamedByTheirHashAndKeptForEver() throws Exception {
        var url = api.get("/openapi/v3")
                .json()
                .path("paths")
                .path("apis/underway.dev/v1alpha1")
                .path("serverRelativeURL")
                .asText();

        var document = api.get(url);

        assertThat(document.header("Cache-Control")).contains("immutable");
        assertThat(document.json().at("/components/schemas").properties()).isNotEmpty();
        var patch = document.json()
                .path("paths")
                .path(GROUP + "/namespaces/{namespace}/unitsets/{name}")
                .path("patch");
        assertThat(patch.path("parameters").findValuesAsText("name")).contains("fieldValidation");
        assertThat(patch.at("/requestBody/content").propertyStream().map(e -> e.getKey()))
                .containsExactlyInAnyOrder("application/json-patch+json", "application/merge-patch+json");
        assertThat(patch.at("/x-kubernetes-group-version-kind/kind").asText()).isEqualTo("UnitSet");
    }

    @Test
    void healthAndVersionAreForEverybody() throws Exception {
        for (var path : new String[] {"/healthz", "/livez", "/readyz"}) {
            assertThat(api.anonymous().get(path).body()).isEqualTo("ok");
        }
        assertThat(api.anonymous().get("/version").json().path("minor").asText())
                .isEqualTo("35");
    }

    @Test
    void nothingElseIsForPeopleWithoutAToken() throws Exception {
        for (var path : new String[] {"/api", "/apis", UNIT_SETS, "/openapi/v3", "/apis/nope"}) {
            var answer = api.anonymous().get(path);
            assertThat(answer.code()).isEqualTo(401);
            assertThat(answer.json().path("reason").asText()).isEqualTo("Unauthorized");
        }
    }

    @Test
    void everyRefusalIsAStatus() throws Exception {
        var status = api.get(UNIT_SETS + "/nope").json();

        assertThat(status).isEqualTo(Codec.JSON.readTree("""
                {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                 "message": "unitsets.underway.dev \\"nope\\" not found", "reason": "NotFound",
                 "details": {"name": "nope", "group": "underway.dev", "kind": "unitsets"}, "code": 404}"""));
    }

    @Test
    void anInvalidObjectNamesItsFieldsAsCauses() throws Exception {
        var answer = create(
                "application/json",
                "{\"apiVersion\":\"underway.dev/v1alpha1\",\"kind\":\"UnitSet\","
                        + "\"metadata\":{\"name\":\"bad\"},\"spec\":{\"selector\":{},\"files\":[{\"path\":\"x\"}]}}");

        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.json().at("/details/kind").asText()).isEqualTo("UnitSet");
        assertThat(answer.json().at("/details/causes/0/field").asText()).isEqualTo("spec.files[0].path");
        assertThat(answer.json().at("/details/causes/0/reason").asText()).isEqualTo("FieldValueInvalid");
    }

    @Test
    void duplicateFieldsAreRefusedWhenStrict() throws Exception {
        var answer = api.send("POST", UNIT_SETS + "?fieldValidation=Strict", """
                {"apiVersion":"underway.dev/v1alpha1","kind":"UnitSet","metadata":{"name":"twice"},
                 "spec":{"selector":{},"paused":true,"paused":false}}""", "Content-Type", "application/json");

        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.json().path("message").asText())
                .isEqualTo("UnitSet in version \"v1alpha1\" cannot be handled as a UnitSet: strict decoding error: "
                        + "duplicate field \"spec.paused\"");
    }

    @Test
    void unknownFieldsAreWarnedOfByDefault() throws Exception {
        var answer = create("application/yaml", Manifest.unitSet("warned").replace("units:", "foo: 1\n  units:"));

        assertThat(answer.code()).isEqualTo(201);
        assertThat(answer.header("Warning")).isEqualTo("299 - \"unknown field \\\"spec.foo\\\"\"");
    }

    @Test
    void yamlIsReadWithItsLine() throws Exception {
        assertThat(create("application/yaml", Manifest.unitSet("web")).code()).isEqualTo(201);
        var broken = create("application/yaml", "kind: UnitSet\nspec: {a: [}\n");
        assertThat(broken.code()).isEqualTo(400);
        assertThat(broken.json().path("message").asText()).contains("line 2");
    }

    @Test
    void yamlThatIsNoMappingIsRefused() throws Exception {
        var answer = create("application/yaml", "- a\n- b\n");

        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.json().path("message").asText()).startsWith("the body is not a YAML manifest: line 1: ");
    }

    @Test
    void aYamlBombIsRefused() throws Exception {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 10; i++) {
            var alias = "*a" + (i - 1);
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(",", java.util.Collections.nCopies(10, alias))));
        }

        assertThat(create("application/yaml", bomb.toString()).code()).isEqualTo(400);
    }

    @Test
    void aBodyOverTheLimitIsRefused() throws Exception {
        var answer = create("application/json", "{\"a\":\"" + "x".repeat(Bodies.MAX_BYTES) + "\"}");

        assertThat(answer.code()).isEqualTo(413);
        assertThat(answer.json().path("message").asText()).contains("at most 3145728 bytes");
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
    void otherMediaTypesAreRefusedByName() throws Exception {
        assertThat(create("text/html", "<p>").json().path("reason").asText()).isEqualTo("UnsupportedMediaType");
        assertThat(api.get(UNIT_SETS, "Accept", "text/html")
                        .json()
                        .path("reason")
                        .asText())
                .isEqualTo("NotAcceptable");
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
        assertThat(api.get(UNIT_SETS + "?resourceVersionMatch=Exact").code()).isEqualTo(422);
        assertThat(api.get(UNIT_SETS + "?resourceVersion=x").code()).isEqualTo(400);
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

    @Test
    void aWriteThatChangesNothingKeepsTheResourceVersion() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));
        var before = api.get(UNIT_SETS + "/a").json();

        var after = api.send("PUT", UNIT_SETS + "/a", before.toString(), "Content-Type", "application/json")
                .json();

        assertThat(after).isEqualTo(before);
    }

    @Test
    void aReplacementWithoutAResourceVersionIsUnconditional() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));

        var answer = api.send(
                "PUT",
                UNIT_SETS + "/a",
                Manifest.unitSet("a").replace("infinity", "9"),
                "Content-Type",
                "application/yaml");

        assertThat(answer.code()).isEqualTo(200);
        assertThat(answer.json().at("/metadata/generation").asInt()).isEqualTo(2);
    }

    @Test
    void aReplacementOfAnotherUidIsAConflict() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));
        var other =
                Manifest.unitSet("a").replace("name: a\n", "name: a\n  uid: 00000000-0000-0000-0000-000000000000\n");

        assertThat(api.send("PUT", UNIT_SETS + "/a", other, "Content-Type", "application/yaml")
                        .code())
                .isEqualTo(409);
    }

    @Test
    void nothingIsCreatedByAReplacement() throws Exception {
        assertThat(api.send("PUT", UNIT_SETS + "/a", Manifest.unitSet("a"), "Content-Type", "application/yaml")
                        .code())
                .isEqualTo(404);
    }

    @Test
    void aDeletionNamesTheUidOfWhatItDeleted() throws Exception {
        var uid = create("application/yaml", Manifest.unitSet("a"))
                .json()
                .at("/metadata/uid")
                .asText();

        var status = api.send(
                        "DELETE",
                        UNIT_SETS + "/a",
                        "{\"propagationPolicy\":\"Background\"}",
                        "Content-Type",
                        "application/json")
                .json();

        assertThat(status.path("status").asText()).isEqualTo("Success");
        assertThat(status.at("/details/uid").asText()).isEqualTo(uid);
    }

    @Test
    void aDeletionKeepsItsPreconditions() throws Exception {
        create("application/yaml", Manifest.unitSet("a"));

        assertThat(delete("{\"preconditions\":{\"uid\":\"x\"}}").code()).isEqualTo(409);
        assertThat(delete("{\"preconditions\":{\"resourceVersion\":\"1\"}}").code())
                .isEqualTo(409);
        assertThat(delete("{\"propagationPolicy\":\"Sideways\"}").code()).isEqualTo(422);
        assertThat(delete("{\"dryRun\":[\"All\"]}").code()).isEqualTo(200);
        assertThat(api.get(UNIT_SETS + "/a").code()).isEqualTo(200);
    }

    @Test
    void methodsThatMakeNoSenseAreNotAllowed() throws Exception {
        assertThat(api.send("PUT", UNIT_SETS, "{}").code()).isEqualTo(405);
        assertThat(api.send("POST", GROUP + "/unitsets", "{}").code()).isEqualTo(405);
        assertThat(api.send("DELETE", "/api/v1/namespaces", "").code()).isEqualTo(405);
        assertThat(api.send("POST", "/apis", "{}").code()).isEqualTo(405);
    }

    private ApiClient.Answer create(String contentType, String body) throws Exception {
        return api.send("POST", UNIT_SETS, body, "Content-Type", contentType);
    }

    private ApiClient.Answer delete(String options) throws Exception {
        return api.send("DELETE", UNIT_SETS + "/a", options, "Content-Type", "application/json");
    }

    private static java.util.List<String> names(JsonNode list) {
        return list.path("items").findParents("spec").stream()
                .map(item -> item.at("/metadata/name").asText())
                .toList();
    }
}
