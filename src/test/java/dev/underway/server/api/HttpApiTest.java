package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

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

/// Codes, versions and preconditions of single objects, which programs rely on and kubectl does not show.
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
    void everyRefusalIsAStatus() throws Exception {
        var status = api.get(UNIT_SETS + "/nope").json();

        assertThat(status).isEqualTo(Codec.JSON.readTree("""
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
             "message": "unitsets.underway.dev \\"nope\\" not found", "reason": "NotFound",
             "details": {"name": "nope", "group": "underway.dev", "kind": "unitsets"}, "code": 404}\
            """));
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
}
