package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.Effects.Killed;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.UnitState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A revision that fails is taken back by the agent alone, and remembered.
class RevertTest {
    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void start() throws Exception {
        host = new PassHost(directory.resolve("host"));
    }

    private void good() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/c", "good")), service("web.service", "/bin/sleep 1")));
        host.pass();
        assertThat(host.condition("web", "Healthy")).isEqualTo("True UnitsHealthy");
    }

    private void bad() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/c", "bad")), service("web.service", "/bin/false")));
    }

    @Test
    void aRevisionThatFailsIsTakenBackAtOnce() throws Exception {
        good();
        var before = host.status("web").revision();
        bad();

        var outcome = host.pass();
        assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
        host.pass();

        assertThat(host.text("/etc/web/c")).isEqualTo("good");
        assertThat(host.pid("web.service")).isPositive();
        assertThat(host.status("web").revision()).isEqualTo(before);
        assertThat(host.condition("web", "Synced")).isEqualTo("False Reverted");
        assertThat(host.condition("web", "Healthy")).startsWith("False ");
        assertThat(host.conditionOf("web", "Synced").message()).contains(before).contains("underway retry");
    }

    @Test
    void itIsNotTriedAgainByItself() throws Exception {
        good();
        bad();
        host.pass();
        host.pass();
        var calls = List.copyOf(host.door.calls);

        host.nanos += Duration.ofHours(1).toNanos();
        host.pass();
        host.restartAgent();
        host.pass();

        assertThat(host.door.calls).isEqualTo(calls);
        assertThat(host.text("/etc/web/c")).isEqualTo("good");
        assertThat(host.condition("web", "Synced")).isEqualTo("False Reverted");
    }

    @Test
    void anotherRevisionIsTriedAtOnce() throws Exception {
        good();
        bad();
        host.pass();
        host.pass();

        host.desire("web", content(List.of(file("/etc/web/c", "better")), service("web.service", "/bin/sleep 2")));
        host.pass();

        assertThat(host.text("/etc/web/c")).isEqualTo("better");
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
        assertThat(host.condition("web", "Healthy")).isEqualTo("True UnitsHealthy");
    }

    @Test
    void aPersonsRetryTriesItAgain() throws Exception {
        good();
        bad();
        host.pass();
        host.pass();
        int calls = host.door.calls.size();

        host.retry("web");
        host.pass();

        assertThat(host.door.calls.size()).isGreaterThan(calls);
        host.pass();
        assertThat(host.condition("web", "Synced")).isEqualTo("False Reverted");
    }

    @Test
    void aFirstRevisionIsTriedAgain() throws Exception {
        bad();
        host.pass();
        assertThat(host.condition("web", "Healthy")).startsWith("False ");
        int calls = host.door.calls.size();

        host.nanos += Duration.ofMinutes(1).toNanos();
        host.pass();

        assertThat(host.door.calls.size()).isGreaterThan(calls);
        assertThat(host.text("/etc/web/c")).isEqualTo("bad");
    }

    @Test
    void aKilledAgentTakesBackAllTheSame() throws Exception {
        good();
        bad();
        host.door.killAfter = host.door.calls.size() + 1;
        try {
            host.pass();
        } catch (Effects.Killed e) {
            // as meant
        }
        host.door.killAfter = Integer.MAX_VALUE;
        host.restartAgent();
        host.pass();
        host.pass();
        host.pass();

        assertThat(host.text("/etc/web/c")).isEqualTo("good");
        assertThat(host.pid("web.service")).isPositive();
    }

    @Test
    void whatWasIllBeforeIsNotBlamedOnTheRevisionThatCameAfter() throws Exception {
        var program = program();
        host.desire("web", content(List.of(file("/etc/web/c", "1")), service("web.service", program)));
        host.pass();
        Files.delete(Path.of(program));
        host.systemd.crash("web.service");
        host.pass();
        assertThat(host.condition("web", "Healthy")).isEqualTo("False StartFailed");

        host.restartAgent();
        host.desire("web", content(List.of(file("/etc/web/c", "2")), service("web.service", program)));
        for (int i = 0; i < 4; i++) {
            host.pass();
            host.nanos += Duration.ofMinutes(10).toNanos();
        }

        assertThat(host.condition("web", "Synced"))
                .as("nothing is better about the earlier one")
                .isEqualTo("False StartFailed");
        assertThat(host.text("/etc/web/c")).isEqualTo("2");
    }

    @Test
    void whatIsMendedAndBreaksAgainIsBlamed() throws Exception {
        var program = program();
        host.desire("web", content(List.of(file("/etc/web/c", "1")), service("web.service", program)));
        host.pass();
        Files.delete(Path.of(program));
        host.systemd.crash("web.service");
        host.pass();
        program();
        host.nanos += Duration.ofMinutes(10).toNanos();
        host.pass();
        assertThat(host.condition("web", "Healthy")).isEqualTo("True UnitsHealthy");

        bad();
        host.pass();
        host.pass();

        assertThat(host.condition("web", "Synced")).isEqualTo("False Reverted");
        assertThat(host.text("/etc/web/c")).isEqualTo("1");
    }

    @Test
    void aSecondBadRevisionRightAfterTheFirstIsTakenBackToo() throws Exception {
        good();
        bad();
        host.pass();

        host.desire("web", content(List.of(file("/etc/web/c", "worse")), service("web.service", "/bin/false x")));
        host.pass();
        assertThat(host.text("/etc/web/c")).isEqualTo("worse");
        host.pass();

        assertThat(host.condition("web", "Synced")).isEqualTo("False Reverted");
        assertThat(host.text("/etc/web/c")).isEqualTo("good");
        assertThat(host.pid("web.service")).isPositive();
    }

    /// A program that can be taken away.
    private String program() throws Exception {
        var program = directory.resolve("program");
        Files.writeString(program, "");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program.toString();
    }

    /// A migration, say: it is not enough that its file is put back.
    @Test
    void aOneshotRunsAgainWithWhatIsPutBack() throws Exception {
        desireOneshot("/bin/true good");
        host.pass();
        desireOneshot("/bin/false bad");
        host.pass();
        host.door.calls.clear();

        host.pass();

        assertThat(host.door.calls).containsExactly("daemon-reload", "start job.service");
        assertThat(host.condition("web", "Synced")).isEqualTo("False Reverted");
        assertThat(host.unit("job.service").failed()).isFalse();
    }

    @Test
    void aOneshotThatRanUnseenRunsAgainWithWhatIsPutBack() throws Exception {
        desireOneshot("/bin/true good");
        host.pass();
        host.door.calls.clear();
        desireOneshot("/bin/true cut");
        host.door.killAfter = 1;
        assertThatThrownBy(host::pass).isInstanceOf(Killed.class);
        assertThat(host.door.calls).containsExactly("daemon-reload", "start job.service");
        host.door.killAfter = Integer.MAX_VALUE;
        host.restartAgent();
        host.door.calls.clear();

        desireOneshot("/bin/true good");
        host.pass();
        host.pass();

        assertThat(host.door.calls).containsExactly("daemon-reload", "start job.service");
    }

    private void desireOneshot(String command) throws Exception {
        var trial = new Readiness(null, null, null, Duration.ofMillis(1), Duration.ofSeconds(5));
        var policy = new UnitPolicy("job.service", null, UnitState.Running, null, null, trial, null);
        host.desire(
                "web",
                content(List.of(), new UnitText("job.service", "[Service]\nType=oneshot\nExecStart=" + command, null)),
                new Policy(List.of(policy), null, null, null, null));
    }
}
