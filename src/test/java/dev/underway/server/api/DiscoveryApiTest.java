package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ApiClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What programs learn about the API before they use it, and who learns nothing.
@QuarkusTest
@TestProfile(ApiAlone.class)
class DiscoveryApiTest {
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
                .containsExactly("unitsets", "revisions", "assignments", "gitsources", "hosts");
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
                .containsExactlyInAnyOrder(
                        "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml");
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
}
