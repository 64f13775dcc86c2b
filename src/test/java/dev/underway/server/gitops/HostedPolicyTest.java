package dev.underway.server.gitops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.Program;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What the spec of a source forbids or asks for, with the real git.
@QuarkusTest
class HostedPolicyTest extends AtHostedRepository {
    @Test
    void mostIsNotRemovedUnasked() {
        copy.with("a.yaml", set("a", "a")).with("b.yaml", set("b", "b")).with("c.yaml", set("c", "c"));
        copy.commitAndPush("three").orFail();
        copy.without("a.yaml").without("b.yaml");

        var refused = copy.commitAndPush("one");

        assertThat(refused.output())
                .contains("(would remove 2 of 3 resources; if that is meant: git push -o allow-prune)");
        assertThat(copy.push("allow-prune").orFail().errors()).contains("unitset/a: is removed");
        await().until(() -> kubectl.run("get", "us", "-o", "name").out(), "unitset.underway.dev/c\n"::equals);
    }

    @Test
    void anEmptyDirectoryIsNoOrderToRemoveEverything() {
        source("path: fleet");
        copy.with("fleet/web.yaml", set("web", "hello")).commitAndPush("web").orFail();

        var pushed = copy.without("fleet").with("README", "moved").commitAndPush("moved");

        assertThat(pushed.output()).contains("(would remove 1 of 1 resources;");
        assertThat(greeting("web")).isEqualTo("hello");
    }

    @Test
    void aChangedPathThatIsRefusedStaysRefused() {
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web").orFail();

        source("path: elsewhere");
        await().until(() -> ready().startsWith("PruneNeedsConfirmation: would remove 1 of 1"));
        kubectl.run("annotate", "gs", "fleet", "underway.dev/sync-at=now");
        var command = ready().replaceFirst(".*: kubectl ", "");
        assertThat(ready()).startsWith("PruneNeedsConfirmation");
        assertThat(greeting("web")).isEqualTo("hello");

        assertThat(kubectl.run(command.split(" ")).exit()).isZero();
        await().until(() -> greeting("web").isEmpty());
    }

    @Test
    void historyIsNotTakenBackUnlessAllowed() {
        copy.with("web.yaml", set("web", "one")).commitAndPush("one").orFail();
        copy.with("web.yaml", set("web", "two")).commitAndPush("two").orFail();
        copy.git("reset", "--quiet", "--hard", "HEAD~1").orFail();

        assertThat(copy.git("push", "--force", "origin", "HEAD:main").errors())
                .contains("this would take commits back; use git revert, or set spec.allowForcePush");
        assertThat(copy.git("push", "origin", ":main").errors()).contains("this is what the fleet follows");
        source("allowForcePush: true");
        copy.git("push", "--force", "origin", "HEAD:main").orFail();
        assertThat(greeting("web")).isEqualTo("one");
    }

    @Test
    void nothingMovesWhileItIsSuspended() {
        source("suspend: true");

        assertThat(copy.with("web.yaml", set("web", "hello"))
                        .commitAndPush("web")
                        .output())
                .contains("spec.suspend of the GitSource is true; set it to false first");
    }

    @Test
    void aDirectoryThatIsNotThereIsAMistake() {
        source("path: fleat");

        var pushed = copy.with("fleet/web.yaml", set("web", "hello")).commitAndPush("web");

        assertThat(pushed.errors()).contains("spec.path of the GitSource names a directory that this commit does not");
        assertThat(pushed.exitCode()).isNotZero();
    }

    @Test
    void aTreeThatLeadsOutOfItIsRefused() {
        var blob = copy.with("web.yaml", set("web", "hello"))
                .git("hash-object", "-w", "web.yaml")
                .orFail()
                .output()
                .strip();
        var up = written("tree", entry("100644", "web.yaml", blob));
        var tree = written("tree", entry("40000", "..", up));
        var commit = copy.git("commit-tree", tree, "-m", "out of it")
                .orFail()
                .output()
                .strip();
        copy.git("update-ref", "refs/heads/main", commit).orFail();

        var pushed = copy.git("push", "origin", "main");

        assertThat(pushed.exitCode()).isNotZero();
        assertThat(pushed.errors() + pushed.output()).contains("invalid name '..'");
        assertThat(copy.git("ls-remote", "origin").orFail().output()).isEmpty();
    }

    private static byte[] entry(String mode, String name, String id) {
        var entry = new ByteArrayOutputStream();
        entry.writeBytes((mode + " " + name + "\0").getBytes(US_ASCII));
        entry.writeBytes(HexFormat.of().parseHex(id));
        return entry.toByteArray();
    }

    /// The id of an object that git itself would not write.
    private String written(String type, byte[] content) {
        try {
            var file = Files.write(directory.resolve("object"), content);
            return copy.git("hash-object", "-w", "--literally", "-t", type, file.toString())
                    .orFail()
                    .output()
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aLargePushThatComesInPiecesIsTaken() {
        // Above git's http.postBuffer, it does not know the length when it begins.
        copy.with("web.yaml", set("web", "hello"));
        var noise = new byte[3 << 20];
        new SplittableRandom(1).nextBytes(noise);
        for (int i = 0; i < 3; i++) {
            copy.with("noise-" + i + ".txt", new String(noise, ISO_8859_1) + i);
        }

        copy.commitAndPush("web, and noise").orFail();

        assertThat(greeting("web")).isEqualTo("hello");
    }

    @Test
    void onlySignedCommitsAreTaken() throws IOException {
        var ann = key("ann");
        source("verify: {keys: [{name: ann, key: \""
                + Files.readString(Path.of(ann + ".pub")).strip() + "\"}]}");
        copy.with("web.yaml", set("web", "hello"));

        var unsigned = copy.commitAndPush("by nobody");
        signWith(key("mallory"));
        copy.git("commit", "--quiet", "--amend", "--no-edit", "-S").orFail();
        var foreign = copy.push();
        signWith(ann);
        copy.git("commit", "--quiet", "--amend", "--no-edit", "-S").orFail();
        var signed = copy.push();
        var hidden = copy.with("web.yaml", set("web", "hi")).commitAndPush("not signed, below one that is");
        copy.git("commit", "--quiet", "--allow-empty", "-S", "-m", "signed").orFail();
        hidden = copy.push();

        assertThat(unsigned.output()).containsPattern("commit [0-9a-f]{7} \\(Ann <ann@example.com>\\) is not signed");
        assertThat(foreign.output()).contains("is signed by an SSH key that is not trusted");
        assertThat(signed.exitCode()).as(signed.output() + signed.errors()).isZero();
        assertThat(hidden.output()).contains("is not signed");
        assertThat(greeting("web")).isEqualTo("hello");
    }

    private Path key(String name) {
        var key = directory.resolve(name);
        Program.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key.toString())
                .run()
                .orFail();
        return key;
    }

    private void signWith(Path key) {
        copy.git("config", "gpg.format", "ssh").orFail();
        copy.git("config", "user.signingkey", key.toString()).orFail();
    }

    @Test
    void aKeyThatCannotBeReadIsToldInTheStatus() {
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web").orFail();

        source("verify: {keys: [{name: ann, key: \"-----BEGIN PGP PUBLIC KEY BLOCK-----\\n\\nAAAA\\n\"}]}");

        await().until(this::ready, said -> said.startsWith("Retrying: the key ann in spec.verify.keys cannot be read"));
    }

    @Test
    void aRepositoryOfABackupIsNotFollowedBack() {
        var repository = config.stateDirectory().resolve("git/hosted/" + shop + "/fleet.git");
        var backup = directory.resolve("backup");
        copy.with("web.yaml", set("web", "one")).commitAndPush("one").orFail();
        Program.of("cp", "-r", repository.toString(), backup.toString()).run().orFail();
        copy.with("web.yaml", set("web", "two")).commitAndPush("two").orFail();

        Program.of("rm", "-rf", repository.toString()).run().orFail();
        Program.of("mv", backup.toString(), repository.toString()).run().orFail();
        kubectl.run("annotate", "gs", "fleet", "--overwrite", "underway.dev/sync-at=restored");

        await().until(this::ready, said -> said.startsWith("RepositoryIsOlder: "));
        assertThat(greeting("web")).isEqualTo("two");
        copy.push().orFail();
        await().until(this::ready, said -> said.startsWith("Applied: "));
        assertThat(greeting("web")).isEqualTo("two");
    }

    @Test
    void whatDiffersStillDiffersAfterACommit() {
        source("drift: Report");
        copy.with("web.yaml", set("web", "hello")).commitAndPush("web").orFail();
        edit("by hand");
        await().until(this::ready, said -> said.startsWith("Drifted: differs from Git in unitset/web"));

        copy.with("other.yaml", set("other", "x")).commitAndPush("another").orFail();

        assertThat(ready()).startsWith("Drifted: differs from Git in unitset/web");
        assertThat(greeting("web")).isEqualTo("by hand");
    }

    @Test
    void whatWasMadeByHandIsAdoptedAndThatIsSaid() {
        assertThat(kubectl.runWith(set("web", "by hand"), "apply", "-f", "-").exit())
                .isZero();

        var pushed = copy.with("web.yaml", set("web", "hello")).commitAndPush("web", "dry-run");

        assertThat(pushed.errors()).contains("unitset/web: is adopted, which was made by hand");
        assertThat(greeting("web")).isEqualTo("by hand");
    }

    @Test
    void whatSomebodyElseTookIsSaidAndTheRestIsKept() {
        copy.with("web.yaml", set("web", "hello"))
                .with("other.yaml", set("other", "x"))
                .commitAndPush("two")
                .orFail();
        assertThat(kubectl.runWith("""
                apiVersion: underway.dev/v1alpha1
                kind: GitSource
                metadata: {name: thief}
                spec: {}
                """, "apply", "-f", "-").exit()).isZero();

        kubectl.run("annotate", "us", "other", "--overwrite", "underway.dev/git-source=" + shop + "/thief");
        await().until(this::ready, said -> said.contains("belongs to the GitSource " + shop + "/thief"));
        kubectl.run("delete", "us", "web", "--wait=false");
        await().until(() -> greeting("web"), "hello"::equals);
        assertThat(ready()).startsWith("NotKept: ");
        kubectl.run("delete", "gs", "thief");
        kubectl.run("annotate", "gs", "fleet", "--overwrite", "underway.dev/sync-at=now");

        await().until(this::ready, said -> said.startsWith("Applied: "));
    }
}
