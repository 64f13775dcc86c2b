package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the scripts need of a machine, and what they say when it is not there.
@Tag("e2e")
class NeedsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        setpriv --reuid=65534 --regid=65534 --clear-groups  | quickstart: must run as root, because it boots systemd in containers.
        setpriv --bounding-set=-sys_admin                   | quickstart: this machine does not let root make namespaces, which hosts are made of.
        unshare --mount sh -c 'mount -t tmpfs no /usr/lib/jvm; exec $0' | No JDK 25 or newer found: install one (such as the package temurin-25-jdk) or point JAVA_HOME to it.
        """)
    void quickstartSaysInOneSentenceWhatIsMissing(String without, String sentence) {
        var said = Program.of("sh", "-c", "unset JAVA_HOME; exec " + without + " deploy/quickstart")
                .where("TMPDIR", directory.toString())
                .run();

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.errors()).isEqualTo(sentence + "\n");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aNewEnoughJdkIsFoundBesideAnOlderOne() throws Exception {
        var old = Files.createDirectories(directory.resolve("jdk-17/bin"));
        Files.writeString(old.getParent().resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        Files.writeString(old.resolve("java"), "#!/bin/sh\nexit 1\n");
        assertThat(old.resolve("java").toFile().setExecutable(true)).isTrue();

        var home = Program.of("deploy/lib/jdk")
                .where("JAVA_HOME", old.getParent().toString())
                .where("PATH", old + ":/usr/bin:/bin")
                .run()
                .orFail()
                .output()
                .strip();

        var version = Program.of(home + "/bin/java", "-version").run().orFail().errors();
        assertThat(version).containsPattern("version \"(2[5-9]|[3-9][0-9])");
    }
}
