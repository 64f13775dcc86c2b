package dev.underway.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.systemd.DbusSystemd;
import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Health.Reason;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.plan.Expectation;
import dev.underway.testing.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Services that behave and misbehave on a booted systemd.
@Tag("e2e")
class VerifierOnHostTest {
    @AutoClose
    private static final TestHost host = TestHost.boot();

    private static DbusSystemd systemd;
    private static Verifier verifier;

    @BeforeAll
    static void boot() {
        systemd = DbusSystemd.open(host.systemBus());
        verifier = new Verifier(systemd);
    }

    @AfterAll
    static void remove() {
        systemd.close();
    }

    @Test
    void aServiceThatSignalsReadinessAndStaysUpIsHealthy() throws Exception {
        service("notifies", "Type=notify", "NotifyAccess=all", sh("systemd-notify --ready; exec sleep infinity"));

        assertThat(started("notifies")).isEqualTo(new Healthy());
    }

    @Test
    void aServiceThatDiesAfterItWasReadyHasCrashedEvenIfSystemdRestartsIt() throws Exception {
        service("dies", "Type=exec", "Restart=always", "RestartSec=1ms", sh("sleep 0.7; exit 1"));

        assertThat(reason(started("dies"))).isEqualTo(Reason.Crashed);
    }

    @Test
    void howLateTheFirstLookComesDoesNotMatter() throws Exception {
        service("late", "Type=exec", "Restart=always", "RestartSec=1ms", sh("sleep 0.2; exit 1"));
        systemd.start("late.service");
        while (systemd.status(List.of("late.service")).get("late.service").nRestarts() == 0) {
            Thread.sleep(10);
        }

        assertThat(reason(verify("late", Deed.STARTED))).isEqualTo(Reason.Crashed);
    }

    @Test
    void aServiceThatSystemdTookForStartedAndWhoseProgramIsMissingHasCrashed() throws Exception {
        service("missing", "Type=simple", "ExecStart=/nowhere/program");

        assertThat(reason(started("missing"))).isEqualTo(Reason.Crashed);
    }

    @Test
    void aServiceThatDiesOfAReloadFailedTheReload() throws Exception {
        service(
                "reloads",
                "Type=exec",
                "ExecStart=/bin/sleep infinity",
                "ExecReload=/bin/sh -c '(sleep 0.5; kill -KILL $MAINPID) &'");
        systemd.start("reloads.service");
        systemd.reload("reloads.service");

        assertThat(reason(verify("reloads", Deed.RELOADED))).isEqualTo(Reason.ReloadFailed);
    }

    @Test
    void aOneshotAndASocketAreJudgedByOneLook() throws Exception {
        service("once", "Type=oneshot", "ExecStart=/bin/true");
        systemd.start("once.service");
        host.write("/etc/systemd/system/listens.socket", "[Socket]\nListenStream=/run/listens\nService=once.service\n");
        systemd.start("listens.socket");
        var expected = List.of(
                new Expectation("once.service", UnitState.IfRunning, true, null),
                new Expectation("listens.socket", UnitState.Running, false, null));

        var health = verifier.verify(expected, Map.of("once.service", Deed.STARTED, "listens.socket", Deed.STARTED));

        assertThat(health.values()).containsOnly(new Healthy());
    }

    @Test
    void eachOfManyServicesHasItsOwnVerdict() throws Exception {
        var names = IntStream.range(0, 10).mapToObj(i -> "many" + i).toList();
        for (var name : names) {
            service(name, "Type=exec", name.equals("many7") ? sh("sleep 0.5") : "ExecStart=/bin/sleep infinity");
            systemd.start(name + ".service");
        }
        var expected = names.stream().map(name -> expectation(name)).toList();

        var health = verifier.verify(
                expected, names.stream().collect(Collectors.toMap(n -> n + ".service", _ -> Deed.STARTED)));

        assertThat(health.values().stream().filter(h -> h.equals(new Healthy())))
                .hasSize(9);
        assertThat(health.get("many7.service")).isInstanceOf(Unhealthy.class);
    }

    private static Health started(String name) throws Exception {
        systemd.start(name + ".service");
        return verify(name, Deed.STARTED);
    }

    private static Health verify(String name, Deed deed) throws Exception {
        return verifier.verify(List.of(expectation(name)), Map.of(name + ".service", deed))
                .get(name + ".service");
    }

    private static Expectation expectation(String name) {
        var readiness = new Readiness(null, null, null, Duration.ofSeconds(1), Duration.ofSeconds(20));
        return new Expectation(name + ".service", UnitState.Running, false, readiness);
    }

    private static Reason reason(Health health) {
        assertThat(health).isInstanceOf(Unhealthy.class);
        return ((Unhealthy) health).reason();
    }

    private static String sh(String script) {
        return "ExecStart=/bin/sh -c '" + script + "'";
    }

    private static void service(String name, String... lines) {
        host.write("/etc/systemd/system/" + name + ".service", "[Service]\n" + String.join("\n", lines) + "\n");
    }
}
