package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every other way in which the real kubectl 1.35 writes: create, replace, edit, patch, label.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlWritesTest {
    private static final String WEB = Manifest.unitSet("web");

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;

    @BeforeEach
    void open() {
        kubectl = Place.open(server, config.stateDirectory());
    }

    @Test
    void createRefusesANameThatIsTaken() {
        assertThat(create(WEB)).isEqualTo("unitset.underway.dev/web created\n");
        assertThat(create(WEB)).isEqualTo("""
            Error from server (AlreadyExists): error when creating "STDIN": unitsets.underway.dev "web" already \
            exists
            [exit 1]
            """);
    }

    @Test
    void createWarnsOfWhatIsAllowedButProbablyNotMeant() {
        assertThat(create(WEB.replace("Restart=on-failure", ""))).isEqualTo("""
            unitset.underway.dev/web created
            Warning: web.service: has no Restart= and stays down after a crash; add Restart=on-failure
            """);
    }

    @Test
    void createMakesUpANameFromGenerateName() {
        assertThat(create(WEB.replace("name: web\n", "generateName: web-\n")))
                .matches("unitset.underway.dev/web-[b-z0-9]{5} created\n");
    }

    @Test
    void createRefusesANamespaceThatDoesNotExist() {
        assertThat(kubectl.runWith(WEB, "create", "-n", "nowhere", "-f", "-").text())
                .isEqualTo("""
                    Error from server (NotFound): error when creating "STDIN": namespaces "nowhere" not found
                    [exit 1]
                    """);
    }

    @Test
    void replaceReplaces() {
        create(WEB);

        assertThat(kubectl.runWith(WEB.replace("infinity", "99"), "replace", "-f", "-")
                        .text())
                .isEqualTo("unitset.underway.dev/web replaced\n");
        assertThat(field("{.spec.units[0].content}")).contains("sleep 99");
    }

    @Test
    void replaceRefusesAnObjectThatHasChangedSince() {
        create(WEB);
        var old = kubectl.run("get", "us", "web", "-o", "yaml").out();
        kubectl.run("label", "us", "web", "touched=yes");

        assertThat(kubectl.runWith(old, "replace", "-f", "-").text()).isEqualTo("""
            Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on \
            unitsets.underway.dev "web": the object has been modified; please apply your changes to the latest \
            version and try again
            [exit 1]
            """);
    }

    @Test
    void replaceForceMakesANewObject() {
        create(WEB);
        var uid = field("{.metadata.uid}");

        assertThat(kubectl.runWith(WEB, "replace", "--force", "-f", "-").text()).isEqualTo("""
            unitset.underway.dev "web" deleted from shop namespace
            unitset.underway.dev/web replaced
            """);
        assertThat(field("{.metadata.uid}")).isNotEqualTo(uid);
    }

    @Test
    void editChangesTheObjectInAnEditor() {
        create(WEB);

        assertThat(kubectl.where("EDITOR", "sed -i s/infinity/99/")
                        .run("edit", "us", "web")
                        .text())
                .isEqualTo("unitset.underway.dev/web edited\n");
        assertThat(field("{.spec.units[0].content}")).contains("sleep 99");
    }

    @Test
    void patchMerges() {
        create(WEB);

        assertThat(patch("merge", "{\"spec\":{\"paused\":true}}")).isEqualTo("unitset.underway.dev/web patched\n");
        assertThat(field("{.spec.paused} {.metadata.generation}")).isEqualTo("true 2");
    }

    @Test
    void patchThatChangesNothingIsNoChange() {
        create(WEB);
        patch("merge", "{\"spec\":{\"paused\":true}}");

        assertThat(patch("merge", "{\"spec\":{\"paused\":true}}"))
                .isEqualTo("unitset.underway.dev/web patched (no change)\n");
        assertThat(field("{.metadata.generation}")).isEqualTo("2");
    }

    @Test
    void patchTakesJsonPatches() {
        create(WEB);

        assertThat(patch("json", """
            [{"op": "test", "path": "/spec/units/0/name", "value": "web.service"},
             {"op": "add", "path": "/spec/paused", "value": true}]\
            """)).isEqualTo("unitset.underway.dev/web" + " patched\n");
        assertThat(field("{.spec.paused}")).isEqualTo("true");
    }

    @Test
    void patchRefusesAJsonPatchThatDoesNotFit() {
        create(WEB);

        assertThat(patch("json", "[{\"op\":\"remove\",\"path\":\"/spec/nope\"}]"))
                .isEqualTo("""
                    The request is invalid: the JSON patch does not fit the object: there is nothing at "/spec/nope"
                    [exit 1]
                    """);
    }

    @Test
    void patchRefusesAStrategicPatchOfAnOwnKind() {
        create(WEB);

        assertThat(patch("strategic", "{\"spec\":{\"paused\":true}}")).isEqualTo("""
            error: application/strategic-merge-patch+json is not supported by underway.dev/v1alpha1, Kind=UnitSet: \
            the body of the request was in an unknown format (application/strategic-merge-patch+json) - accepted \
            media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml
            [exit 1]
            """);
    }

    @Test
    void patchRefusesAResourceVersionThatIsNotTheLatest() {
        create(WEB);

        assertThat(patch("merge", "{\"metadata\":{\"resourceVersion\":\"1\"},\"spec\":{\"paused\":true}}"))
                .startsWith("Error from server (Conflict): Operation cannot be fulfilled on unitsets.underway.dev");
    }

    @Test
    void labelsAndAnnotationsAreNoNewGeneration() {
        create(WEB);

        assertThat(kubectl.run("label", "us", "web", "tier=front").text())
                .isEqualTo("unitset.underway.dev/web labeled\n");
        assertThat(kubectl.run("annotate", "us", "web", "note=mine").text())
                .isEqualTo("unitset.underway.dev/web annotated\n");
        assertThat(field("{.metadata.generation} {.metadata.labels.tier} {.metadata.annotations.note}"))
                .isEqualTo("1 front mine");
    }

    @Test
    void theMainPathIgnoresStatusAndTheStatusPathIgnoresTheRest() {
        create(WEB + "status: {hosts: 7}\n");
        patch("merge", "{\"status\":{\"hosts\":7}}");
        assertThat(field("{.status}")).isEmpty();

        kubectl.run(
                "patch",
                "us",
                "web",
                "--subresource=status",
                "--type=merge",
                "-p",
                "{\"status\":{\"hosts\":3},\"spec\":{\"paused\":true},\"metadata\":{\"labels\":{\"x\":\"y\"}}}");

        assertThat(field("{.status.hosts} {.spec.paused} {.metadata.labels.x} {.metadata.generation}"))
                .isEqualTo("3   1");
    }

    private String apply(String manifest) {
        return kubectl.runWith(manifest, "apply", "-f", "-").text();
    }

    private String create(String manifest) {
        return kubectl.runWith(manifest, "create", "-f", "-").text();
    }

    private String patch(String type, String patch) {
        return kubectl.run("patch", "us", "web", "--type=" + type, "-p", patch).text();
    }

    private String field(String jsonpath) {
        return kubectl.run("get", "us", "web", "-o", "jsonpath=" + jsonpath).out();
    }
}
