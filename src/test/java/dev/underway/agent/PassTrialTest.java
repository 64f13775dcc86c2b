package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Revisions that fail, and units that do not prove themselves.
class PassTrialTest {
    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void open() throws Exception {
        host = new PassHost(directory);
    }

    @Test
    void reportsARevisionThatFailsAndTriesItEverMoreRarely() throws Exception {
        host.desire("web", content(List.of(), service("web.service", "/bin/false")));
        host.desire("ok", content(List.of(file("/etc/ok", "x"))));

        var outcome = host.pass();
        host.pass();

        assertThat(outcome).isInstanceOf(Outcome.Stalled.class);
        assertThat(host.door.calls).containsExactly("daemon-reload", "start web.service");
        assertThat(host.condition("web", "Healthy")).isEqualTo("False StartFailed");
        assertThat(host.conditionOf("web", "Healthy").message()).contains("web.service");
        assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");

        host.nanos += Duration.ofSeconds(6).toNanos();
        host.pass();
        assertThat(host.door.calls)
                .as("tried again")
                .endsWith("start web.service")
                .hasSize(3);

        host.desire("web", content(List.of(), service("web.service", "/bin/sleep 1")));
        host.pass();
        assertThat(host.condition("web", "Healthy"))
                .as("another version is tried at once")
                .isEqualTo("True UnitsHealthy");
    }

    @Test
    void blamesARevisionWhoseUnitDoesNotProveItself() throws Exception {
        var trial = new Readiness(null, new TcpProbe(1), null, Duration.ofMillis(1), Duration.ofMillis(50));
        var policy = new Policy(
                List.of(new UnitPolicy("web.service", null, null, null, null, trial, null)), null, null, null, null);
        host.desire("web", content(List.of(), service("web.service", "/bin/sleep 1")), policy);

        assertThat(host.pass()).isInstanceOf(Outcome.Stalled.class);
        assertThat(host.condition("web", "Healthy")).isEqualTo("False ProbeFailed");

        host.nanos += Duration.ofSeconds(6).toNanos();
        assertThat(host.pass())
                .as("it is watched again although nothing is done")
                .isInstanceOf(Outcome.Stalled.class);
        assertThat(host.door.calls).containsExactly("daemon-reload", "start web.service");
    }

    @Test
    void aUnitIsStillOnTrialWhenTheAgentWasKilledMeanwhile() throws Exception {
        var trial = new Readiness(null, new TcpProbe(1), null, Duration.ofMillis(1), Duration.ofMillis(50));
        var policy = new Policy(
                List.of(new UnitPolicy("web.service", null, null, null, null, trial, null)), null, null, null, null);
        host.desire("web", content(List.of(), service("web.service", "/bin/sleep 1")), policy);
        host.door.killAfter = 1;

        assertThatThrownBy(() -> host.pass()).isInstanceOf(Effects.Killed.class);
        host.door.killAfter = Integer.MAX_VALUE;
        host.restartAgent();

        assertThat(host.pass()).isInstanceOf(Outcome.Stalled.class);
        assertThat(host.door.calls).as("nothing more is done").containsExactly("daemon-reload", "start web.service");
        assertThat(host.condition("web", "Healthy")).isEqualTo("False ProbeFailed");

        host.restartAgent();
        host.pass();
        assertThat(host.condition("web", "Healthy"))
                .as("one that has not proved itself is watched again")
                .isEqualTo("False ProbeFailed");
    }
}
