package dev.underway.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.host.HostRoot;
import dev.underway.model.Digests;
import dev.underway.plan.PathState;
import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Other;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.PathState.Symlink;
import dev.underway.wire.Wire;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

class FileStatesTest {
    @TempDir
    Path root;

    private FileStates states;

    @BeforeEach
    void open() throws Exception {
        states = new FileStates(new HostRoot(root));
        Files.createDirectories(root.resolve("etc/systemd/system"));
    }

    @Test
    void tellsWhatIsAtAPath() throws Exception {
        Files.writeString(root.resolve("etc/a"), "a");
        Files.createSymbolicLink(root.resolve("etc/link"), Path.of("../nowhere"));

        assertThat(of("/etc/a")).isInstanceOfSatisfying(Regular.class, file -> {
            assertThat(file.sha256()).isEqualTo(Digests.sha256("a"));
            assertThat(file.owner()).isEqualTo("root");
            assertThat(file.text()).as("only of unit files").isNull();
        });
        assertThat(of("/etc/link")).isEqualTo(new Symlink("../nowhere"));
        assertThat(of("/etc")).isEqualTo(new Other("directory"));
        assertThat(of("/etc/none")).isEqualTo(new Absent());
        assertThat(of("/etc/a/below/a/file")).isEqualTo(new Absent());
    }

    @Test
    void readsTheTextOfUnitFilesThatAreText() throws Exception {
        Files.writeString(root.resolve("etc/systemd/system/web.service"), "[Service]\n");
        Files.write(root.resolve("etc/systemd/system/odd.service"), new byte[] {(byte) 0xff});

        assertThat(of("/etc/systemd/system/web.service"))
                .isInstanceOfSatisfying(
                        Regular.class, file -> assertThat(file.text()).isEqualTo("[Service]\n"));
        assertThat(of("/etc/systemd/system/odd.service"))
                .isInstanceOfSatisfying(
                        Regular.class, file -> assertThat(file.text()).isNull());
    }

    @Test
    void noticesAnEditThatKeepsSizeAndTime() throws Exception {
        var file = Files.writeString(root.resolve("etc/a"), "a");
        var time = Files.getLastModifiedTime(file);
        var before = of("/etc/a");

        Files.writeString(file, "b");
        Files.setLastModifiedTime(file, FileTime.from(time.toInstant()));

        assertThat(of("/etc/a")).isNotEqualTo(before);
    }

    @Test
    void doesNotReadAFileTwice() throws Exception {
        Files.writeString(root.resolve("etc/a"), "a");

        assertThat(of("/etc/a")).isSameAs(of("/etc/a"));
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
    void doesNotReadWhatIsLongerThanAnyContent() throws Exception {
        try (var file = new RandomAccessFile(root.resolve("etc/a").toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        Files.write(root.resolve("etc/b"), new byte[Wire.MAX_DOCUMENT_BYTES]);

        assertThat(of("/etc/a"))
                .isInstanceOfSatisfying(
                        Regular.class, file -> assertThat(file.sha256()).isEqualTo("longer than any content of a set"));
        assertThat(of("/etc/b"))
                .isInstanceOfSatisfying(
                        Regular.class,
                        file -> assertThat(file.sha256()).isEqualTo(Digests.sha256(new byte[Wire.MAX_DOCUMENT_BYTES])));
    }

    private PathState of(String path) throws Exception {
        return states.of(Set.of(path)).get(path);
    }
}
