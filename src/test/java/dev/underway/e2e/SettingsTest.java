package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an installation that is run again does to the settings of the one before.
@Tag("e2e")
class SettingsTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("application.properties");
    }

    @Test
    void changesTheKeysThatItIsGivenAndNoOther() throws Exception {
        Files.writeString(file, """
            # of the operator
            underway.database.url=jdbc:postgresql://db/underway?a=b\\\\c
            underway.listen.address = 127.0.0.1
            underway.listen.names=a,\\
                b
            #underway.listen.names=c
            underway.listen.names.more=d

            underway.listen.address:10.0.0.1
            """);

        set("underway.listen.address=10.0.0.2", "underway.listen.names=x&y,\\n", "underway.new=1 2");

        assertThat(file).hasContent("""
            # of the operator
            underway.database.url=jdbc:postgresql://db/underway?a=b\\\\c
            underway.listen.address=10.0.0.2
            underway.listen.names=x&y,\\n
            #underway.listen.names=c
            underway.listen.names.more=d

            underway.new=1 2
            """);
    }

    @Test
    void keepsWhoMayReadIt() throws Exception {
        Files.writeString(file, "underway.database.password=secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        set("a=b");

        assertThat(file).hasContent("underway.database.password=secret\na=b\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(directory).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void makesTheFile() throws Exception {
        set("a.\"b/c\"=d");

        assertThat(file).hasContent("a.\"b/c\"=d\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void doesNothingWhenNothingIsToBeSet() {
        set();

        assertThat(file).doesNotExist();
    }

    private void set(String... settings) {
        var command = new ArrayList<>(List.of("deploy/lib/settings", file.toString()));
        command.addAll(List.of(settings));
        Program.of(command).run().orFail();
    }
}
