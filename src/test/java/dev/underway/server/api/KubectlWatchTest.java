package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the real kubectl 1.35 sees happen, and what it waits for.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlWatchTest {
    private static final String READY =
            "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"AllHealthy\"}]}}";

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;

    @BeforeEach
    void open() {
        kubectl = Place.open(server, config.stateDirectory());
        kubectl.runWith(Manifest.unitSet("web"), "create", "-f", "-");
    }

    @Test
    void getWatchPrintsARowForEveryChange() {
        try (var watch = kubectl.start("get", "us", "-w", "--output-watch-events")) {
            until(watch, "ADDED   web   Unknown   AGE\n");
            status(READY);
            kubectl.run("delete", "us", "web");

            until(watch, """
                    EVENT   NAME   REVISION   HOSTS   UPDATED   SYNCED   HEALTHY   FAILED   READY   REASON   AGE
                    ADDED   web   Unknown   AGE
                    MODIFIED   web   True   AllHealthy   AGE
                    DELETED   web   True   AllHealthy   AGE
                    """);
        }
    }

    @Test
    void aWatchOfOneNameSeesOnlyThat() {
        try (var watch = kubectl.start("get", "us", "web", "-w", "-o", "name")) {
            until(watch, "unitset.underway.dev/web\n");
            kubectl.runWith(Manifest.unitSet("db"), "create", "-f", "-");
            kubectl.run("label", "us", "web", "a=b");

            until(watch, "unitset.underway.dev/web\nunitset.underway.dev/web\n");
        }
    }

    @Test
    void leavingAndEnteringASelectorIsDeletedAndAdded() {
        try (var watch = kubectl.start("get", "us", "-l", "app=web", "-w", "--output-watch-events")) {
            until(watch, "ADDED   web");
            kubectl.run("label", "us", "web", "app=other", "--overwrite");
            kubectl.run("label", "us", "web", "app=web", "--overwrite");

            until(watch, """
                    ADDED   web   Unknown   AGE
                    DELETED   web   Unknown   AGE
                    ADDED   web   Unknown   AGE
                    """);
        }
    }

    @Test
    void waitSeesAConditionThatHoldsAlready() {
        status(READY);

        assertThat(kubectl.run("wait", "us/web", "--for=condition=Ready", "--timeout=20s")
                        .text())
                .isEqualTo("unitset.underway.dev/web condition met\n");
    }

    @Test
    void waitSeesAConditionCome() {
        try (var wait = kubectl.start("wait", "us/web", "--for=condition=Ready", "--timeout=40s")) {
            status(READY);

            assertThat(wait.said().text()).isEqualTo("unitset.underway.dev/web condition met\n");
        }
    }

    @Test
    void waitSeesAFieldChange() {
        try (var wait = kubectl.start("wait", "us/web", "--for=jsonpath={.spec.paused}=true", "--timeout=40s")) {
            kubectl.run("patch", "us", "web", "--type=merge", "-p", "{\"spec\":{\"paused\":true}}");

            assertThat(wait.said().text()).isEqualTo("unitset.underway.dev/web condition met\n");
        }
    }

    /// kubectl 1.35 asks for a watch that begins with what is there, and lists only when it is refused.
    @Test
    void waitWatchesWithoutAList() {
        status(READY);

        var requests = kubectl.run("wait", "us/web", "--for=condition=Ready", "--timeout=20s", "-v=6")
                .err();

        assertThat(requests.lines().filter(line -> line.contains("/unitsets?")))
                .isNotEmpty()
                .allMatch(line -> line.contains("sendInitialEvents=true") && line.contains("200"));
    }

    @Test
    void waitSeesACreation() {
        try (var wait = kubectl.start("wait", "us/late", "--for=create", "--timeout=40s")) {
            kubectl.runWith(Manifest.unitSet("late"), "create", "-f", "-");

            assertThat(wait.said().text()).isEqualTo("unitset.underway.dev/late condition met\n");
        }
    }

    @Test
    void waitGivesUpAfterItsTimeout() {
        assertThat(kubectl.run("wait", "us/web", "--for=condition=Ready", "--timeout=1s")
                        .text())
                .isEqualTo("""
                error: timed out waiting for the condition on unitsets/web
                [exit 1]
                """);
    }

    @Test
    void waitSeesADeletion() {
        try (var wait = kubectl.start("wait", "us/web", "--for=delete", "--timeout=40s")) {
            kubectl.run("delete", "us", "web");

            assertThat(wait.said().exit()).isZero();
        }
    }

    @Test
    void deleteWaitsForTheLastFinalizer() {
        kubectl.run(
                "patch", "us", "web", "--type=merge", "-p", "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}");
        try (var delete = kubectl.start("delete", "us", "web", "--timeout=40s")) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !kubectl.run("get", "us", "web", "-o", "jsonpath={.metadata.deletionTimestamp}")
                            .out()
                            .isEmpty());
            assertThat(kubectl.run("patch", "us", "web", "--type=json", "-p", """
                    [{"op": "remove", "path": "/metadata/finalizers"}]""")
                            .exit())
                    .isZero();

            assertThat(delete.said().text()).isEqualTo("unitset.underway.dev \"web\" deleted from shop namespace\n");
        }
        assertThat(kubectl.run("get", "us").text()).isEqualTo("No resources found in shop namespace.\n");
    }

    @Test
    void deleteWatchesWithoutAList() throws Exception {
        kubectl.run(
                "patch", "us", "web", "--type=merge", "-p", "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}");
        try (var delete = kubectl.start("delete", "us", "web", "--timeout=40s", "-v=6")) {
            await().atMost(Duration.ofSeconds(20)).until(() -> delete.text().contains("deleted from shop namespace"));
            kubectl.run("patch", "us", "web", "--type=json", "-p", """
                    [{"op": "remove", "path": "/metadata/finalizers"}]""");

            var said = delete.said();

            assertThat(said.exit()).isZero();
            assertThat(said.err().lines().filter(line -> line.contains("/unitsets?")))
                    .isNotEmpty()
                    .allMatch(line -> line.contains("sendInitialEvents=true") && line.contains("200"));
        }
    }

    @Test
    void anObjectThatIsGoingTakesNoNewFinalizer() {
        kubectl.run(
                "patch", "us", "web", "--type=merge", "-p", "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}");
        kubectl.run("delete", "us", "web", "--wait=false");

        var said = kubectl.run(
                "patch",
                "us",
                "web",
                "--type=merge",
                "-p",
                "{\"metadata\":{\"finalizers\":[\"example.com/hold\",\"example.com/more\"]}}");

        assertThat(said.text()).isEqualTo("""
                The UnitSet "web" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the \
                object is being deleted, found new finalizer "example.com/more"
                [exit 1]
                """);
    }

    private void status(String patch) {
        var said = kubectl.run("patch", "us", "web", "--subresource=status", "--type=merge", "-p", patch);
        assertThat(said.exit()).as(said.err()).isZero();
    }

    private static void until(Kubectl.Running running, String text) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(running.text()).contains(text));
    }
}
