package dev.underway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.testing.ApiClient;
import dev.underway.testing.Program;
import dev.underway.testing.Program.Ended;
import dev.underway.testing.WorkingCopy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The packaged server is killed at many moments of a push: the push is refused or fully applied, and the repository is
/// whole.
@Tag("e2e")
class GitKillTest {
    private static final int CUTS = "all".equals(System.getProperty("underway.cuts")) ? 40 : 5;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String API = "/apis/underway.dev/v1alpha1/namespaces/default/";
    private static final int SETS = 20;

    @TempDir
    Path directory;

    @AutoClose
    private Replica server;

    private WorkingCopy copy;

    @BeforeEach
    void aRepositoryWithManySets() throws Exception {
        server = new Replica(directory.resolve("server"), Map.of());
        server.start();
        var source = Codec.JSON
                .createObjectNode()
                .put("apiVersion", "underway.dev/v1alpha1")
                .put("kind", "GitSource");
        source.putObject("metadata").put("name", "fleet");
        source.putObject("spec");
        assertThat(server.admin()
                        .send("POST", API + "gitsources", source.toString())
                        .code())
                .isEqualTo(201);
        var token = Files.readString(server.state().resolve("admin.token")).strip();
        copy = WorkingCopy.of(
                directory.resolve("copy"),
                server.url().toString().replace("https://", "https://admin:" + token + "@") + "/git/default/fleet.git",
                server.state().resolve("ca.pem"));
        write("0");
        copy.commitAndPush("0").orFail();
        awaitApplied();
    }

    private void write(String content) {
        for (int i = 0; i < SETS; i++) {
            copy.with("set-" + i + ".yaml", """
                    apiVersion: underway.dev/v1alpha1
                    kind: UnitSet
                    metadata: {name: set-%d}
                    spec:
                      selector: {matchLabels: {role: nobody}}
                      files:
                      - path: /etc/set-%d.conf
                        content: "%s"
                    """.formatted(i, i, content));
        }
    }

    @Test
    void aPushIsRefusedOrFullyApplied() throws Exception {
        var whole = timed(() -> write("measured"));
        int accepted = 0;
        for (int cut = 0; cut < CUTS; cut++) {
            write("cut-" + cut);
            copy.commit("cut " + cut);

            var after = cutShort(whole.multipliedBy(2L * cut + 1).dividedBy(2L * CUTS));

            accepted += after.equals(head()) ? 1 : 0;
            awaitApplied();
            for (int i = 0; i < SETS; i++) {
                assertThat(get("unitsets/set-" + i).at("/spec/files/0/content").asText())
                        .isEqualTo(copy.git("show", after + ":set-" + i + ".yaml")
                                .orFail()
                                .output()
                                .replaceAll("(?s).*content: \"(.*)\"\\s*", "$1"));
            }
            copy.git("reset", "--quiet", "--hard", after).orFail();
        }
        report(whole, CUTS, accepted);
    }

    /// What a person has allowed with the push is known to whoever applies it, also after the server died.
    @Test
    void anAllowedRemovalIsAllowedStill() throws Exception {
        int cuts = CUTS / 2;
        var whole = timed(GitKillTest.this::remove, "allow-prune");
        int accepted = 0;
        for (int cut = 0; cut < cuts; cut++) {
            write("again");
            copy.commitAndPush("again").orFail();
            remove();
            copy.commit("fewer " + cut);

            var after = cutShort(whole.multipliedBy(2L * cut + 1).dividedBy(2L * cuts), "allow-prune");

            accepted += after.equals(head()) ? 1 : 0;
            awaitApplied();
            int left = after.equals(head()) ? 1 : SETS;
            await().atMost(SOON).until(() -> get("unitsets").path("items").size(), count -> count == left);
            copy.git("reset", "--quiet", "--hard", after).orFail();
        }
        report(whole, cuts, accepted);
    }

    /// All sets but one.
    private void remove() {
        for (int i = 1; i < SETS; i++) {
            copy.without("set-" + i + ".yaml");
        }
    }

    /// How long a push takes when nothing happens to it.
    private Duration timed(Runnable change, String... options) {
        change.run();
        copy.commit("measured");
        long began = System.nanoTime();
        copy.push(options).orFail();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /// Pushes, kills the server in the middle and starts it again; answers the commit that the branch is at then.
    private String cutShort(Duration after, String... options) throws Exception {
        var before = remote();
        var pushing = CompletableFuture.supplyAsync(() -> copy.push(options));
        TimeUnit.NANOSECONDS.sleep(after.toNanos());
        server.kill();
        Ended pushed = pushing.get();
        server.start();
        var now = remote();
        assertThat(now).isIn(before, head());
        if (pushed.exitCode() == 0) {
            assertThat(now).isEqualTo(head());
        }
        assertThat(fsck()).doesNotContain("error", "missing", "corrupt", "broken");
        return now;
    }

    private static void report(Duration whole, int cuts, int accepted) {
        System.out.printf(
                "%d pushes of %d ms cut by kill -9: %d accepted, %d refused%n",
                cuts, whole.toMillis(), accepted, cuts - accepted);
    }

    private String head() {
        return copy.git("rev-parse", "HEAD").orFail().output().strip();
    }

    private String remote() {
        return copy.git("ls-remote", "origin", "refs/heads/main")
                .orFail()
                .output()
                .split("\\s")[0];
    }

    private String fsck() {
        var repository = server.state().resolve("git/hosted/default/fleet.git");
        var ended = Program.of(
                        "git",
                        "-c",
                        "safe.directory=*",
                        "--git-dir",
                        repository.toString(),
                        "fsck",
                        "--strict",
                        "--full")
                .run();
        return ended.orFail().output() + ended.errors();
    }

    private JsonNode get(String path) throws Exception {
        ApiClient admin = server.admin();
        return admin.get(API + path).json();
    }

    private void awaitApplied() {
        var head = remote();
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> get("gitsources/fleet")
                        .at("/status/applied/id")
                        .asText()
                        .equals(head));
    }
}
