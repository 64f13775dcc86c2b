package dev.underway.server.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.WorkingCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is read of commits that the real git has made, and what is said of those that cannot be.
class CommitReaderTest {
    private static final String SET = """
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata:
              name: web
            spec:
              selector: {}
              units:
              - name: web.service
                content: |
                  [Service]
                  ExecStart=/bin/web
            """;

    @TempDir
    Path directory;

    private WorkingCopy copy;
    private Repository repository;

    @BeforeEach
    void aRepository() throws IOException {
        copy = WorkingCopy.of(directory.resolve("copy"), "nowhere", directory.resolve("none"));
        repository = new FileRepositoryBuilder()
                .setGitDir(directory.resolve("copy/.git").toFile())
                .build();
    }

    @AfterEach
    void closed() {
        repository.close();
    }

    private CommitReader.Content read(String path) throws IOException {
        return new CommitReader().read(repository, ObjectId.fromString(copy.commit("next")), path, "shop");
    }

    private List<String> problems() throws IOException {
        return read("").problems().stream().map(Problem::sentence).toList();
    }

    private List<String> names(String path) throws IOException {
        var content = read(path);
        assertThat(content.problems()).isEmpty();
        return content.manifests().stream()
                .map(manifest -> manifest.file() + ":" + manifest.line() + " " + manifest.key())
                .toList();
    }

    private void bytes(String file, byte... bytes) throws IOException {
        Files.write(copy.directory().resolve(file), bytes);
    }

    // --- what is read ------------------------------------------------------------------------------------------------

    @Test
    void manifestsAreReadWhereverTheyLie() throws IOException {
        copy.with("a/b/web.yaml", SET)
                .with("two.yml", SET.replace("web", "one") + "---\n" + SET.replace("web", "two"))
                .with(
                        "ns.json",
                        "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"shop\"}}")
                .with("README.md", "kind: nothing");

        assertThat(names(""))
                .containsExactly(
                        "a/b/web.yaml:1 unitsets.underway.dev shop/web",
                        "ns.json:1 namespaces shop",
                        "two.yml:1 unitsets.underway.dev shop/one",
                        "two.yml:13 unitsets.underway.dev shop/two");
    }

    @Test
    void onlyTheDirectoryCounts() throws IOException {
        copy.with("fleet/web.yaml", SET).with("elsewhere.yaml", "this: is not a manifest");

        assertThat(names("fleet")).containsExactly("fleet/web.yaml:1 unitsets.underway.dev shop/web");
        assertThat(read("flet").found()).isFalse();
        assertThat(read("fleet/web.yaml").problems())
                .extracting(Problem::sentence)
                .containsExactly("fleet/web.yaml: is spec.path of the source, and is no directory");
    }

    @Test
    void hiddenAndIgnoredFilesDoNotCount() throws IOException {
        copy.with(".github/workflows/ci.yml", "on: push")
                .with("charts/values.yaml", "a: 1")
                .with("notes/x.yaml", "b: 2")
                .with("notes/web.yaml", SET)
                .with(".underwayignore", "charts/\n*.yaml\n!web.yaml\n");

        assertThat(names("")).containsExactly("notes/web.yaml:1 unitsets.underway.dev shop/web");
    }

    @Test
    void aNamespaceOfItsOwnCounts() throws IOException {
        copy.with("web.yaml", SET.replace("name: web\n", "name: web\n  namespace: other\n"));

        assertThat(names("")).containsExactly("web.yaml:1 unitsets.underway.dev other/web");
    }

    // --- what is refused ---------------------------------------------------------------------------------------------

    @Test
    void aFieldIsNamedWithItsLine() throws IOException {
        copy.with("fleet/web.yaml", SET.replace("ExecStart", "ExecStrat").replace("selector", "selektor"));

        assertThat(problems())
                .containsExactly("fleet/web.yaml:6: spec.selektor: there is no such field;"
                        + " see 'kubectl explain unitset.spec'");
    }

    @Test
    void aRuleThatIsBrokenIsNamedWithItsLine() throws IOException {
        copy.with("web.yaml", "# a comment\n---\n" + SET.replace("web.service", "web"));

        assertThat(problems()).singleElement().asString().startsWith("web.yaml:10: spec.units[0].name: \"web\" ");
    }

    @Test
    void aTextThatIsNoYamlIsNamedWithItsLine() throws IOException {
        copy.with("web.yaml", SET.replace("selector: {}", "selector: {"));

        assertThat(problems()).singleElement().asString().matches("(?s)web\\.yaml:\\d+: .*");
    }

    @Test
    void whatIsNoManifestIsToldHowToBeLeftOut() throws IOException {
        copy.with("values.yaml", "replicas: 3");

        assertThat(problems())
                .containsExactly("values.yaml:1: kind: is required; a file that is no manifest belongs into"
                        + " .underwayignore");
    }

    @Test
    void kindsThatNobodyWritesAreRefused() throws IOException {
        copy.with("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n")
                .with("host.yaml", "apiVersion: underway.dev/v1alpha1\nkind: Host\nmetadata: {name: h}\n");

        assertThat(problems())
                .containsExactly(
                        "host.yaml:2: kind: hosts are written by the server and the agents, not by a repository, which may"
                                + " hold Namespace (v1), GitSource (underway.dev/v1alpha1),"
                                + " UnitSet (underway.dev/v1alpha1)",
                        "pod.yaml:2: kind: Pod of v1 is not known; known are Namespace (v1),"
                                + " GitSource (underway.dev/v1alpha1), UnitSet (underway.dev/v1alpha1)");
    }

    @Test
    void whatTheServerWritesIsRefused() throws IOException {
        copy.with("web.yaml", SET.replace("name: web\n", """
                name: web
                  uid: 1234
                  annotations:
                    underway.dev/git-commit: abc
                """) + "status: {hosts: 3}\n");

        assertThat(problems())
                .containsExactly(
                        "web.yaml:15: status: is written by the server; remove it",
                        "web.yaml:5: metadata.uid: is written by the server; remove it",
                        "web.yaml:7: metadata.annotations.underway.dev/git-commit: is written by the server; remove it");
    }

    @Test
    void aPinIsAPersonsWord() throws IOException {
        copy.with("web.yaml", SET + "  pin: {revision: web-0123456789, reason: x}\n");

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("web.yaml:12: spec.pin: is what 'underway rollout");
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws IOException {
        copy.with("a.yaml", "a: 1\0");
        bytes("b.yaml", "a: 1\nb: \u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(problems())
                .containsExactly(
                        "a.yaml: is a binary file, not a manifest; rename it, or name it in .underwayignore",
                        "b.yaml:2: is not UTF-8; save it as UTF-8");
    }

    @Test
    void aLargeFileIsRefusedUnread() throws IOException {
        copy.with("web.yaml", "#" + "x".repeat(4 << 20));

        assertThat(problems())
                .containsExactly(
                        "web.yaml: has 4194305 bytes, a file of manifests at most 3145728; divide it, or name it"
                                + " in .underwayignore");
    }

    @Test
    void aBombDoesNotGoOff() throws IOException {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n"
                    .formatted(i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1));
        }
        copy.with("web.yaml", bomb.toString());

        assertThat(problems())
                .singleElement()
                .asString()
                .endsWith("more than 200000 values with aliases written out; divide the manifest");
    }

    @Test
    void linksAndSubmodulesAreNotFollowed() throws IOException {
        copy.with("web.txt", SET);
        Files.createSymbolicLink(copy.directory().resolve("web.yaml"), Path.of("web.txt"));
        Files.createSymbolicLink(copy.directory().resolve("up"), Path.of("../../../etc"));
        copy.git("add", "--all").orFail();
        copy.git("update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,vendor")
                .orFail();
        copy.git("commit", "--quiet", "-m", "links").orFail();
        var head = copy.git("rev-parse", "HEAD").orFail().output().strip();

        var content = new CommitReader().read(repository, ObjectId.fromString(head), "", "shop");

        assertThat(content.problems())
                .extracting(Problem::sentence)
                .containsExactly(
                        "up: is a symbolic link, which is not followed; put the file itself here, or name it in"
                                + " .underwayignore",
                        "vendor: is a submodule, which is not followed; copy its manifests, or name it in"
                                + " .underwayignore",
                        "web.yaml: is a symbolic link, which is not followed; put the file itself here, or name it in"
                                + " .underwayignore");
    }

    @Test
    void kustomizationsWaitUntilTheyAreSupported() throws IOException {
        copy.with("web.yaml", SET).with("kustomization.yaml", "resources: [web.yaml]\n");

        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("kustomization.yaml: kustomizations are not supported");
    }
}
