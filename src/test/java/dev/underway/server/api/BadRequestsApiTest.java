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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests that are wrong: each gets the Status that a Kubernetes API server would give.
@QuarkusTest
@TestProfile(ApiAlone.class)
class BadRequestsApiTest {
    private static final String GROUP = "/apis/underway.dev/v1alpha1";
    private static final String UNIT_SETS = GROUP + "/namespaces/default/unitsets";
    private static final String HEAD = "{\"apiVersion\":\"underway.dev/v1alpha1\",\"kind\":\"UnitSet\",";

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private ApiClient api;

    @BeforeEach
    void open() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # path                                                                   | status
        /apis/underway.dev/v9/namespaces/default/unitsets                         | 404 NotFound
        /apis/underway.dev/v9                                                     | 404 NotFound
        /apis/example.com                                                         | 404 NotFound
        /api/v2                                                                   | 404 NotFound
        /apis/underway.dev/v1alpha1/nopes                                         | 404 NotFound
        /apis/underway.dev/v1alpha1/namespaces/default/unitsets/a/nope            | 404 NotFound
        /apis/underway.dev/v1alpha1/namespaces/default/unitsets/a%00b             | 404 NotFound
        /openapi/v3/apis/underway.dev/v9                                          | 404 NotFound
        /apis/underway.dev/v1alpha1/unitsets?labelSelector=a%20b                  | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?labelSelector=role%20in%20(a         | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?labelSelector=a%00                   | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?fieldSelector=spec.nope=1            | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?fieldSelector=metadata.name          | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?limit=x                              | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?limit=-1                             | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?resourceVersion=-1                   | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?includeObject=Some                   | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?limit=1&continue=%00                 | 410 Expired
        /apis/underway.dev/v1alpha1/unitsets?limit=1&continue=bm90IG91cnM         | 410 Expired
        /apis/underway.dev/v1alpha1/unitsets?continue=MQ&resourceVersion=5        | 400 BadRequest
        /apis/underway.dev/v1alpha1/unitsets?resourceVersion=1&resourceVersionMatch=Some | 422 Invalid
        /apis/underway.dev/v1alpha1/unitsets?watch=true&resourceVersion=99999999999 | 504 Timeout
        """)
    void readsThatAreWrong(String path, String status) throws Exception {
        assertThat(word(api.get(path))).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # body                                                             | status
        {                                                                  | 400 BadRequest
        []                                                                 | 400 BadRequest
        {}                                                                 | 400 BadRequest
        {"kind":"UnitSet"}                                                 | 400 BadRequest
        {"kind":"UnitSet","apiVersion":"underway.dev/v9"}                  | 400 BadRequest
        {"kind":"Host","apiVersion":"underway.dev/v1alpha1"}               | 400 BadRequest
        {"kind":7,"apiVersion":"underway.dev/v1alpha1"}                    | 400 BadRequest
        HEAD"metadata":[]}                                                 | 400 BadRequest
        HEAD"metadata":{"name":"a","resourceVersion":"7"},"spec":{}}       | 400 BadRequest
        HEAD"metadata":{"name":"a","namespace":"other"},"spec":{}}         | 400 BadRequest
        HEAD"metadata":{"name":7},"spec":{"selector":{}}}                  | 422 Invalid
        HEAD"metadata":{},"spec":{"selector":{}}}                          | 422 Invalid
        HEAD"metadata":{"name":"a\\u0000b"},"spec":{"selector":{}}}        | 422 Invalid
        HEAD"metadata":{"name":"a","labels":{"x":"\\u0000"}},"spec":{"selector":{}}} | 422 Invalid
        HEAD"metadata":{"name":"a"}}                                       | 422 Invalid
        HEAD"metadata":{"name":"a"},"spec":{"selector":{},"paused":"yes"}} | 422 Invalid
        """)
    void bodiesThatAreWrong(String body, String status) throws Exception {
        var answer = api.send("POST", UNIT_SETS, body.replace("HEAD", HEAD), "Content-Type", "application/json");

        assertThat(word(answer)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # method | type                                   | status
        POST     | text/plain                             | 415 UnsupportedMediaType
        POST     | application/cbor                       | 415 UnsupportedMediaType
        POST     | application/vnd.kubernetes.protobuf    | 400 BadRequest
        POST     | application/x-www-form-urlencoded      | 415 UnsupportedMediaType
        PUT      | application/merge-patch+json           | 415 UnsupportedMediaType
        PATCH    | application/json                       | 415 UnsupportedMediaType
        PATCH    | application/strategic-merge-patch+json | 415 UnsupportedMediaType
        PATCH    | application/json-patch+json            | 400 BadRequest
        """)
    void mediaTypesThatAreWrong(String method, String type, String status) throws Exception {
        var path = method.equals("POST") ? UNIT_SETS : UNIT_SETS + "/a";

        assertThat(word(api.send(method, path, "{}", "Content-Type", type))).isEqualTo(status);
    }

    @Test
    void deletionsThatAreWrong() throws Exception {
        assertThat(word(delete("{\"propagationPolicy\":\"Sideways\"}"))).isEqualTo("422 Invalid");
        assertThat(word(delete("{\"propagationPolicy\":\"Orphan\",\"orphanDependents\":true}")))
                .isEqualTo("422 Invalid");
        assertThat(word(delete("{\"dryRun\":[\"Some\"]}"))).isEqualTo("400 BadRequest");
        assertThat(word(delete("[]"))).isEqualTo("400 BadRequest");
    }

    @Test
    void bodiesThatAreTooLongOrTooDeep() throws Exception {
        var long3 = "{\"a\":\"" + "x".repeat(Bodies.MAX_BYTES) + "\"}";

        for (var method : new String[] {"POST", "DELETE"}) {
            assertThat(word(api.send(method, UNIT_SETS, long3, "Content-Type", "application/json")))
                    .isEqualTo("413 RequestEntityTooLarge");
        }
        assertThat(word(api.send("POST", UNIT_SETS, "{\"a\":".repeat(100_000), "Content-Type", "application/json")))
                .isEqualTo("400 BadRequest");
        assertThat(word(api.send("POST", UNIT_SETS, "[".repeat(100_000), "Content-Type", "application/yaml")))
                .isEqualTo("400 BadRequest");
        assertThat(word(api.send(
                        "PATCH",
                        UNIT_SETS + "/a",
                        "{\"a\":".repeat(100_000),
                        "Content-Type",
                        "application/merge-patch+json")))
                .isEqualTo("400 BadRequest");
    }

    private ApiClient.Answer delete(String options) throws Exception {
        return api.send("DELETE", UNIT_SETS + "/nope", options, "Content-Type", "application/json");
    }

    /// `404 NotFound`: the code, which is the Status' too, and the reason.
    private static String word(ApiClient.Answer answer) {
        var status = answer.json();
        assertThat(status.path("kind").asText()).as(answer.body()).isEqualTo("Status");
        assertThat(status.path("status").asText()).isEqualTo("Failure");
        assertThat(status.path("code").asInt()).isEqualTo(answer.code());
        assertThat(status.path("message").asText()).isNotEmpty();
        return answer.code() + " " + status.path("reason").asText();
    }
}
