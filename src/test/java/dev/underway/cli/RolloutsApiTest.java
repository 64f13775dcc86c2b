package dev.underway.cli;

import static dev.underway.cli.CommandsOnApi.ASSIGNMENTS;
import static dev.underway.cli.CommandsOnApi.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.api.ApiAlone;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The rollout commands on the real API over a link that can be cut. Nobody controls anything here: what the server
/// would say of a rollout is written by the test, step by step.
@QuarkusTest
@TestProfile(ApiAlone.class)
class RolloutsApiTest {
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
    void followsARolloutThroughACutToItsEnd() throws Exception {
        on.status(1, "Complete", 2, "True");
        on.change("two");
        var following = following();
        on.awaitLine("NotObserved");
        assertThat(following)
                .as("the rollout before has ended, this one has not")
                .isNotDone();

        on.status(2, "Progressing", 1, "False");
        on.awaitLine("Progressing, 1 of 2 hosts verified");
        on.link.cut();
        on.status(2, "Complete", 2, "True");
        on.link.leadTo(server.getPort());

        assertThat(following.get()).isZero();
        assertThat(on.lines())
                .containsSubsequence(
                        "default/web: NotObserved, the server has not looked at generation 2 yet",
                        "default/web web-2: Progressing, 1 of 2 hosts verified",
                        "default/web web-2: Complete, 2 of 2 hosts verified");
        assertThat(on.lines().getLast()).startsWith("default/web: done: Said");
    }

    @Test
    void aRolloutThatIsTakenBackMeanwhileIsOne() throws Exception {
        on.status(1, "Progressing", 1, "False");
        var following = following();
        on.awaitLine("Progressing");

        on.status(1, "Reverting", 0, "False");
        on.awaitLine("Reverting");
        on.status(1, "Reverted", 0, "True");

        assertThat(following.get()).isEqualTo(1);
        assertThat(on.errors())
                .startsWith("default/web: failed: Reverted, web-2 failed")
                .contains("next: ")
                .contains("underway rollout retry default/web");
    }

    @Test
    void isThreeWhenItIsStillOn() throws Exception {
        on.status(1, "Progressing", 1, "False");

        assertThat(on.run("rollout", "status", "web", "-w", "--timeout", "1s")).isEqualTo(3);
        assertThat(on.run("rollout", "status", "web")).isZero();
        assertThat(on.run("rollout", "status", "web", "-w", "--timeout", "1s", "-o", "json"))
                .isEqualTo(3);
        assertThat(on.said()).contains("\"end\" : \"ON\"");
    }

    @Test
    void isOneWhenThereIsNothingToFollow() throws Exception {
        assertThat(on.run("rollout", "status", "nobody", "-w")).isEqualTo(1);
        assertThat(on.errors()).isEqualTo("underway: there is no UnitSet default/nobody\n");
        var following = following();
        on.awaitLine("NotObserved");

        on.api.send("DELETE", WEB, "");

        assertThat(following.get()).isEqualTo(1);
        assertThat(on.errors()).contains("default/web was deleted meanwhile");
    }

    @Test
    void holdsASetAtAnEarlierRevisionAndLetsItGo() throws Exception {
        on.revision();
        on.status(1, "Complete", 2, "True");

        assertThat(on.run("rollout", "undo", "web", "--to-revision", "1", "--reason", "orders fail"))
                .as(on.errors())
                .isZero();
        assertThat(on.get(WEB).at("/spec/pin").toString())
                .isEqualTo("{\"revision\":\"web-1\",\"reason\":\"orders fail\"}");
        assertThat(on.said()).isEqualTo("unitset.underway.dev/web goes back to web-1, its revision 1\n");
        assertThat(on.errors()).contains("'underway rollout unpin default/web'");
        on.status(2, "Complete", 2, "True");
        assertThat(on.run("rollout", "status", "web"))
                .as("what was undone is not rolled out")
                .isEqualTo(1);
        assertThat(on.run("rollout", "undo", "web", "--to-revision", "web-1", "-w"))
                .isZero();
        assertThat(on.run("rollout", "history", "web")).isZero();
        assertThat(on.said()).contains("current,pinned");

        assertThat(on.run("rollout", "unpin", "web")).isZero();

        assertThat(on.get(WEB).at("/spec/pin").isMissingNode()).isTrue();
    }

    @Test
    void pausesResumesAndRestarts() throws Exception {
        assertThat(on.run("rollout", "pause", "default/web")).isZero();
        assertThat(on.get(WEB).at("/spec/paused").asBoolean()).isTrue();
        assertThat(on.run("rollout", "resume", "default/web")).isZero();
        assertThat(on.get(WEB).at("/spec/paused").isMissingNode()).isTrue();
        assertThat(on.run("rollout", "restart", "default/web")).isZero();
        assertThat(on.get(WEB).at("/spec/restartedAt").asText()).endsWith("Z");
        assertThat(on.lines())
                .containsExactly(
                        "unitset.underway.dev/web paused",
                        "unitset.underway.dev/web resumed",
                        "unitset.underway.dev/web restarts");
    }

    @Test
    void promotesTheWaveThatItIsInOrAllOfThem() throws Exception {
        on.status(1, "AwaitingPromotion", 1, "False");
        on.patch(WEB + "/status", """
            {"status": {"rollout": {"wave": "canary", "waves": [
              {"name": "canary", "hosts": 1, "told": 1, "verified": 1, "skipped": 0},
              {"name": "rest", "hosts": 1, "told": 0, "verified": 0, "skipped": 0}]}}}""");

        assertThat(on.run("rollout", "promote", "web")).as(on.errors()).isZero();
        assertThat(on.get(WEB).at("/status/words/promoted/wave").asText()).isEqualTo("canary");
        assertThat(on.run("rollout", "promote", "web", "--all")).isZero();
        assertThat(on.get(WEB).at("/status/words/promoted/wave").asText()).isEqualTo("*");
        assertThat(on.lines())
                .containsExactly(
                        "unitset.underway.dev/web promoted: it goes on after wave canary",
                        "unitset.underway.dev/web promoted: it goes on without waiting for its waves");
        assertThat(on.run("rollout", "promote", "web", "--wave", "nowhere")).isEqualTo(1);
        assertThat(on.errors()).contains("there is no wave nowhere");
    }

    @Test
    void aRetriedRolloutIsOnAgainAtOnce() throws Exception {
        on.status(1, "Reverted", 0, "True");
        assertThat(on.run("rollout", "status", "web")).isEqualTo(1);

        assertThat(on.run("retry", "web")).as(on.errors()).isZero();

        assertThat(on.get(WEB).at("/status/words/retried/id").asText()).isEqualTo("r");
        assertThat(on.lines().getLast()).isEqualTo("unitset.underway.dev/web tried again");
        assertThat(on.run("rollout", "status", "web"))
                .as("the failure is forgotten")
                .isZero();
    }

    @Test
    void whereNoRolloutFailedSingleHostsTryAgain() throws Exception {
        on.status(1, "Complete", 2, "True");
        on.assignment("here", "");
        on.patch(ASSIGNMENTS + "/web.here/status", """
            {"status": {"conditions": [{"type": "Healthy", "status": "False", "reason": "UnitFailed"}]}}""");

        assertThat(on.run("rollout", "retry", "web")).as(on.errors()).isZero();

        assertThat(on.lines()).containsExactly("assignment.underway.dev/web.here tried again");
        assertThat(on.get(ASSIGNMENTS + "/web.here")
                        .at("/spec/policy/retriedAt")
                        .asText())
                .isNotEmpty();
    }

    @Test
    void confirmsAsManyRemovalsAsTheServerAsksAbout() throws Exception {
        assertThat(on.run("rollout", "confirm-removal", "web")).isEqualTo(1);
        for (int n = 0; n < 6; n++) {
            on.host("gone" + n, "True");
            on.assignment("gone" + n, "");
        }

        assertThat(on.run("rollout", "confirm-removal", "web")).as(on.errors()).isZero();

        assertThat(on.get(WEB)
                        .at("/metadata/annotations/underway.dev~1confirm-removal")
                        .asText())
                .isEqualTo("6");
    }

    private CompletableFuture<Integer> following() {
        return CompletableFuture.supplyAsync(() -> on.run("rollout", "status", "web", "-w", "--timeout", "60s"));
    }
}
