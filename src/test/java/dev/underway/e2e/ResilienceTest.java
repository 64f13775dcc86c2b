package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.TestHost;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The host stays as it shall be while the server is away, over a reboot, and when the agent dies in the middle of its
/// work.
@Tag("e2e")
class ResilienceTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int SERVICES = 8;

    private static Fleet fleet;
    private static TestHost host;

    @BeforeAll
    static void start() {
        fleet = Fleet.of(1);
        host = fleet.host();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @AfterEach
    void clean() {
        fleet.delete("many");
        host.exec("sh", "-c", "rm -rf /var/many");
    }

    @Test
    void healsAndSurvivesARebootWhileTheServerIsStopped() {
        fleet.converge(many("v1"));
        fleet.server().stop();
        try {
            host.exec("systemctl", "stop", "many-1.service");
            await().atMost(LONG).until(() -> Unit.on(host, "many-1.service").isActive());

            host.powerOff();
            host.bootAgain();

            await().atMost(LONG).until(() -> Unit.on(host, "many-1.service").isActive());
            host.exec("sh", "-c", "echo spoiled >/etc/many/1.conf");
            host.exec("systemctl", "stop", "many-2.service");
            await().atMost(LONG).until(() -> host.read("/etc/many/1.conf"), "v1\n"::equals);
            await().atMost(LONG).until(() -> Unit.on(host, "many-2.service").isActive());
        } finally {
            fleet.server().start();
        }
        fleet.awaitSettled("many");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 6})
    void anAgentKilledInMidPassComesToTheSameEndAndRestartsNothingByIt(int startedWhenKilled) {
        fleet.apply(many("v1"));
        await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(() -> starts("v1") >= startedWhenKilled);

        host.exec("systemctl", "kill", "-s", "KILL", "underway-agent.service");

        fleet.awaitSettled("many");
        for (int n = 1; n <= SERVICES; n++) {
            assertThat(host.read("/var/many/" + n))
                    .describedAs("starts of many-" + n)
                    .isEqualTo("v1\n");
        }
    }

    @Test
    void anAgentKilledInTheMiddleOfAChangeRestartsEveryServiceOnce() {
        fleet.converge(many("v1"));
        fleet.apply(many("v2"));
        await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(() -> starts("v2") >= 2);

        host.exec("systemctl", "kill", "-s", "KILL", "underway-agent.service");

        fleet.awaitSettled("many");
        for (int n = 1; n <= SERVICES; n++) {
            assertThat(host.read("/var/many/" + n))
                    .describedAs("starts of many-" + n)
                    .isEqualTo("v1\nv2\n");
        }
    }

    @Test
    void restartingTheAgentChangesNothingOnTheHost() {
        fleet.converge(many("v1"));
        var before = IntStream.rangeClosed(1, SERVICES)
                .mapToObj(n -> Unit.on(host, "many-" + n + ".service"))
                .toList();

        host.exec("systemctl", "restart", "underway-agent.service");
        host.exec("sh", "-c", "echo spoiled >/etc/many/1.conf");

        await().atMost(LONG).until(() -> host.read("/etc/many/1.conf"), "v1\n"::equals);
        assertThat(IntStream.rangeClosed(1, SERVICES)
                        .mapToObj(n -> Unit.on(host, "many-" + n + ".service"))
                        .skip(1))
                .isEqualTo(before.subList(1, SERVICES));
    }

    @Test
    void healsAfterTheMessageBusWasKilled() {
        fleet.converge(many("v1"));
        var bus = Unit.on(host, "dbus.service");

        host.exec("kill", "-KILL", Long.toString(bus.mainPid()));
        host.exec("systemctl", "stop", "many-1.service");

        await().atMost(LONG).until(() -> Unit.on(host, "many-1.service").isActive());
        assertThat(Unit.on(host, "dbus.service").mainPid()).isNotIn(0L, bus.mainPid());
        assertThat(Unit.on(host, "underway-agent.service").restarts()).isZero();
        assertThat(host.read("/var/many/1")).isEqualTo("v1\nv1\n");
        assertThat(host.read("/var/many/2")).isEqualTo("v1\n");
    }

    private static long starts(String version) {
        return host.tryExec("sh", "-c", "cat /var/many/* 2>/dev/null")
                .output()
                .lines()
                .filter(version::equals)
                .count();
    }

    /// Services that take a moment to start, so that a pass has a middle; each writes down that it was started.
    private static String many(String version) {
        var numbers = IntStream.rangeClosed(1, SERVICES).boxed().toList();
        return """
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: many, namespace: default}
                spec:
                  selector: {matchLabels: {fleet: GROUP}}
                  files:
                """
                + numbers.stream()
                        .map(n -> "  - {path: /etc/many/" + n + ".conf, content: \"" + version + "\\n\"}\n")
                        .collect(Collectors.joining())
                + "  units:\n"
                + numbers.stream()
                        .map(n -> """
                        - name: many-N.service
                          restartOn: [/etc/many/N.conf]
                          readiness: {minHealthyTime: 100ms}
                          content: |
                            [Service]
                            Type=exec
                            ExecStartPre=/bin/sh -c 'mkdir -p /var/many; cat /etc/many/N.conf >>/var/many/N; sleep 0.3'
                            ExecStart=/bin/sleep infinity
                            [Install]
                            WantedBy=multi-user.target
                        """.replace("N", n.toString()).indent(2))
                        .collect(Collectors.joining());
    }
}
