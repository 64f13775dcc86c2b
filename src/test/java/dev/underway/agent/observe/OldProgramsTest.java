package dev.underway.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.host.HostRoot;
import dev.underway.plan.Observed.UnitStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// With a process of this machine in the place of a service that was started a minute ago.
class OldProgramsTest {
    private static final Path PROGRAM = Path.of("/bin/sleep");

    @TempDir
    Path directory;

    private final OldPrograms programs = new OldPrograms(HostRoot.SYSTEM);
    private Path program;
    private Process process;

    @BeforeEach
    void start() throws Exception {
        program = directory.resolve("program");
        Files.copy(PROGRAM, program, StandardCopyOption.COPY_ATTRIBUTES);
        process = new ProcessBuilder(program.toString(), "60").start();
    }

    @AfterEach
    void stop() {
        process.destroy();
    }

    private boolean isOld() {
        long micros = Instant.now().minusSeconds(60).toEpochMilli() * 1000;
        return programs.isOld(new UnitStatus(
                "web.service",
                "loaded",
                "active",
                "running",
                "",
                process.pid(),
                "i1",
                0,
                "success",
                false,
                false,
                false,
                "",
                null,
                null,
                micros));
    }

    private void replace(Path by) throws Exception {
        Files.move(by, program, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path copy(String name) throws Exception {
        return Files.copy(PROGRAM, directory.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }

    @Test
    void aProgramThatWasReplacedIsOldUntilItIsTakenBack() throws Exception {
        var other = copy("other");
        Files.writeString(other, "another", StandardOpenOption.APPEND);

        assertThat(isOld()).isFalse();
        replace(other);
        assertThat(isOld()).isTrue();
        assertThat(isOld()).isTrue();
        replace(copy("same"));
        assertThat(isOld()).isFalse();
        assertThat(isOld()).isFalse();
    }

    /// Whoever owns the directory may lay anything there.
    @Test
    @Timeout(20)
    void whatWouldKeepTheAgentWaitingIsNotRead() throws Exception {
        Files.delete(program);
        assertThat(new ProcessBuilder("mkfifo", program.toString()).start().waitFor())
                .isZero();

        assertThat(isOld()).isTrue();
    }

    @Test
    void aProgramThatWasRemovedIsNotOld() throws Exception {
        Files.delete(program);

        assertThat(isOld()).isFalse();
    }
}
