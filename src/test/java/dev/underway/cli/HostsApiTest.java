package dev.underway.cli;

import static dev.underway.cli.CommandsOnApi.ASSIGNMENTS;
import static dev.underway.cli.CommandsOnApi.V1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Kind;
import dev.underway.server.api.ApiAlone;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands about hosts, and the fleet, on the real API without the controllers: what hosts would report is written
/// by
/// the test; where they stand is said by the real planner.
@QuarkusTest
@TestProfile(ApiAlone.class)
class HostsApiTest {
    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @Inject
    ResourceStore store;

    @TempDir
    Path home;

    private CommandsOnApi on;

    @BeforeEach
    void start() throws Exception {
        on = CommandsOnApi.of(server, config.stateDirectory(), store, home);
    }

    @AfterEach
    void end() throws Exception {
        on.close();
    }

    @Test
    void showsTheFleetSetBySetAndWhoIsSilent() throws Exception {
        on.host("silent", "Unknown");
        on.host("well", "True");
        on.status(1, "Reverted", 0, "True");

        assertThat(on.run("status")).as(on.errors()).isZero();

        assertThat(on.lines().getFirst()).startsWith("NAMESPACE   UNITSET   REVISION   ROLLOUT");
        assertThat(on.said())
                .containsPattern("default +web +web-2 +Reverted +0/2 ")
                .contains("NEEDS A PERSON\ndefault/web: Reverted, ", "host silent: LeaseExpired")
                .doesNotContain("host well");
        assertThat(on.run("status", "well")).isZero();
        assertThat(on.lines().getLast()).startsWith("-           -         well");
        assertThat(on.run("status", "nobody")).isEqualTo(1);
    }

    @Test
    void saysWhyAHostIsNotOnTheNewRevision() throws Exception {
        on.host("here", "Unknown");
        on.patch(V1 + "/hosts/here", """
            {"metadata": {"labels": {"role": "web"}}, "spec": {"cordoned": true, "reason": "a slow disk"}}""");

        assertThat(on.run("why", "host", "here")).as(on.errors()).isZero();

        assertThat(on.said())
                .startsWith("host here\n  LeaseExpired: ")
                .contains(
                        "  Cordoned: it takes no new work: a slow disk\n    next: give it back: underway uncordon here\n")
                .contains("default/web on here: Skipped, wave rest\n  wants web-")
                .contains("was told nothing yet, runs nothing of it (it said so never)\n  Offline: ");
        assertThat(on.run("why", "assignment", "web.here", "-o", "json")).isZero();
        assertThat(on.said()).contains("\"state\" : \"Skipped\"");
        assertThat(on.run("why", "host", "nobody")).isEqualTo(1);
        assertThat(on.run("why", "assignment", "web")).isEqualTo(2);
    }

    @Test
    void saysWhatChangedOnAHost() throws Exception {
        on.revision();
        on.host("here", "True");
        on.host("idle", "True");
        on.assignment("here", "");
        on.status(1, "Reverted", 0, "True");

        assertThat(on.run("history", "here")).as(on.errors()).isZero();

        assertThat(on.lines().getFirst()).startsWith("TIME ");
        assertThat(on.said())
                .containsPattern("2026-11-25T12:00:00Z +\\S+ +default/web +web-2 +Reverted: UnitFailed( +-){4}\\n")
                .containsPattern("default/web +web-1 +- +Told( +-){3}\n");
        assertThat(on.run("history", "here", "-o", "json")).isZero();
        assertThat(on.said()).contains("\"result\" : \"Reverted\"");
        assertThat(on.run("history", "idle")).isZero();
        assertThat(on.errors()).contains("The host idle has no UnitSet");
        assertThat(on.run("history", "nobody")).isEqualTo(1);
        assertThat(on.errors()).contains("\"nobody\" not found");
    }

    @Test
    void printsHowToCloneAHostedRepository() throws Exception {
        on.gitSource("fleet", "");
        on.gitSource("elsewhere", "\"url\": \"file:///nowhere/fleet.git\"");

        assertThat(on.run("git-setup", "fleet")).as(on.errors()).isZero();

        assertThat(on.lines().getFirst())
                .startsWith(
                        "git clone -c http.sslCAInfo=" + config.stateDirectory().toAbsolutePath() + "/ca.pem -c ")
                .endsWith(" https://localhost:" + on.link.port() + "/git/default/fleet.git");
        assertThat(home.resolve(".config")).doesNotExist();
        assertThat(on.run("git-setup", "elsewhere")).isEqualTo(1);
        assertThat(on.errors()).contains("pulls it from file:///nowhere/fleet.git: clone that");
        assertThat(on.run("git-setup", "nowhere")).isEqualTo(1);
        assertThat(on.errors()).contains("\"nowhere\" not found");
    }

    @Test
    void writesTheCaToAFileForGitWhenItIsInTheKubeconfigItself() throws Exception {
        on.gitSource("fleet", "");
        var authority = config.stateDirectory().resolve("ca.pem").toAbsolutePath();
        var data = Base64.getEncoder().encodeToString(Files.readAllBytes(authority));
        var inline = Files.writeString(
                home.resolve("inline"),
                Files.readString(home.resolve(".kube/config"))
                        .replace("certificate-authority: " + authority, "certificate-authority-data: " + data));

        assertThat(on.run("git-setup", "fleet", "--kubeconfig", inline.toString()))
                .as(on.errors())
                .isZero();

        var written = home.resolve(".config/underway/ca-c.pem");
        assertThat(written).hasSameBinaryContentAs(authority);
        assertThat(on.lines().getFirst())
                .contains("http.sslCAInfo=" + written + " ", "'!underway git-credential --kubeconfig=" + inline + "'");
        assertThat(on.errors()).contains("Wrote the CA of the kubeconfig to " + written);
    }

    @Test
    void cordonsAndUncordons() throws Exception {
        on.host("here", "True");

        assertThat(on.run("cordon", "here", "--reason", "a slow disk")).isZero();
        assertThat(on.get(V1 + "/hosts/here").path("spec").toString())
                .isEqualTo("{\"cordoned\":true,\"reason\":\"a slow disk\"}");
        assertThat(on.run("uncordon", "here")).isZero();
        assertThat(on.get(V1 + "/hosts/here").path("spec").isEmpty()).isTrue();
    }

    @Test
    void drainsWhatRunsNothingAtOnceAndDeletesWhatIsDecommissioned() throws Exception {
        on.host("here", "True");

        assertThat(on.run("drain", "here", "--reason", "a new kernel"))
                .as(on.errors())
                .isZero();
        assertThat(on.get(V1 + "/hosts/here").path("spec").toString())
                .isEqualTo("{\"cordoned\":true,\"drain\":\"Stopped\",\"reason\":\"a new kernel\"}");
        assertThat(on.run("host", "decommission", "here")).as(on.errors()).isZero();
        assertThat(on.api.get(V1 + "/hosts/here").code()).isEqualTo(404);
        assertThat(on.run("host", "decommission", "here")).isEqualTo(1);
    }

    @Test
    void waitsUntilNothingOfAHostIsLeftAndGoesOnWhereItWasEnded() throws Exception {
        on.host("here", "True");
        on.assignment("here", "");
        assertThat(on.run("host", "decommission", "here", "--timeout", "1s")).isEqualTo(3);
        assertThat(on.get(V1 + "/hosts/here").at("/spec/drain").asText()).isEqualTo("Decommissioned");

        var going = CompletableFuture.supplyAsync(() -> on.run("host", "decommission", "here", "--timeout", "60s"));
        // The first one said the same before it was over.
        await().until(() -> on.lines().stream()
                        .filter(line -> line.startsWith("default/web: "))
                        .count()
                == 2);
        assertThat(on.api.get(V1 + "/hosts/here").code()).isEqualTo(200);
        on.gone(Kind.ASSIGNMENT, "web.here");

        assertThat(going.get()).as(on.errors()).isZero();
        assertThat(on.lines()).contains("default/web: done");
        assertThat(on.api.get(V1 + "/hosts/here").code()).isEqualTo(404);
    }

    @Test
    void isDrainedWhenEveryUnitIsStopped() throws Exception {
        on.revision();
        on.host("here", "True");
        on.patch(V1 + "/hosts/here", """
            {"metadata": {"labels": {"role": "web"}}}""");
        on.assignment("here", """
            , "policy": {"units": [{"name": "web.service", "state": "Stopped"}]}""");
        var draining = CompletableFuture.supplyAsync(() -> on.run("drain", "here", "--timeout", "60s"));
        on.awaitLine("default/web: Draining, ");
        assertThat(draining).isNotDone();

        on.patch(ASSIGNMENTS + "/web.here/status", """
            {"status": {"observedGeneration": 1, "revision": "web-1", "conditions": [
              {"type": "Synced", "status": "True", "reason": "Applied"},
              {"type": "Healthy", "status": "True", "reason": "Stopped"}]}}""");

        assertThat(draining.get()).as(on.errors()).isZero();
        assertThat(on.lines()).endsWith("default/web: done", "host.underway.dev/here drained");
    }

    @Test
    void isNotDrainedWhenSomebodyUncordonsItMeanwhile() throws Exception {
        on.revision();
        on.host("here", "True");
        on.assignment("here", "");
        var draining = CompletableFuture.supplyAsync(() -> on.run("drain", "here", "--timeout", "60s"));
        on.awaitLine("default/web: ");

        assertThat(on.run("uncordon", "here")).isZero();
        on.patch(ASSIGNMENTS + "/web.here/status", """
            {"status": {"observedGeneration": 1}}""");

        assertThat(draining.get()).isEqualTo(1);
        assertThat(on.errors()).contains("somebody else decided otherwise about here");
    }
}
