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

/// What `kubectl apply` and `diff` of the real kubectl 1.35 do, and what a person reads.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlApplyTest {
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
    void applyCreates() {
        assertThat(apply(WEB)).isEqualTo("unitset.underway.dev/web created\n");
        assertThat(field("{.metadata.generation} {.spec.units[0].name}")).isEqualTo("1 web.service");
    }

    @Test
    void applyOfTheSameChangesNothing() {
        apply(WEB);
        var before = field("{.metadata.resourceVersion}");

        assertThat(apply(WEB)).isEqualTo("unitset.underway.dev/web unchanged\n");
        assertThat(field("{.metadata.resourceVersion}")).isEqualTo(before);
    }

    @Test
    void applyConfiguresAndCountsTheGeneration() {
        apply(WEB);

        assertThat(apply(WEB.replace("infinity", "99"))).isEqualTo("unitset.underway.dev/web configured\n");
        assertThat(field("{.metadata.generation}")).isEqualTo("2");
    }

    @Test
    void applyOfLabelsAloneIsNoNewGeneration() {
        apply(WEB);

        assertThat(apply(WEB.replace("{app: web}", "{app: web, tier: front}")))
                .isEqualTo("unitset.underway.dev/web configured\n");
        assertThat(field("{.metadata.generation} {.metadata.labels.tier}")).isEqualTo("1 front");
    }

    @Test
    void applyRemovesWhatTheManifestNoLongerSays() {
        apply(WEB + "  paused: true\n");

        apply(WEB);

        assertThat(field("{.spec.paused}")).isEmpty();
    }

    @Test
    void applyDryRunAnswersAndStoresNothing() {
        apply(WEB);

        var text = kubectl.runWith(WEB.replace("infinity", "99"), "apply", "--dry-run=server", "-o", "yaml", "-f", "-")
                .text();

        assertThat(text).contains("  generation: 2\n", "      ExecStart=/bin/sleep 99\n");
        assertThat(field("{.metadata.generation}")).isEqualTo("1");
    }

    @Test
    void applyDryRunOfANewObjectGivesItNoResourceVersion() {
        var said = kubectl.runWith(WEB, "apply", "--dry-run=server", "-o", "json", "-f", "-");

        assertThat(said.out()).contains("\"name\": \"web\"").doesNotContain("resourceVersion");
        assertThat(kubectl.run("get", "us").text()).isEqualTo("No resources found in shop namespace.\n");
    }

    @Test
    void diffShowsWhatApplyWouldChange() {
        apply(WEB);

        var text = kubectl.runWith(WEB.replace("infinity", "99"), "diff", "-f", "-")
                .text();

        assertThat(text).contains("""
            -  generation: 1
            +  generation: 2
            """, """
                   Type=exec
            -      ExecStart=/bin/sleep infinity
            +      ExecStart=/bin/sleep 99
            """).endsWith("[exit 1]\n");
    }

    @Test
    void diffOfTheSameIsSilent() {
        apply(WEB);

        assertThat(kubectl.runWith(WEB, "diff", "-f", "-").text()).isEqualTo("\n");
    }

    private String apply(String manifest) {
        return kubectl.runWith(manifest, "apply", "-f", "-").text();
    }

    private String field(String jsonpath) {
        return kubectl.run("get", "us", "web", "-o", "jsonpath=" + jsonpath).out();
    }
}
