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

/// What a request may carry: media types, YAML, unknown fields, and how much.
@QuarkusTest
@TestProfile(ApiAlone.class)
class BodiesApiTest {
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
             "spec":{"selector":{},"paused":true,"paused":false}}\
            """, "Content-Type", "application/json");

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
    void otherMediaTypesAreRefusedByName() throws Exception {
        assertThat(create("text/html", "<p>").json().path("reason").asText()).isEqualTo("UnsupportedMediaType");
        assertThat(api.get(UNIT_SETS, "Accept", "text/html")
                        .json()
                        .path("reason")
                        .asText())
                .isEqualTo("NotAcceptable");
    }

    private ApiClient.Answer create(String contentType, String body) throws Exception {
        return api.send("POST", UNIT_SETS, body, "Content-Type", contentType);
    }
}
