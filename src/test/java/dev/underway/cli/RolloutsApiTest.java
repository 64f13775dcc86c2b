package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.server.api.ApiAlone;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ApiClient;
import dev.underway.testing.Link;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands on the real API over a link that can be cut. Nobody controls anything here: what the server would say
/// of a rollout is written by the test, step by step.
@QuarkusTest
@TestProfile(ApiAlone.class)
class RolloutsApiTest {
    private static final String V1 = "/apis/underway.dev/v1alpha1";
    private static final String SETS = V1 + "/namespaces/default/unitsets";
    private static final String WEB = SETS + "/web";
    private static final Duration SOON = Duration.ofSeconds(20);

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @TempDir
    Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private ApiClient api;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        api = ApiClient.of(server, config.stateDirectory());
        link = new Link(server.getPort());
        Files.createDirectories(home.resolve(".kube"));
        Files.writeString(home.resolve(".kube/config"), """
                current-context: c
                clusters: [{name: c, cluster: {server: "https://localhost:%d", certificate-authority: %s}}]
                users: [{name: u, user: {token: %s}}]
                contexts: [{name: c, context: {cluster: c, user: u, namespace: default}}]
                """.formatted(
                        link.port(),
                        config.stateDirectory().resolve("ca.pem").toAbsolutePath(),
                        ApiClient.token(config.stateDirectory())));
        api.send("DELETE", SETS, "");
        api.send("DELETE", V1 + "/hosts", "");
        create("web", "one");
    }

    @AfterEach
    void end() throws Exception {
        link.close();
    }

    @Test
    void followsARolloutThroughACutToItsEnd() throws Exception {
        status(1, "Complete", 2, "True");
        change("two");
        var following = following("--timeout", "60s");
        awaitLine("NotObserved");
        assertThat(following).as("the rollout before has ended, this one has not").isNotDone();

        status(2, "Progressing", 1, "False");
        awaitLine("Progressing, 1 of 2 hosts verified");
        link.cut();
        status(2, "Complete", 2, "True");
        link.leadTo(server.getPort());

        assertThat(following.get()).isZero();
        assertThat(lines(out)).containsSubsequence(
                "default/web: NotObserved, the server has not looked at generation 2 yet",
                "default/web web-2: Progressing, 1 of 2 hosts verified",
                "default/web web-2: Complete, 2 of 2 hosts verified");
        assertThat(lines(out).getLast()).startsWith("default/web: done: Said");
    }

    @Test
    void aRolloutThatIsTakenBackMeanwhileIsOne() throws Exception {
        status(1, "Progressing", 1, "False");
        var following = following("--timeout", "60s");
        awaitLine("Progressing");

        status(1, "Reverting", 0, "False");
        awaitLine("Reverting");
        status(1, "Reverted", 0, "True");

        assertThat(following.get()).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("default/web: failed: Reverted, web-2 failed")
                .contains("next: ")
                .contains("underway rollout retry default/web");
    }

    @Test
    void isThreeWhenItIsStillOn() throws Exception {
        status(1, "Progressing", 1, "False");

        assertThat(run("rollout", "status", "web", "-w", "--timeout", "1s")).isEqualTo(3);
        assertThat(run("rollout", "status", "web")).isZero();
        assertThat(run("rollout", "status", "web", "-w", "--timeout", "1s", "-o", "json")).isEqualTo(3);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"end\" : \"ON\"");
    }

    @Test
    void isOneWhenThereIsNothingToFollow() throws Exception {
        assertThat(run("rollout", "status", "nobody", "-w")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("underway: there is no UnitSet default/nobody\n");
        var following = following("--timeout", "60s");
        awaitLine("NotObserved");

        api.send("DELETE", WEB, "");

        assertThat(following.get()).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("default/web was deleted meanwhile");
    }

    @Test
    void holdsASetAtAnEarlierRevisionAndLetsItGo() throws Exception {
        api.send("POST", V1 + "/namespaces/default/revisions", """
            {"metadata": {"name": "web-1"}, "spec": {"unitSet": "web", "number": 1, "content": {}, "digest": "%s"}}\
            """.formatted("0".repeat(64)));
        status(1, "Complete", 2, "True");

        assertThat(run("rollout", "undo", "web", "--to-revision", "1", "--reason", "orders fail"))
                .as("%s", err)
                .isZero();
        assertThat(get(WEB).at("/spec/pin").toString())
                .isEqualTo("{\"revision\":\"web-1\",\"reason\":\"orders fail\"}");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("unitset.underway.dev/web goes back to web-1, its revision 1\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("'underway rollout unpin default/web'");
        status(2, "Complete", 2, "True");
        assertThat(run("rollout", "status", "web")).as("what was undone is not rolled out").isEqualTo(1);
        assertThat(run("rollout", "undo", "web", "--to-revision", "web-1", "-w")).isZero();
        assertThat(run("rollout", "history", "web")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("current,pinned");

        assertThat(run("rollout", "unpin", "web")).isZero();

        assertThat(get(WEB).at("/spec/pin").isMissingNode()).isTrue();
        api.send("DELETE", V1 + "/namespaces/default/revisions/web-1", "");
    }

    @Test
    void pausesResumesAndRestarts() throws Exception {
        assertThat(run("rollout", "pause", "default/web")).isZero();
        assertThat(get(WEB).at("/spec/paused").asBoolean()).isTrue();
        assertThat(run("rollout", "resume", "default/web")).isZero();
        assertThat(get(WEB).at("/spec/paused").isMissingNode()).isTrue();
        assertThat(run("rollout", "restart", "default/web")).isZero();
        assertThat(get(WEB).at("/spec/restartedAt").asText()).endsWith("Z");
        assertThat(lines(out))
                .containsExactly(
                        "unitset.underway.dev/web paused",
                        "unitset.underway.dev/web resumed",
                        "unitset.underway.dev/web restarts");
    }

    @Test
    void showsTheFleetSetBySetAndWhoIsSilent() throws Exception {
        host("silent", "Unknown");
        host("well", "True");
        status(1, "Reverted", 0, "True");

        assertThat(run("status")).as("%s", err).isZero();

        assertThat(lines(out).getFirst()).startsWith("NAMESPACE   UNITSET   REVISION   ROLLOUT");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("default +web +web-2 +Reverted +0/2 ")
                .contains("NEEDS A PERSON\ndefault/web: Reverted, ", "host silent: LeaseExpired")
                .doesNotContain("host well");
        assertThat(run("status", "well")).isZero();
        assertThat(lines(out).getLast()).startsWith("-           -         well");
        assertThat(run("status", "nobody")).isEqualTo(1);
    }

    @Test
    void cordonsAndUncordons() throws Exception {
        host("here", "True");

        assertThat(run("cordon", "here", "--reason", "a slow disk")).isZero();
        assertThat(get(V1 + "/hosts/here").path("spec").toString())
                .isEqualTo("{\"cordoned\":true,\"reason\":\"a slow disk\"}");
        assertThat(run("uncordon", "here")).isZero();
        assertThat(get(V1 + "/hosts/here").path("spec").isEmpty()).isTrue();
    }

    @Test
    void drainsWhatRunsNothingAtOnceAndDeletesWhatIsDecommissioned() throws Exception {
        host("here", "True");

        assertThat(run("drain", "here", "--reason", "a new kernel")).as("%s", err).isZero();
        assertThat(get(V1 + "/hosts/here").path("spec").toString())
                .isEqualTo("{\"cordoned\":true,\"reason\":\"a new kernel\",\"drain\":\"Stopped\"}");
        assertThat(run("host", "decommission", "here")).as("%s", err).isZero();
        assertThat(api.get(V1 + "/hosts/here").code()).isEqualTo(404);
        assertThat(run("host", "decommission", "here")).isEqualTo(1);
    }

    @Test
    void waitsUntilNothingOfAHostIsLeftAndGoesOnWhereItWasEnded() throws Exception {
        host("here", "True");
        assertThat(api.send("POST", V1 + "/namespaces/default/assignments", """
                {"metadata": {"name": "web.here"}, "spec": {"unitSet": "web", "host": "here", "revision": "web-1",
                 "digest": "%s"}}""".formatted("0".repeat(64))).code()).isEqualTo(201);
        assertThat(run("host", "decommission", "here", "--timeout", "1s")).isEqualTo(3);
        assertThat(get(V1 + "/hosts/here").at("/spec/drain").asText()).isEqualTo("Decommissioned");

        var going = CompletableFuture.supplyAsync(() -> run("host", "decommission", "here", "--timeout", "60s"));
        awaitLine("default/web: ");
        assertThat(api.get(V1 + "/hosts/here").code()).isEqualTo(200);
        api.send("DELETE", V1 + "/namespaces/default/assignments/web.here", "");

        assertThat(going.get()).as("%s", err).isZero();
        assertThat(lines(out)).contains("default/web: done");
        assertThat(api.get(V1 + "/hosts/here").code()).isEqualTo(404);
    }

    private CompletableFuture<Integer> following(String... options) {
        var command = new String[options.length + 4];
        System.arraycopy(new String[] {"rollout", "status", "web", "-w"}, 0, command, 0, 4);
        System.arraycopy(options, 0, command, 4, options.length);
        return CompletableFuture.supplyAsync(() -> run(command));
    }

    private int run(String... command) {
        return UnderwayMain.run(
                new Console(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        home,
                        null),
                command);
    }

    private void awaitLine(String text) {
        await().atMost(SOON).until(() -> out.toString(StandardCharsets.UTF_8).contains(text));
    }

    private static List<String> lines(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private void create(String name, String content) throws Exception {
        var answer = api.send("POST", SETS, """
            {"metadata": {"name": "%s"}, "spec": {"selector": {"matchLabels": {"role": "%s"}},
             "files": [{"path": "/etc/%s", "content": "%s"}]}}""".formatted(name, name, name, content));
        assertThat(answer.code()).as(answer.body()).isEqualTo(201);
    }

    private void change(String content) throws Exception {
        patch(WEB, """
            {"spec": {"files": [{"path": "/etc/web", "content": "%s"}]}}""".formatted(content));
    }

    private void host(String name, String ready) throws Exception {
        api.send("POST", V1 + "/hosts", """
            {"metadata": {"name": "%s"}}""".formatted(name));
        patch(V1 + "/hosts/" + name + "/status", """
            {"status": {"conditions": [{"type": "Ready", "status": "%s", "reason": "LeaseExpired"}]}}""".formatted(ready));
    }

    private void status(long generation, String phase, int verified, String ready) throws Exception {
        patch(WEB + "/status", """
            {"status": {"observedGeneration": %d, "revision": "web-2", "hosts": 2, "healthy": %d,
             "conditions": [{"type": "Ready", "status": "%s", "reason": "Said", "message": "%d run it"}],
             "rollout": {"id": "r", "revision": "web-2", "from": "web-1", "phase": "%s",
              "startedAt": "2026-11-25T12:00:00Z", "reason": "UnitFailed", "message": "exit 1",
              "waves": [{"name": "rest", "hosts": 2, "told": 2, "verified": %d, "skipped": 0}]}}}\
            """.formatted(generation, verified, ready, verified, phase, verified));
    }

    private void patch(String path, String patch) throws Exception {
        var answer = api.send("PATCH", path, patch, "Content-Type", "application/merge-patch+json");
        assertThat(answer.code()).as(answer.body()).isEqualTo(200);
    }

    private JsonNode get(String path) throws Exception {
        return api.get(path).json();
    }
}
