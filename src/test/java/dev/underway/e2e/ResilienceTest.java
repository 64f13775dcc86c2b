package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.HostLoad;
import dev.underway.testing.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The host stays as it shall be while the server is away, over a reboot, and when the agent dies in the middle of its
/// work.
@Tag("e2e")
class ResilienceTest {
    private static final int TRIES = 5;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int SERVICES = 8;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @AfterEach
    void clean() {
        fleet.delete("many");
        fleet.delete("web");
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

        host.exec("systemctl", "kill", "--kill-who=main", "-s", "KILL", "underway-agent.service");

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

        host.exec("systemctl", "kill", "--kill-who=main", "-s", "KILL", "underway-agent.service");

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

    /// The places that the packaged agent is killed at are seen on the host, and looked for without a pause. All in one
    /// load: a request that fails in any of them fails the test.
    @Test
    void anAgentKilledInTheMiddleOfASwapCostsNobodyARequest() {
        fleet.apply(Web.manifest(1, "500ms"));
        fleet.awaitSettled("web");
        var places = List.of(
                "[ $(instances) = 2 ]", // the candidate's file is there
                "[ -e $groups/$(newest) ] && sleep 0.2", // it is started, and proves itself
                "! [ web.service -ef $old ]", // it is the unit now
                "! [ web.service -ef $old ] && sleep 0.1", // and the old one is told to end, or is about to be
                "[ $(systemctl show -P ActiveState $old) = deactivating ]");

        HostLoad.Counted counted;
        int version = 1;
        try (var load = HostLoad.on(host, 8080, HostLoad.EVERY_SORT)) {
            for (var place : places) {
                boolean killed = false;
                // Some places are over in a moment, which who looks may miss.
                for (int tries = 0; !killed && tries < TRIES; tries++) {
                    var watch = killedWhen(place);
                    load.during();
                    fleet.apply(Web.manifest(++version, "500ms"));
                    killed = watch.join() == 0;
                    fleet.awaitSettled("web");
                    load.between();
                }

                assertThat(killed).as("killed when %s", place).isTrue();
                assertThat(running("web"))
                        .as("after it was killed when %s", place)
                        .containsExactly(host.exec("readlink", "/etc/systemd/system/web.service")
                                .strip());
            }
            counted = load.stop();
        }

        assertThat(counted.failed()).as("%s", counted.report()).isZero();
        assertThat(counted.answerers()).hasSize(version);
    }

    /// Kills the agent at the moment when `place` is so of the host's units; 0 when it was, and did.
    private static CompletableFuture<Integer> killedWhen(String place) {
        var old = host.exec("readlink", "/etc/systemd/system/web.service").strip();
        var script = """
                cd /etc/systemd/system
                old=%s groups=/sys/fs/cgroup/system.slice
                agent=$(systemctl show -P MainPID underway-agent)
                instances() { set -- web-*.service; echo $#; }
                newest() { for each in web-*.service; do [ $each = $old ] || echo $each; done; }
                until [ $(instances) = 2 ] && { %s; }; do :; done
                exec kill -KILL $agent
                """.formatted(old, place);
        return CompletableFuture.supplyAsync(
                () -> host.tryExec("timeout", "12", "bash", "-c", script).exitCode());
    }

    /// Names of the instances of a unit that run, or have not ended yet.
    private static List<String> running(String unit) {
        return host.exec("systemctl", "list-units", "--plain", "--no-legend", "--state=active", unit + "-*.service")
                .lines()
                .map(line -> line.split(" ")[0])
                .toList();
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
