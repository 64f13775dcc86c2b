package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.server.access.Guest;
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
import org.junit.jupiter.params.provider.ValueSource;

/// A person who is known and not in the group underway:admins: is told so, and neither sees nor changes anything.
@QuarkusTest
@TestProfile(ApiAlone.class)
class GuestApiTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private ApiClient admin;
    private ApiClient guest;

    @BeforeEach
    void oneUnitSet() throws Exception {
        admin = ApiClient.of(server, config.stateDirectory());
        guest = admin.as(Guest.TOKEN.text());
        admin.send("DELETE", UNIT_SETS, "");
        admin.send("POST", UNIT_SETS, Manifest.unitSet("web"), "Content-Type", "application/yaml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api",
                "/apis",
                "/openapi/v3",
                "/api/v1/namespaces",
                "/api/v1/namespaces/default/events",
                "/apis/underway.dev/v1alpha1/hosts",
                "/apis/underway.dev/v1alpha1/revisions",
                "/apis/underway.dev/v1alpha1/assignments?watch=true",
                UNIT_SETS,
                UNIT_SETS + "/web",
                UNIT_SETS + "/none",
                UNIT_SETS + "?watch=true"
            })
    void readsNothing(String path) throws Exception {
        var answer = guest.get(path);

        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.json()).isEqualTo(Codec.JSON.readTree("""
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Forbidden",
             "message": "user \\"greta\\" is not in the group underway:admins", "code": 403}\
            """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        POST   | /apis/underway.dev/v1alpha1/namespaces/default/unitsets            | application/yaml
        POST   | /apis/underway.dev/v1alpha1/namespaces/default/unitsets?dryRun=All | application/yaml
        PUT    | /apis/underway.dev/v1alpha1/namespaces/default/unitsets/web        | application/yaml
        PATCH  | /apis/underway.dev/v1alpha1/namespaces/default/unitsets/web        | application/merge-patch+json
        PATCH  | /apis/underway.dev/v1alpha1/namespaces/default/unitsets/web/status | application/merge-patch+json
        DELETE | /apis/underway.dev/v1alpha1/namespaces/default/unitsets/web        | application/json
        DELETE | /apis/underway.dev/v1alpha1/namespaces/default/unitsets            | application/json
        POST   | /api/v1/namespaces                                                 | application/json
        """)
    void changesNothing(String method, String path, String type) throws Exception {
        var before = admin.get(UNIT_SETS).json();

        var answer = guest.send(method, path, "{}", "Content-Type", type);

        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.json().path("kind").asText()).isEqualTo("Status");
        assertThat(answer.json().path("reason").asText()).isEqualTo("Forbidden");
        assertThat(admin.get(UNIT_SETS).json()).isEqualTo(before);
    }

    @Test
    void letsNobodyJoinAndResetsNoHost() throws Exception {
        assertThat(guest.send("POST", "/underway/v1/join-tokens", "{}").code()).isEqualTo(403);
        assertThat(guest.get("/underway/v1/join-tokens").code()).isEqualTo(403);
        assertThat(guest.send("DELETE", "/underway/v1/join-tokens/0123456789ab", "")
                        .code())
                .isEqualTo(403);
        assertThat(guest.send("POST", "/underway/v1/hosts/web/reset", "").code())
                .isEqualTo(403);
    }

    @Test
    void seesWhatEverybodySees() throws Exception {
        assertThat(guest.get("/version").code()).isEqualTo(200);
        assertThat(guest.get("/readyz").code()).isEqualTo(200);
    }
}
