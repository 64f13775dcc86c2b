package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.testing.TestHost;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a person tells a host with `underway hold`, `release` and `retry`.
@Tag("e2e")
class HoldTest {
    private static final String GATE = """
        apiVersion: underway.dev/v1alpha1
        kind: UnitSet
        metadata: {name: gate, namespace: default}
        spec:
          selector: {matchLabels: {fleet: GROUP}}
          files:
          - {path: /etc/gate, content: "first\\n"}
          units:
          - name: gate.service
            readiness: {minHealthyTime: 100ms, deadline: 5s}
            content: |
              [Service]
              Type=exec
              ExecStartPre=/usr/bin/test -e /run/gate-is-open
              ExecStart=/bin/sleep infinity
        """;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @AfterEach
    void clean() {
        fleet.delete("gate");
        host.exec("rm", "-f", "/run/gate-is-open");
    }

    @Test
    void aHeldHostWaitsUntilItIsReleasedAndEverybodySeesWhy() {
        host.exec("touch", "/run/gate-is-open");
        fleet.converge(GATE);

        assertThat(fleet.server()
                        .underway("hold", "host", host.name(), "--for", "2h", "--reason", "the disk is replaced"))
                .startsWith("host.underway.dev/" + host.name() + " held until ");

        fleet.apply(GATE.replace("first", "second"));
        assertThat(fleet.awaitTrouble("gate", host, "Held"))
                .contains("the disk is replaced")
                .contains("admin");
        assertThat(fleet.server().underway("status", "--hosts"))
                .containsPattern("gate +" + host.name() + " +gate-[0-9a-f]{10} +False .*Held");
        assertThat(host.read("/etc/gate")).isEqualTo("first\n");
        assertThat(fleet.server().underway("release", "host", host.name()))
                .isEqualTo("host.underway.dev/" + host.name() + " released\n");
        fleet.awaitSettled("gate");
        assertThat(host.read("/etc/gate")).isEqualTo("second\n");
    }

    @Test
    void aHeldAssignmentWaitsAloneAndGoesOnByItselfWhenTheTimeIsOver() {
        host.exec("touch", "/run/gate-is-open");
        fleet.converge(GATE);
        var beside = GATE.replace("name: gate,", "name: beside,")
                .replace("/etc/gate", "/etc/beside")
                .replace("gate.service", "beside.service");
        var assignment = Assignment.name("gate", host.name());
        try {
            assertThat(fleet.server().underway("hold", "assignment", assignment, "--for", "15s", "--reason", "we look"))
                    .startsWith("assignment.underway.dev/" + assignment + " held until ");

            fleet.apply(GATE.replace("first", "second"));
            host.exec("systemctl", "stop", "gate.service");

            assertThat(fleet.awaitTrouble("gate", host, "Held"))
                    .startsWith("held by admin until ")
                    .endsWith(": we look");
            assertThat(host.read("/etc/gate")).isEqualTo("first\n");
            assertThat(Unit.on(host, "gate.service").isActive()).isFalse();
            fleet.converge(beside);

            fleet.awaitSettled("gate");
            assertThat(host.read("/etc/gate")).isEqualTo("second\n");
            assertThat(Unit.on(host, "gate.service").isActive()).isTrue();
        } finally {
            fleet.delete("beside");
        }
    }

    @Test
    void whatFailedIsTriedAgainWhenAPersonSaysSo() {
        fleet.apply(GATE);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> fleet.assignment("gate", host).stream()
                        .map(a -> a.status())
                        .filter(s -> s != null && s.conditions() != null)
                        .flatMap(s -> s.conditions().stream())
                        .anyMatch(c -> c.type().equals("Healthy") && c.status() == Condition.Status.False));
        // After the second failure the pause is longer than it takes to say retry.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> host.tryExec("journalctl", "-u", "gate.service", "-o", "cat", "-g", "Failed to start")
                                .output()
                                .lines()
                                .count()
                        >= 2);
        host.exec("touch", "/run/gate-is-open");

        assertThat(fleet.server().underway("retry", "gate")).isEqualTo("unitset.underway.dev/gate tried again\n");

        fleet.awaitSettled("gate");
        assertThat(Unit.on(host, "gate.service").isActive()).isTrue();
        assertThat(fleet.server().command("retry", "gate").run().orFail().errors())
                .isEqualTo("Nothing of gate has failed.\n");
    }
}
