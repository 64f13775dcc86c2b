package dev.underway.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// In a directory of root's, and in one that a service may write in.
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class RegularFileTest {
    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(strings = {"root", "nobody"})
    void readsAFile(String owner) throws Exception {
        Files.writeString(directoryOf(owner).resolve("a"), "text");

        assertThat(read("/web/a")).isEqualTo("text");
        assertThat(read("/web/a", LinkOption.NOFOLLOW_LINKS)).isEqualTo("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "nobody"})
    void doesNotWaitForAWriterOfAPipe(String owner) throws Exception {
        var pipe = directoryOf(owner).resolve("a");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();

        assertThatThrownBy(() -> read("/web/a"))
                .isInstanceOf(FileSystemException.class)
                .hasMessage("/web/a: is no regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "nobody"})
    void followsALinkUnlessItIsToldNotTo(String owner) throws Exception {
        var directory = directoryOf(owner);
        Files.writeString(root.resolve("b"), "text");
        Files.createSymbolicLink(directory.resolve("a"), root.resolve("b"));

        assertThat(read("/web/a")).isEqualTo("text");
        assertThatThrownBy(() -> read("/web/a", LinkOption.NOFOLLOW_LINKS)).isInstanceOf(FileSystemException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "nobody"})
    void saysThatNothingIsThere(String owner) throws Exception {
        directoryOf(owner);

        assertThatThrownBy(() -> read("/web/a")).isInstanceOf(NoSuchFileException.class);
    }

    private Path directoryOf(String owner) throws IOException {
        var directory = Files.createDirectory(root.resolve("web"));
        Files.setPosixFilePermissions(directory, Durable.permissions(0755));
        return Files.setOwner(directory, Accounts.user(owner));
    }

    private String read(String path, LinkOption... links) throws IOException {
        try (var in = RegularFile.open(new HostRoot(root), path, links)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
