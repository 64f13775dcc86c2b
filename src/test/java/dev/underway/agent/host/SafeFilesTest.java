package dev.underway.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Digests;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Link;
import dev.underway.plan.Step.PathChange.Remove;
import dev.underway.plan.Step.PathChange.WriteFile;
import dev.underway.plan.Step.Source;
import dev.underway.testing.Mounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On real files, as root: full and read-only file systems are real mounts.
class SafeFilesTest {
    @TempDir
    Path root;

    private final Mounts mounts = new Mounts();
    private SafeFiles files;

    @BeforeEach
    void open() throws IOException {
        files = new SafeFiles(new HostRoot(root));
        Files.createDirectories(root.resolve("etc"));
    }

    @AfterEach
    void unmount() throws Exception {
        mounts.close();
    }

    @Test
    void writesContentModeAndOwnersAtOnce() throws Exception {
        files.prepare(List.of(write("/etc/web/app.yaml", "greeting: hello\n", 0640, "daemon")))
                .commit();

        var file = root.resolve("etc/web/app.yaml");
        assertThat(file).hasContent("greeting: hello\n");
        assertThat(Files.getAttribute(file, "unix:mode")).isEqualTo(0100640);
        assertThat(Files.getOwner(file)).hasToString("daemon");
        assertThat(Files.getAttribute(root.resolve("etc/web"), "unix:mode")).isEqualTo(0040755);
        assertThat(names("etc/web")).containsExactly("app.yaml");
    }

    @Test
    void changesNothingUntilTheCommit() throws Exception {
        there("etc/a", "old");

        var batch = files.prepare(List.of(write("/etc/a", "new"), new Link("/etc/b", "s/w", "/etc/a", "new")));
        assertThat(root.resolve("etc/a")).hasContent("old");
        batch.commit();

        assertThat(root.resolve("etc/a")).hasContent("new");
        assertThat(Files.readSymbolicLink(root.resolve("etc/b"))).hasToString("/etc/a");
    }

    @Test
    void flipsALinkByRenaming() throws Exception {
        Files.createSymbolicLink(root.resolve("etc/current"), Path.of("/store/1"));

        files.prepare(List.of(new Link("/etc/current", "s/w", "/store/2", "new")))
                .commit();

        assertThat(Files.readSymbolicLink(root.resolve("etc/current"))).hasToString("/store/2");
    }

    @Test
    void removesFilesAndTheDirectoriesThatItMade() throws Exception {
        files.prepare(List.of(write("/etc/web/conf.d/a", "x"))).commit();

        files.prepare(List.of(new Remove("/etc/web/conf.d/a", "s/w", "gone"))).commit();
        var gone = files.removeEmpty(Set.of("/etc/web", "/etc/web/conf.d"));

        assertThat(gone).containsExactly("/etc/web", "/etc/web/conf.d");
        assertThat(root.resolve("etc/web")).doesNotExist();
    }

    @Test
    void keepsADirectoryInWhichSomebodyElseKeepsSomething() throws Exception {
        files.prepare(List.of(write("/etc/web/a", "x"))).commit();
        there("etc/web/theirs", "x");

        files.prepare(List.of(new Remove("/etc/web/a", "s/w", "gone"))).commit();

        assertThat(files.removeEmpty(Set.of("/etc/web"))).isEmpty();
        assertThat(root.resolve("etc/web/theirs")).exists();
    }

    @Test
    void refusesAPathThroughASymlink() throws Exception {
        Files.createDirectory(root.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve("etc/web"), Path.of("../elsewhere"));

        assertThatThrownBy(() -> files.prepare(List.of(write("/etc/web/a", "x"))))
                .isInstanceOfSatisfying(
                        WriteFailed.class, e -> assertThat(e.reason()).isEqualTo("UnsafePath"))
                .hasMessageContaining("is a symlink");
        assertThat(names("elsewhere")).isEmpty();
    }

    @Test
    void refusesADirectoryThatOthersMayWrite() throws Exception {
        Files.createDirectory(root.resolve("etc/web"));
        Files.setPosixFilePermissions(root.resolve("etc/web"), Durable.permissions(0775));

        assertThatThrownBy(() -> files.check("/etc/web/sub/a")).hasMessageContaining("written by others");
    }

    @Test
    void refusesADirectoryOfAnotherUser() throws Exception {
        Files.createDirectory(root.resolve("etc/web"));
        Files.setOwner(root.resolve("etc/web"), Accounts.user("daemon"));

        assertThatThrownBy(() -> files.check("/etc/web/a")).hasMessageContaining("written by others");
    }

    @Test
    void doesNotReplaceADirectory() throws Exception {
        Files.createDirectory(root.resolve("etc/web"));

        assertThatThrownBy(() -> files.prepare(List.of(write("/etc/web", "x")))).hasMessageContaining("is a directory");
    }

    @Test
    void writesOverALinkAndNotThroughIt() throws Exception {
        there("etc/theirs", "precious");
        Files.createSymbolicLink(root.resolve("etc/a"), Path.of("theirs"));

        files.prepare(List.of(write("/etc/a", "x"))).commit();

        assertThat(root.resolve("etc/theirs")).hasContent("precious");
        assertThat(Files.isSymbolicLink(root.resolve("etc/a"))).isFalse();
    }

    @Test
    void writesNothingWhenAnOwnerIsUnknown() throws Exception {
        there("etc/a", "old");

        assertThatThrownBy(() ->
                        files.prepare(List.of(write("/etc/a", "new"), write("/etc/b", "x", 0644, "no-such-user"))))
                .isInstanceOfSatisfying(
                        WriteFailed.class, e -> assertThat(e.reason()).isEqualTo("UnknownOwner"))
                .hasMessageContaining("no-such-user");
        assertThat(root.resolve("etc/a")).hasContent("old");
        assertThat(names("etc")).containsExactly("a");
    }

    @Test
    void takesNoNumberForAnOwner() {
        assertThatThrownBy(() -> files.prepare(List.of(write("/etc/a", "x", 0644, "1000"))))
                .isInstanceOfSatisfying(
                        WriteFailed.class, e -> assertThat(e.reason()).isEqualTo("UnknownOwner"));
    }

    @Test
    void changesNothingWhenTheDiskIsFull() throws Exception {
        var small = Files.createDirectory(root.resolve("etc/small"));
        mounts.tmpfs(small, "64k");
        there("etc/small/a", "old");
        var large = "x".repeat(100_000);

        assertThatThrownBy(() -> files.prepare(
                        List.of(write("/etc/small/a", "new"), write("/etc/small/sub/b", large), write("/etc/c", "x"))))
                .isInstanceOf(WriteFailed.class)
                .hasMessageContaining("No space left");

        assertThat(root.resolve("etc/small/a")).hasContent("old");
        assertThat(names("etc/small")).containsExactly("a");
        assertThat(root.resolve("etc/c")).doesNotExist();
    }

    @Test
    void changesNothingWhenAPlaceIsReadOnly() throws Exception {
        var place = Files.createDirectory(root.resolve("etc/ro"));
        there("etc/ro/a", "old");
        there("etc/b", "old");
        mounts.readOnly(place);

        assertThatThrownBy(() -> files.prepare(List.of(write("/etc/b", "new"), write("/etc/ro/a", "new"))))
                .hasMessageContaining("Read-only file system");
        assertThatThrownBy(() -> files.prepare(List.of(write("/etc/b", "new"), new Remove("/etc/ro/a", "s/w", "gone"))))
                .hasMessageContaining("read-only");

        assertThat(root.resolve("etc/b")).hasContent("old");
        assertThat(root.resolve("etc/ro/a")).hasContent("old");
        assertThat(names("etc")).containsExactly("b", "ro");
    }

    @Test
    void sweepsWhatAKillLeftBesideAPath() throws Exception {
        var ready = files.prepare(List.of(write("/etc/a", "x")));
        assertThat(names("etc")).containsExactly(".a.underway");
        assertThat(ready).isNotNull();

        files.sweep(List.of("/etc/a", "/etc/not/there"));

        assertThat(names("etc")).isEmpty();
    }

    private void there(String path, String text) throws IOException {
        Files.writeString(root.resolve(path), text);
    }

    private List<String> names(String directory) throws IOException {
        try (var entries = Files.list(root.resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static PathChange write(String path, String text, int mode, String owner) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return new WriteFile(path, "s/w", new Source(bytes, Digests.sha256(bytes)), mode, owner, "root", "new");
    }

    private static PathChange write(String path, String text) {
        return write(path, text, 0644, "root");
    }
}
