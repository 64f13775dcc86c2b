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
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Server-side apply and the owners of fields as programs see them.
@QuarkusTest
@TestProfile(ApiAlone.class)
class ServerSideApplyApiTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";
    private static final String A = UNIT_SETS + "/a";
    private static final String HOST = "/apis/underway.dev/v1alpha1/hosts/applied";
    private static final String APPLY = "application/apply-patch+yaml";

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private ApiClient api;

    @BeforeEach
    void emptyDefaultNamespace() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
        assertThat(api.send("DELETE", UNIT_SETS, "").code()).isEqualTo(200);
        api.send("DELETE", HOST, "");
    }

    @Test
    void answersWhatItDid() throws Exception {
        assertThat(apply("?fieldManager=me", Manifest.unitSet("a")).code()).isEqualTo(201);
        assertThat(apply("?fieldManager=me", Manifest.unitSet("a")).code()).isEqualTo(200);
    }

    @Test
    void aConflictIsAStatusWithItsFields() throws Exception {
        apply("?fieldManager=me", Manifest.unitSet("a") + "  paused: true\n");

        var status = apply("?fieldManager=you", Manifest.unitSet("a").replace("infinity", "9") + "  paused: false\n")
                .json();

        assertThat(status).isEqualTo(Codec.JSON.readTree("""
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message":
             "Apply failed with 2 conflicts: conflicts with \\"me\\":\\n- .spec.paused\\n- .spec.units[name=\\"web.service\\"].content",
             "reason": "Conflict", "code": 409, "details": {"causes": [
               {"reason": "FieldManagerConflict", "message": "conflict with \\"me\\"", "field": ".spec.paused"},
               {"reason": "FieldManagerConflict", "message": "conflict with \\"me\\"",
                "field": ".spec.units[name=\\"web.service\\"].content"}]}}\
            """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            # query                     | in the manifest | instead                    | code | says
            ''                          |                 |                            | 422  | PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch
            ?fieldManager=a%0Ab         |                 |                            | 422  | PatchOptions.meta.k8s.io "" is invalid: fieldManager: should only contain printable characters
            ?fieldManager=me            | name: a         | name: b                    | 400  | the name of the object (b) does not match the name on the URL (a)
            ?fieldManager=me            | name: a         | generateName: a            | 400  | the name of the object (a based on URL) was undeterminable: name must be provided
            ?fieldManager=me            | name: a         | name: a, namespace: b      | 400  | the namespace of the provided object does not match the namespace sent on the request
            ?fieldManager=me            | name: a         | name: a, managedFields: [] | 400  | metadata.managedFields must be nil
            ?fieldManager=me            | kind: UnitSet   | kind: Host                 | 400  | the kind in the data (Host) does not match the expected kind (UnitSet)
            ?fieldManager=me            | v1alpha1        | v1                         | 400  | the API version in the data (underway.dev/v1) does not match the expected API version (underway.dev/v1alpha1)
            ?fieldManager=me            | paused: true    | pausd: true                | 400  | failed to create typed patch object (default/a; underway.dev/v1alpha1, Kind=UnitSet): .spec.pausd: field not declared in schema
            ?fieldManager=me            | paused: true    | units: {}                  | 400  | failed to create typed patch object (default/a; underway.dev/v1alpha1, Kind=UnitSet): .spec.units: expected list, got object
            ?fieldManager=me            | paused: true    | units: [{name: x}, {name: x}] | 400 | failed to create typed patch object (default/a; underway.dev/v1alpha1, Kind=UnitSet): .spec.units: duplicate entries for key [name="x"]
            """)
    void refuses(String query, String what, String instead, int code, String message) throws Exception {
        var manifest = """
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: a}
                spec: {selector: {}, paused: true}
                """;
        var sent = what == null ? manifest : manifest.replace(what, instead);

        var answer = apply("''".equals(query) ? "" : query, sent);

        assertThat(answer.json().path("message").asText()).isEqualTo(message);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void takesItsOwnMediaTypeOnlyAndForceForItAlone() throws Exception {
        for (var type : List.of("application/apply-patch+json", "application/apply-patch+cbor")) {
            assertThat(api.send("PATCH", A + "?fieldManager=me", Manifest.unitSet("a"), "Content-Type", type)
                            .code())
                    .isEqualTo(415);
        }
        assertThat(api.send("PATCH", A + "?force=true", "{}", "Content-Type", "application/merge-patch+json")
                        .code())
                .isEqualTo(422);
    }

    @Test
    void duplicateKeysAreRefusedOrWarnedOf() throws Exception {
        var twice = """
                {"apiVersion": "underway.dev/v1alpha1", "kind": "UnitSet", "metadata": {"name": "a"},
                 "spec": {"selector": {}, "paused": true, "paused": true}}\
                """;

        assertThat(apply("?fieldManager=me&fieldValidation=Strict", "\n" + twice)
                        .code())
                .isEqualTo(400);
        assertThat(apply("?fieldManager=me&fieldValidation=Strict", twice)
                        .json()
                        .path("message")
                        .asText())
                .isEqualTo("error strict decoding YAML: key \"spec.paused\" already set in map");
        assertThat(apply("?fieldManager=me", twice).header("Warning"))
                .isEqualTo("299 - \"key \\\"spec.paused\\\" already set in map\"");
    }

    @Test
    void anOldResourceVersionIsAConflict() throws Exception {
        apply("?fieldManager=me", Manifest.unitSet("a"));

        var old = apply(
                "?fieldManager=me", Manifest.unitSet("a").replace("name: a\n", "name: a\n  resourceVersion: \"1\"\n"));

        assertThat(old.code()).isEqualTo(409);
        assertThat(old.json().path("message").asText()).startsWith("Operation cannot be fulfilled");
    }

    @Test
    void everyWriteOfAPersonIsWrittenDown() throws Exception {
        api.send("POST", UNIT_SETS, Manifest.unitSet("a"), "Content-Type", "application/yaml", "User-Agent", "curl/8");
        merge(A + "?fieldManager=labeller", "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}");
        merge(A + "/status?fieldManager=judge", "{\"status\":{\"hosts\":3}}");

        assertThat(owners(api.get(A).json())).isEqualTo("""
                curl Update  {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{".":{},"f:selector":{},\
                "f:units":{".":{},"k:{\\"name\\":\\"web.service\\"}":{".":{},"f:content":{},"f:name":{}}}}}
                judge Update status {"f:status":{".":{},"f:hosts":{}}}
                labeller Update  {"f:metadata":{"f:labels":{"f:x":{}}}}
                """);
    }

    @Test
    void whoChangesAFieldTakesItFromTheOwner() throws Exception {
        apply("?fieldManager=me", Manifest.unitSet("a"));
        var replaced = Manifest.unitSet("a").replace("{app: a}", "{app: b}");

        api.send("PUT", A + "?fieldManager=you", replaced, "Content-Type", "application/yaml");

        assertThat(owners(api.get(A).json()))
                .contains("you Update  {\"f:metadata\":{\"f:labels\":{\"f:app\":{}}}}\n")
                .containsOnlyOnce("f:app");
    }

    @Test
    void oneEmptyEntryForgetsAllAndNothingIsTrackedUntilSomebodyApplies() throws Exception {
        apply("?fieldManager=me", Manifest.unitSet("a"));

        merge(A, "{\"metadata\":{\"managedFields\":[{}]}}");

        merge(A, "{\"spec\":{\"paused\":true}}");
        assertThat(api.get(A).json().at("/metadata/managedFields").isMissingNode())
                .isTrue();
        assertThat(apply("?fieldManager=me", Manifest.unitSet("a") + "  paused: false\n")
                        .json()
                        .path("message")
                        .asText())
                .isEqualTo("Apply failed with 1 conflict: conflict with \"before-first-apply\" using"
                        + " underway.dev/v1alpha1: .spec.paused");
    }

    @Test
    void aClientThatKnowsNoOwnersLosesNone() throws Exception {
        apply("?fieldManager=me", Manifest.unitSet("a"));
        var before = api.get(A).json();

        api.send("PUT", A, Manifest.unitSet("a"), "Content-Type", "application/yaml");

        assertThat(api.get(A).json()).isEqualTo(before);
    }

    @Test
    void theStatusBelongsToWhoReportsIt() throws Exception {
        var host = "apiVersion: underway.dev/v1alpha1\nkind: Host\nmetadata: {name: applied}\n";
        var status = host + "status: {machine: x}\n";
        api.send("PATCH", HOST + "?fieldManager=me", host + "spec: {cordoned: true}\n", "Content-Type", APPLY);
        merge(HOST + "/status?fieldManager=them", "{\"status\":{\"machine\":\"y\"}}");

        var conflict = api.send("PATCH", HOST + "/status?fieldManager=me", status, "Content-Type", APPLY);

        assertThat(conflict.json().path("message").asText()).isEqualTo("""
                Apply failed with 2 conflicts: conflicts with "them" with subresource "status" using underway.dev/v1alpha1:
                - .status.machine
                conflicts with "underway-agent" with subresource "status" using underway.dev/v1alpha1:
                - .status.machine""");
        var forced = api.send("PATCH", HOST + "/status?fieldManager=me&force=true", status, "Content-Type", APPLY);
        assertThat(forced.json().at("/status/machine").asText()).isEqualTo("x");
        assertThat(forced.json().at("/spec/cordoned").asBoolean()).isTrue();
    }

    @Test
    void tablesDoNotCarryTheOwners() throws Exception {
        apply("?fieldManager=me", Manifest.unitSet("a"));

        for (var include : List.of("Metadata", "Object")) {
            var table = api.get(
                    UNIT_SETS + "?includeObject=" + include, "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
            assertThat(table.body()).contains("\"name\":\"a\"").doesNotContain("managedFields");
        }
    }

    @Test
    void manyApplyAtATimeAndNoneIsLost() throws Exception {
        apply("?fieldManager=me", Manifest.unitSet("a"));
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            var codes = threads.invokeAll(IntStream.range(0, 4)
                    .<java.util.concurrent.Callable<Integer>>mapToObj(i -> () -> apply(
                                    "?fieldManager=m" + i,
                                    "{\"apiVersion\": \"underway.dev/v1alpha1\", \"kind\": \"UnitSet\", \"metadata\":"
                                            + " {\"name\": \"a\", \"labels\": {\"l" + i + "\": \"x\"}}}")
                            .code())
                    .toList());
            for (var code : codes) {
                assertThat(code.get()).isEqualTo(200);
            }
        }

        assertThat(api.get(A).json().at("/metadata/labels")).hasSize(5);
    }

    private ApiClient.Answer apply(String query, String manifest) throws Exception {
        return api.send("PATCH", A + query, manifest, "Content-Type", APPLY);
    }

    private void merge(String path, String patch) throws Exception {
        var answer = api.send("PATCH", path, patch, "Content-Type", "application/merge-patch+json");
        assertThat(answer.code()).as(answer.body()).isEqualTo(200);
    }

    /// A line for each: name, operation, subresource, fields.
    private static String owners(JsonNode object) {
        var text = new StringBuilder();
        object.at("/metadata/managedFields")
                .forEach(entry -> text.append(entry.path("manager").asText())
                        .append(' ')
                        .append(entry.path("operation").asText())
                        .append(' ')
                        .append(entry.path("subresource").asText(""))
                        .append(' ')
                        .append(entry.path("fieldsV1"))
                        .append('\n'));
        return text.toString();
    }
}
