package dev.underway.server.gitops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.server.PostgresResource;
import dev.underway.testing.WorkingCopy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.RandomAccessFile;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// The real git and the real kubectl at a repository that the server hosts.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class HostedRepositoryTest extends AtHostedRepository {
    @Test
    void whatIsPushedIsApplied() {
        copy.with("web.yaml", set("web", "hello"));

        var pushed = copy.commitAndPush("web says hello");

        assertThat(pushed.errors())
                .contains("remote: unitset/web: is made", "remote: 1 changed, 0 removed, 0 unchanged");
        assertThat(pushed.exitCode()).isZero();
        assertThat(pushed.errors()).contains("remote: applied ");
        assertThat(greeting("web")).isEqualTo("hello");
    }

    @Test
    void aCloneHasWhatWasPushed() {
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web says hello");

        var cloned = copy.git("clone", "--quiet", url(token()), "again");

        assertThat(cloned.exitCode()).as(cloned.errors()).isZero();
        for (var version : List.of("0", "1")) {
            copy.git("-c", "protocol.version=" + version, "clone", "--quiet", url(token()), "by-" + version)
                    .orFail();
        }
        assertThat(directory.resolve("copy/again/web.yaml")).hasContent(set("web", "hello"));
    }

    @Test
    void aChangeIsAppliedAndWhatIsGoneIsPruned() {
        copy.with("web.yaml", set("web", "hello"))
                .with("a.yaml", set("a", "a"))
                .with("b.yaml", set("b", "b"))
                .commitAndPush("three sets");

        var pushed = copy.with("web.yaml", set("web", "hi")).without("a.yaml").commitAndPush("hi, and no a");

        assertThat(pushed.errors())
                .contains("unitset/web: changes", "unitset/a: is removed", "1 changed, 1 removed, 1 unchanged");
        assertThat(greeting("web")).isEqualTo("hi");
        await().until(() -> kubectl.run("get", "us", "-o", "name").out().lines().count() == 2);
    }

    @Test
    void aMistakeIsRefusedWithItsPlace() {
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web");
        copy.with("web.yaml", set("web", "hi") + "  selektor: {}\n");

        var pushed = copy.commitAndPush("a slip");

        assertThat(pushed.exitCode()).isEqualTo(1);
        assertThat(pushed.errors()).contains("remote: web.yaml:9: spec.selektor: there is no such field");
        assertThat(pushed.output()).contains("[remote rejected] (1 problem)");
        assertThat(greeting("web")).isEqualTo("hello");
    }

    @Test
    void aDryRunOnlyAnswers() {
        copy.with("web.yaml", set("web", "hello"));

        var pushed = copy.commitAndPush("web", "dry-run");

        assertThat(pushed.errors()).contains("remote: unitset/web: is made");
        assertThat(pushed.output()).contains("[remote rejected] (dry run: nothing was changed)");
        assertThat(copy.git("ls-remote", "origin").orFail().output()).isEmpty();
        assertThat(greeting("web")).isEmpty();
    }

    @Test
    void anUnknownOptionIsRefused() {
        copy.with("web.yaml", set("web", "hello"));

        assertThat(copy.commitAndPush("web", "wiat").output())
                .contains("the push option \"wiat\" is not known; known are allow-prune, dry-run, wait");
    }

    @Test
    void aRevertGoesBack() {
        copy.with("web.yaml", set("web", "one")).commitAndPush("one").orFail();
        copy.with("web.yaml", set("web", "two")).commitAndPush("two").orFail();
        copy.git("revert", "--no-edit", "HEAD").orFail();

        copy.push().orFail();

        assertThat(greeting("web")).isEqualTo("one");
    }

    @Test
    void otherBranchesAreKeptAndDoNotCount() {
        copy.with("web.yaml", "no manifest: at all").commit("a draft");

        copy.git("push", "origin", "HEAD:draft").orFail();

        assertThat(copy.git("ls-remote", "origin").orFail().output()).contains("refs/heads/draft");
        assertThat(copy.git("push", "origin", "HEAD:refs/meta/x").errors()).contains("only branches and tags are kept");
    }

    @Test
    void aTagMayCount() {
        source("tag: production");
        copy.with("web.yaml", set("web", "one")).commit("one");
        copy.git("push", "origin", "HEAD:main").orFail();
        assertThat(greeting("web")).isEmpty();

        copy.git("tag", "-a", "-m", "it is good", "production").orFail();
        copy.git("push", "origin", "production").orFail();

        assertThat(greeting("web")).isEqualTo("one");
    }

    @Test
    void whatIsChangedByHandIsPutBack() {
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web").orFail();

        edit("by hand");
        await().until(() -> greeting("web"), "hello"::equals);
        var uid = uid("web");
        // kubectl itself would wait for ever where the set is there again before it looks.
        kubectl.run("delete", "us", "web", "--wait=false");
        await().until(() -> greeting("web").equals("hello") && !uid("web").equals(uid));
    }

    @Test
    void whatIsChangedByHandIsOnlyReportedWhenAskedSo() {
        source("drift: Report");
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web").orFail();

        edit("by hand");

        await().until(
                        () -> kubectl.run("get", "gs", "fleet", "-o", "jsonpath={.status.drifted}")
                                .out(),
                        "[\"unitset/web\"]"::equals);
        assertThat(greeting("web")).isEqualTo("by hand");
        edit("hello");
        await().until(() -> kubectl.run("get", "gs", "fleet", "-o", "jsonpath={.status.drifted}")
                .out()
                .isEmpty());
    }

    @Test
    void anotherRepositoryKeepsWhatItOwns() {
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web").orFail();
        kubectl.runWith(
                "apiVersion: underway.dev/v1alpha1\nkind: GitSource\nmetadata: {name: other}\nspec: {}\n",
                "apply",
                "-f",
                "-");
        copy.git("remote", "set-url", "origin", url(token()).replace("fleet.git", "other.git"))
                .orFail();

        var pushed = copy.push();

        assertThat(pushed.errors())
                .contains("web.yaml:1: metadata.name: unitset/web belongs to the GitSource " + shop + "/fleet");
    }

    @Test
    void aNamespaceMayComeWithWhatIsInIt() {
        var other = shop + "-two";
        copy.with("ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + other + "}\n")
                .with("web.yaml", set("web", "hello").replace("{name: web}", "{name: web, namespace: " + other + "}"));

        var pushed = copy.commitAndPush("a namespace");

        assertThat(pushed.errors())
                .contains("namespace/" + other + ": is made", "unitset/web in " + other + ": is made");
        assertThat(kubectl.run("get", "us", "-n", other, "-o", "name").out()).isEqualTo("unitset.underway.dev/web\n");
        copy.with("web.yaml", set("web", "hello").replace("{name: web}", "{name: web, namespace: nowhere}"));
        assertThat(copy.commitAndPush("nowhere").errors()).contains("web.yaml:1: namespaces \"nowhere\" not found");
    }

    @Test
    void twoPushesAtATimeDoNotMix() throws Exception {
        copy.with("a.yaml", set("a", "0")).commitAndPush("first").orFail();
        copy.git("clone", "--quiet", url(token()), directory.resolve("second").toString())
                .orFail();
        var second = new WorkingCopy(directory.resolve("second"), copy.environment());
        copy.with("a.yaml", set("a", "1")).commit("one");
        second.with("a.yaml", set("a", "2")).commit("two");

        var one = CompletableFuture.supplyAsync(() -> copy.push());
        var two = CompletableFuture.supplyAsync(() -> second.push());

        var codes = List.of(one.get().exitCode(), two.get().exitCode());
        assertThat(codes).containsExactlyInAnyOrder(0, 1);
        var winner = one.get().exitCode() == 0 ? "1" : "2";
        await().until(() -> greeting("a"), winner::equals);
        assertThat(kubectl.run("get", "gs", "fleet", "-o", "jsonpath={.status.applied.id}")
                        .out())
                .isEqualTo((winner.equals("1") ? copy : second)
                        .git("rev-parse", "HEAD")
                        .output()
                        .strip());
    }

    @Test
    void itIsTraceableFromWhomItComes() {
        copy.with("sets/web.yaml", set("web", "hello"));
        var commit = copy.commit("web says hello");
        copy.push().orFail();
        copy.with("other.yaml", set("other", "x")).commitAndPush("another").orFail();

        var web = kubectl.run("get", "us", "web", "-o", "jsonpath={.metadata.annotations}")
                .out();
        assertThat(web)
                .contains("\"underway.dev/git-commit\":\"" + commit + "\"")
                .contains("\"underway.dev/git-author\":\"Ann \\u003cann@example.com\\u003e\"")
                .contains("\"underway.dev/git-file\":\"sets/web.yaml\"")
                .contains("\"underway.dev/git-source\":\"" + shop + "/fleet\"");
        await().until(() -> kubectl.run("get", "rev", "-o", "jsonpath={.items[*].metadata.annotations}")
                .out()
                .contains(commit));
        await().until(() -> kubectl.run("describe", "us", "web")
                .out()
                .contains("is revision 1 (commit " + commit.substring(0, 7) + " by Ann <ann@example.com>)"));
    }

    @Test
    void onlyPeopleWithATokenMayEnter() {
        copy.git("remote", "set-url", "origin", url("uwp1.0123456789abcdef." + "0".repeat(64)))
                .orFail();
        copy.with("web.yaml", set("web", "hello"));

        assertThat(copy.commitAndPush("web").errors()).contains("Authentication failed");
        copy.git("remote", "set-url", "origin", url(token()).replace("fleet.git", "none.git"))
                .orFail();
        assertThat(copy.push().errors()).contains("remote: there is no GitSource none in the namespace " + shop);
    }

    @Test
    void theStatusSaysWhatIsApplied() {
        assertThat(waitFor("Reconciling")).contains("condition met");
        assertThat(kubectl.run("get", "gs").text()).contains("NoCommit");
        var commit = copy.with("web.yaml", set("web", "hello")).commit("web says hello");
        copy.push().orFail();

        assertThat(waitFor("Ready")).contains("condition met");
        assertThat(kubectl.run("get", "gs", "-o", "wide").text())
                .contains("fleet   /git/shop/fleet.git   COMMIT   1   True   Applied"
                        .replace("COMMIT", commit.substring(0, 7)));
    }

    private String waitFor(String condition) {
        return kubectl.run("wait", "gs/fleet", "--for=condition=" + condition, "--timeout=20s")
                .out();
    }

    @Test
    void aHugeFileIsRefusedAndNothingMoves() throws Exception {
        copy.with("web.yaml", set("web", "hello"));
        try (var file =
                new RandomAccessFile(copy.directory().resolve("disk.img").toFile(), "rw")) {
            file.setLength(100L << 20);
        }

        var pushed = copy.commitAndPush("an image");

        assertThat(pushed.exitCode()).isEqualTo(1);
        assertThat(pushed.errors() + pushed.output()).containsIgnoringCase("object too large");
        assertThat(copy.git("ls-remote", "origin").orFail().output()).isEmpty();
    }

    @Test
    void everyProblemIsToldAtOnce() {
        copy.with("a.yaml", "a: 1")
                .with("b.yaml", set("b", "b").replace("/etc/b.conf", "etc/b.conf"))
                .with("c.yaml", set("c", "c"))
                .with("d.yaml", set("c", "c"));

        var pushed = copy.commitAndPush("much is wrong");

        assertThat(pushed.errors())
                .contains("remote: a.yaml:1: kind: is required")
                .contains("remote: b.yaml:7: spec.files[0].path: ")
                .contains("remote: d.yaml:1: metadata.name: unitset/c in " + shop + " is also in c.yaml:1");
        assertThat(pushed.output()).contains("(3 problems)");
        assertThat(greeting("c")).isEmpty();
    }

    @Test
    void whatACommitSaysGivesTheTerminalNoOrders() {
        var pushed = copy.with("web.yaml", set("\"we\\e[31mb\"", "hello")).commitAndPush("in red");

        assertThat(pushed.errors())
                .contains("metadata.name: \"we?[31mb\" must be")
                .doesNotContain("\033[31m");
    }

    @Test
    void waitTellsHowItMoves() {
        copy.with("web.yaml", set("web", "hello"));

        var pushed = copy.commitAndPush("web", "wait").orFail();

        assertThat(pushed.errors()).containsPattern("remote: web: \\w+: .*\n").contains("remote: done");
    }
}
