package dev.underway.plan;

import static dev.underway.plan.ProxiedWeb.CURRENT;
import static dev.underway.plan.ProxiedWeb.PROXY;
import static dev.underway.plan.ProxiedWeb.isLedToTheUnit;
import static dev.underway.plan.ProxiedWeb.set;
import static dev.underway.plan.ProxiedWeb.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.PathChange.Link;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a service gets behind its proxy and away from it, and what becomes of it when the proxy itself changes.
class ProxyPlanTest {
    private final ModelHost host = new ModelHost();

    @Test
    void aFirstDeploymentLeadsTheProxyToTheFirstPort() {
        var plan = host.converge(web("/1"));

        assertThat(plan.pathChanges())
                .filteredOn(change -> change.path().equals(CURRENT))
                .singleElement()
                .isInstanceOfSatisfying(
                        Link.class, link -> assertThat(link.target()).isEqualTo("7001.sock"));
        assertThat(Steps.ofUnits(plan))
                .contains("Start web-proxy.socket", "Start web-proxy-7001.socket", "Start web-proxy-7002.socket")
                .contains("Start web.service")
                .doesNotContain("Swap web.service");
        assertThat(host.named("web.service")).matches("web-[0-9a-f]{10}-p7001\\.service");
        assertThat(Steps.of(host.plan(web("/1")))).isEqualTo("nothing");
    }

    @Test
    void aPlainServiceMakesWayBeforeItsNameIsAnotherOnes() {
        host.converge(web("/1", "", ""));

        var plan = host.converge(web("/2"));

        var order = plan.steps().stream()
                .filter(step -> step instanceof DaemonReload
                        || (step instanceof Stop stop && stop.unit().equals("web.service"))
                        || (step instanceof Start start
                                && (start.unit().equals("web.service")
                                        || start.unit().equals("web-proxy.socket"))))
                .map(step -> step.action() + (step instanceof Step.OfUnit of ? " " + of.unit() : ""))
                .toList();
        assertThat(order)
                .containsExactly("Stop web.service", "DaemonReload", "Start web-proxy.socket", "Start web.service");
        assertThat(plan.steps())
                .filteredOn(step -> step instanceof Stop)
                .singleElement()
                .satisfies(step -> {
                    assertThat(step.because()).isEqualTo("goes behind its proxy, this once with a gap");
                    assertThat(step.disruption()).isEqualTo(Disruption.DROPPED);
                });
        isLedToTheUnit(host, 7001);
        assertThat(Steps.of(host.plan(web("/2")))).isEqualTo("nothing");
    }

    @Test
    void aPlainServiceThatIsAsItShallBeStaysUntilItNeedsANewProcess() {
        host.converge(web("/1", "", ""));

        var plan = host.converge(web("/1"));

        assertThat(Steps.ofUnits(plan)).doesNotContain("Stop web.service");
    }

    @Test
    void aServiceComesBackFromItsProxy() {
        host.converge(web("/1"));
        var first = host.named("web.service");

        var plan = host.converge(web("/2", "", ""));

        assertThat(Steps.ofUnits(plan))
                .contains("Stop " + first, "Start web.service")
                .doesNotContain("Swap web.service");
        host.converge(web("/2", "", ""));
        assertThat(Steps.of(host.plan(web("/2", "", "")))).isEqualTo("nothing");
        assertThat(host.instances("web.service")).containsExactly("web.service");
        assertThat(host.disk.keySet())
                .containsExactlyInAnyOrder(
                        UnitPaths.unitFile("web.service"), "/etc/systemd/system/x.target.wants/web.service");
    }

    @Test
    void anEmptyExecStopDoesNotTakeTheDrainAway() {
        host.converge(set("""
            units:
            - name: web.service
              proxy: {listen: 80, ports: [7001, 7002]}
              content: |
                [Service]
                Type=exec
                ExecStart=/bin/web
                ExecStop=
            """));

        assertThat(host.disk.entrySet())
                .filteredOn(file -> file.getKey().endsWith(InstanceText.LIVE))
                .allSatisfy(file ->
                        assertThat(((PathState.Regular) file.getValue()).text()).doesNotContain("ExecStop="));
    }

    @ParameterizedTest
    @ValueSource(strings = {PROXY, PROXY + ", maxConnections: 5", PROXY + ", drain: 5m"})
    void aChangeOfTheProxyAloneRestartsNothing(String before) {
        host.converge(web("/1", before, ""));
        host.start("web-proxy.service");
        var web = host.processes.get(host.named("web.service"));
        var front = host.processes.get("web-proxy.service");
        var after = PROXY + ", maxConnections: 9";

        var plan = host.converge(web("/1", after, ""));

        assertThat(Steps.because(plan)).startsWith("Wait web-proxy.service: pending restart: ExecStart=");
        assertThat(Steps.because(plan)).doesNotContain("Restart", "Swap", "Stop", "Start ");
        assertThat(host.processes.get(host.named("web.service"))).isEqualTo(web);
        assertThat(host.processes.get("web-proxy.service")).isEqualTo(front);
        assertThat(Steps.because(host.plan(web("/1", after, ""))))
                .startsWith("Wait web-proxy.service: pending restart");
    }

    /// Once with a gap, as any socket that is bound anew: what passes connections on makes way for it.
    @Test
    void anotherAddressOfTheProxyIsBound() {
        host.converge(web("/bin/web"));

        var plan = host.converge(web("/bin/web", "listen: 81, ports: [7001, 7002]", ""));

        assertThat(Steps.ofUnits(plan))
                .contains("Stop web-proxy.socket", "Start web-proxy.socket")
                .doesNotContain("Wait web-proxy.socket", "Stop web.service");
    }

    /// The sockets and services of the old ports go when nobody serves there any more.
    @Test
    void aServiceWhosePortIsTakenFromItMovesFirst() {
        var other = "listen: 80, ports: [7003, 7004]";
        host.converge(web("/1"));
        var first = host.named("web.service");
        host.start("web-proxy-7001.service");

        var plan = host.converge(web("/1", other, ""));

        assertThat(Steps.ofUnits(plan)).doesNotContain("Stop web-proxy-7001.socket", "Stop web-proxy-7001.service");
        assertThat(Steps.because(plan))
                .contains(
                        "Wait web-proxy-7001.socket: no longer part of shop/web; it goes when " + first + " has ended")
                .endsWith("Swap web.service: its proxy has no port 7001 any more");
        isLedToTheUnit(host, 7003);

        host.states.put(first, "deactivating");
        plan = host.converge(web("/1", other, ""));

        assertThat(Steps.ofUnits(plan)).containsOnly("Wait web-proxy-7001.socket", "Wait web-proxy-7001.service");

        host.states.remove(first);
        host.converge(web("/1", other, ""));

        assertThat(Steps.of(host.plan(web("/1", other, "")))).isEqualTo("nothing");
        isLedToTheUnit(host, 7003);
        assertThat(host.disk.keySet()).noneMatch(path -> path.contains("7001") || path.contains("7002"));
        assertThat(host.processes.keySet()).noneMatch(unit -> unit.contains("7001") || unit.contains("7002"));
    }

    @Test
    void aPortThatNobodyHasGoesAtOnce() {
        host.converge(web("/1"));

        var plan = host.converge(web("/1", "listen: 80, ports: [7001, 7003]", ""));

        assertThat(Steps.ofUnits(plan)).containsExactly("Stop web-proxy-7002.socket", "Start web-proxy-7003.socket");
        assertThat(Steps.of(host.plan(web("/1", "listen: 80, ports: [7001, 7003]", ""))))
                .isEqualTo("nothing");
        isLedToTheUnit(host, 7001);
    }
}
