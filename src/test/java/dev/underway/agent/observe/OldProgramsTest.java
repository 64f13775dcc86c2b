package dev.underway.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.host.HostRoot;
import dev.underway.plan.Observed.UnitStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    /// A minute from now, unless a test says otherwise.
    private Instant now = Instant.now().plusSeconds(60);

    private final OldPrograms programs = new OldPrograms(HostRoot.SYSTEM, () -> now);
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
        return !programs.look(List.of(new UnitStatus(
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
                        micros)))
                .isEmpty();
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

    /// Half of it cannot be executed.
    @Test
    void aProgramThatIsStillBeingWrittenIsNotOldYet() throws Exception {
        Files.delete(program);
        Files.writeString(program, "a part");
        now = written().plusSeconds(1);
        assertThat(isOld()).isFalse();
        assertThat(programs.again()).contains(Duration.ofSeconds(5));

        Files.writeString(program, "more", StandardOpenOption.APPEND);
        now = written().plusSeconds(4);
        assertThat(isOld()).isFalse();
        now = written().plusSeconds(5);
        assertThat(isOld()).isTrue();
        assertThat(programs.again()).isEmpty();
    }

    /// Or nothing would be done until the clock is where it was.
    @Test
    void aProgramOfTheFutureIsNotWaitedFor() throws Exception {
        Files.delete(program);
        Files.writeString(program, "another");
        now = written().minusSeconds(1);

        assertThat(isOld()).isTrue();
        assertThat(programs.again()).isEmpty();
    }

    private Instant written() throws Exception {
        return ((FileTime) Files.getAttribute(program, "unix:ctime")).toInstant();
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
