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
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Commands of the real kubectl 1.35 about several objects at a time, and about the server itself.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlManyTest {
    private static final String TWO = Manifest.unitSet("web") + "---\n" + Manifest.unitSet("db");
    private static final String DELETED = """
        unitset.underway.dev "web" deleted from shop namespace
        unitset.underway.dev "db" deleted from shop namespace
        """;

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
    void apiVersionsNamesThem() {
        assertThat(kubectl.run("api-versions").text()).isEqualTo("underway.dev/v1alpha1\nv1\n");
    }

    @Test
    void aCategoryStandsForAllItsKinds() {
        create(TWO);

        assertThat(kubectl.run("get", "underway", "-o", "name").out())
                .contains("unitset.underway.dev/db\nunitset.underway.dev/web\n");
    }

    @Test
    void rawPathsAreAnswered() {
        assertThat(kubectl.run("get", "--raw", "/readyz").out()).isEqualTo("ok");
    }

    @Test
    void deleteOfAFileDeletesWhatItNames() {
        create(TWO);

        assertThat(kubectl.runWith(TWO, "delete", "-f", "-").text()).isEqualTo(DELETED);
        assertThat(names()).isEmpty();
    }

    @Test
    void deleteOfAllLeavesNothing() {
        create(TWO);

        assertThat(kubectl.run("delete", "us", "--all").text().lines()).hasSize(2);
        assertThat(names()).isEmpty();
    }

    @Test
    void deleteNowAndByForceDelete() {
        create(TWO);

        assertThat(kubectl.run("delete", "us", "web", "--now").exit()).isZero();
        assertThat(kubectl.run("delete", "us", "db", "--force", "--grace-period=0")
                        .exit())
                .isZero();
        assertThat(names()).isEmpty();
    }

    @Test
    void deleteWaitsForFinalizers() {
        create(Manifest.unitSet("web"));
        kubectl.run("patch", "us", "web", "--type=merge", "-p", "{\"metadata\":{\"finalizers\":[\"example.com/a\"]}}");

        try (var delete = kubectl.start("delete", "us", "web")) {
            assertThat(kubectl.run("wait", "us/web", "--for=jsonpath={.metadata.deletionTimestamp}", "--timeout=20s")
                            .exit())
                    .isZero();
            kubectl.run("patch", "us", "web", "--type=merge", "-p", "{\"metadata\":{\"finalizers\":null}}");

            assertThat(delete.said().exit()).isZero();
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void applyOfAKustomizationApplies() throws Exception {
        var directory = Files.createTempDirectory(kubectl.home(), "kustomize");
        Files.writeString(directory.resolve("web.yaml"), Manifest.unitSet("web"));
        Files.writeString(directory.resolve("kustomization.yaml"), "resources: [web.yaml]\nnamePrefix: my-\n");

        assertThat(kubectl.run("apply", "-k", directory.toString()).text())
                .isEqualTo("unitset.underway.dev/my-web created\n");
    }

    @Test
    void applyPrunesWhatIsNoLongerInTheFile() {
        kubectl.runWith(TWO.replace("labels: {app: db}", "labels: {app: web}"), "apply", "-f", "-");

        var said = kubectl.runWith(
                Manifest.unitSet("web"),
                "apply",
                "--prune",
                "-l",
                "app=web",
                "--prune-allowlist=underway.dev/v1alpha1/UnitSet",
                "-f",
                "-");

        assertThat(said.text()).contains("unitset.underway.dev/db pruned");
        assertThat(names()).isEqualTo("web");
    }

    @Test
    void waitForCreationEndsWhenItIsThere() {
        try (var wait = kubectl.start("wait", "us/web", "--for=create", "--timeout=30s")) {
            create(Manifest.unitSet("web"));

            assertThat(wait.said().exit()).isZero();
        }
    }

    @Test
    void waitForDeletionEndsWhenItIsGone() {
        create(Manifest.unitSet("web"));

        try (var wait = kubectl.start("wait", "us/web", "--for=delete", "--timeout=30s")) {
            kubectl.run("delete", "us", "web");

            assertThat(wait.said().exit()).isZero();
        }
    }

    @Test
    void columnsOfOnesOwnAreFilled() {
        create(TWO);

        assertThat(kubectl.run("get", "us", "-o", "custom-columns=N:.metadata.name,R:.spec.selector.matchLabels.role")
                        .text())
                .isEqualTo("""
                    N   R
                    db   web
                    web   web
                    """);
    }

    private void create(String manifest) {
        var said = kubectl.runWith(manifest, "create", "-f", "-");
        assertThat(said.exit()).as(said.err()).isZero();
    }

    private String names() {
        return kubectl.run("get", "us", "-o", "jsonpath={.items[*].metadata.name}")
                .out();
    }
}
