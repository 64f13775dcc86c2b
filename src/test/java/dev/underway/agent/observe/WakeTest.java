package dev.underway.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.host.HostRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On real files.
class WakeTest {
    @TempDir
    private Path root;

    private final LinkedBlockingQueue<String> wakeUps = new LinkedBlockingQueue<>();
    private Wake wake;

    @BeforeEach
    void watch() throws IOException {
        Files.createDirectories(root.resolve("etc/app"));
        Files.writeString(root.resolve("etc/app/conf"), "one");
        wake = Wake.start(new HostRoot(root), () -> wakeUps.add("changed"));
        wake.watch(Set.of("/etc/app/conf", "/opt/deep/down/file", "/opt/web"));
    }

    @AfterEach
    void close() {
        wake.close();
    }

    @Test
    void wakesWhenAFileIsEdited() throws Exception {
        Files.writeString(root.resolve("etc/app/conf"), "two");

        assertWakes();
    }

    @Test
    void wakesWhenAFileIsReplacedByRename() throws Exception {
        Files.writeString(root.resolve("etc/app/.conf.new"), "two");
        Files.move(
                root.resolve("etc/app/.conf.new"), root.resolve("etc/app/conf"), StandardCopyOption.REPLACE_EXISTING);

        assertWakes();
    }

    @Test
    void wakesWhenAFileIsDeleted() throws Exception {
        Files.delete(root.resolve("etc/app/conf"));

        assertWakes();
    }

    @Test
    void wakesWhenPermissionsChange() throws Exception {
        Files.setPosixFilePermissions(root.resolve("etc/app/conf"), PosixFilePermissions.fromString("rwxrwxrwx"));

        assertWakes();
    }

    @Test
    void wakesWhenASymlinkIsPutInPlace() throws Exception {
        Files.createDirectories(root.resolve("opt"));
        assertWakes();

        Files.createSymbolicLink(root.resolve("opt/web"), Path.of("/nowhere"));

        assertWakes();
    }

    @Test
    void otherNamesInTheSameDirectoryDoNotWake() throws Exception {
        Files.writeString(root.resolve("etc/app/other"), "noise");
        Files.writeString(root.resolve("etc/passwd"), "noise");
        Thread.sleep(200);
        assertThat(wakeUps).isEmpty();

        Files.writeString(root.resolve("etc/app/conf"), "two");

        assertWakes();
    }

    @Test
    void seesAFileInDirectoriesThatWereNotThere() throws Exception {
        Files.createDirectories(root.resolve("opt/deep/down"));
        assertWakes();

        Files.writeString(root.resolve("opt/deep/down/file"), "one");

        assertWakes();
    }

    @Test
    void seesAFileInADirectoryThatReplacedAnother() throws Exception {
        Files.createDirectories(root.resolve("etc/app2"));
        Files.move(root.resolve("etc/app"), root.resolve("etc/old"));
        Files.move(root.resolve("etc/app2"), root.resolve("etc/app"));
        assertWakes();

        Files.writeString(root.resolve("etc/app/conf"), "one");
        assertWakes();
        Files.writeString(root.resolve("etc/old/conf"), "not ours any more");
        Thread.sleep(200);

        assertThat(wakeUps).isEmpty();
    }

    @Test
    void seesAFileInADirectoryThatWasDeletedAndMadeAgain() throws Exception {
        Files.delete(root.resolve("etc/app/conf"));
        Files.delete(root.resolve("etc/app"));
        assertWakes();
        Files.createDirectory(root.resolve("etc/app"));
        assertWakes();

        Files.writeString(root.resolve("etc/app/conf"), "one");

        assertWakes();
    }

    @Test
    void manyChangesInAMomentAreFewWakeUps() throws Exception {
        for (int i = 0; i < 500; i++) {
            Files.writeString(root.resolve("etc/app/conf"), "text " + i);
        }

        int count = 0;
        while (wakeUps.poll(1, TimeUnit.SECONDS) != null) {
            count++;
        }
        assertThat(count).isBetween(1, 250);
    }

    @Test
    void whatIsNoLongerWatchedDoesNotWake() throws Exception {
        wake.watch(Set.of("/opt/web"));
        Files.writeString(root.resolve("etc/app/conf"), "two");
        Files.createDirectories(root.resolve("opt"));
        assertWakes();
        wakeUps.clear();

        Files.writeString(root.resolve("etc/app/conf"), "three");
        Thread.sleep(200);

        assertThat(wakeUps).isEmpty();
    }

    /// At least once; wake-ups for the rest of the same change are taken away.
    private void assertWakes() throws InterruptedException {
        assertThat(wakeUps.poll(10, TimeUnit.SECONDS)).isNotNull();
        while (wakeUps.poll(200, TimeUnit.MILLISECONDS) != null) {
            // of the same change
        }
    }
}
