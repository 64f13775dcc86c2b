package dev.underway.plan;

import static dev.underway.plan.ProxiedWeb.CURRENT;
import static dev.underway.plan.ProxiedWeb.PROXY;
import static dev.underway.plan.ProxiedWeb.isLedToTheUnit;
import static dev.underway.plan.ProxiedWeb.set;
import static dev.underway.plan.ProxiedWeb.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Proxy;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.PathState.Symlink;
import dev.underway.plan.Step.Handoff;
import dev.underway.plan.Step.PathChange.Link;
import dev.underway.plan.Step.Swap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of a service behind a proxy that stays as it is. Its changes are swaps, and whatever happens, the
/// proxy leads to the process that has the name.
class ProxiedServicePlanTest {
    private final ModelHost host = new ModelHost();

    @Test
    void aChangeIsASwapToThePortThatIsFree() {
        host.converge(web("/1"));
        var first = host.named("web.service");

        var plan = host.converge(web("/2"));

        assertThat(Steps.ofUnits(plan)).containsExactly("Swap web.service");
        var takeover = swap(plan).takeover();
        assertThat(takeover.handoff()).isEqualTo(Handoff.BY_PROXY);
        assertThat(takeover.from()).isEqualTo(first);
        assertThat(Proxy.port(takeover.to())).isEqualTo(7002);
        assertThat(takeover.sockets()).containsExactlyInAnyOrder("web-proxy.socket", "web-proxy-7002.socket");
        assertThat(takeover.candidate()).noneMatch(change -> change.path().equals(CURRENT));
        assertThat(takeover.alias().path()).isEqualTo(UnitPaths.unitFile("web.service"));
        assertThat(takeover.publish()).singleElement().isInstanceOfSatisfying(Link.class, link -> {
            assertThat(link.path()).isEqualTo(CURRENT);
            assertThat(link.target()).isEqualTo("7002.sock");
        });
        isLedToTheUnit(host, 7002);

        host.converge(web("/3"));

        isLedToTheUnit(host, 7001);
        host.converge(web("/3"));
        assertThat(Steps.of(host.plan(web("/3")))).isEqualTo("nothing");
        assertThat(host.instances("web.service"))
                .filteredOn(name -> !name.contains("proxy"))
                .containsExactly(host.named("web.service"));
    }

    @Test
    void theProcessLearnsItsPort() {
        host.converge(web("/1"));
        host.converge(web("/2"));

        var text = host.text(host.named("web.service"));

        assertThat(text.values("Service", "Environment")).contains("PORT=7002");
        assertThat(text.values("Service", "Sockets")).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # the author's probe                        | what the new process is asked
        ''                                          | tcp 7002
        readiness: {minHealthyTime: 1s}             | tcp 7002
        'readiness: {tcp: {port: 80}}'              | tcp 7002
        'readiness: {tcp: {port: 9999}}'            | tcp 9999
        'readiness: {http: {port: 80, path: /up}}'  | http 7002 /up
        'readiness: {http: {port: 8081, path: /up}}'| http 8081 /up
        'readiness: {exec: {command: [/bin/up]}}'   | exec /bin/up
        """)
    void isAskedOnItsOwnPort(String probe, String asked) {
        host.converge(web("/1", PROXY, probe));

        var readiness = swap(host.plan(web("/2", PROXY, probe)))
                .takeover()
                .expectation()
                .readiness();

        assertThat(words(readiness)).isEqualTo(asked);
    }

    private static String words(Readiness readiness) {
        if (readiness.http() != null) {
            return "http " + readiness.http().port() + " " + readiness.http().path();
        }
        return readiness.tcp() != null
                ? "tcp " + readiness.tcp().port()
                : "exec " + String.join(" ", readiness.exec().command());
    }

    @Test
    void keepsTheTimesOfTheAuthorsReadiness() {
        var times = "readiness: {minHealthyTime: 3s, deadline: 9s}";
        host.converge(web("/1", PROXY, times));

        var expectation = swap(host.plan(web("/2", PROXY, times))).takeover().expectation();

        assertThat(expectation.minHealthyTime()).hasSeconds(3);
        assertThat(expectation.deadline()).hasSeconds(9);
    }

    @Test
    void waitsWhileEveryPortIsTakenByAProcessThatDrains() {
        host.converge(web("/1"));
        var first = host.named("web.service");
        host.converge(web("/2"));
        host.states.put(first, "deactivating");

        var plan = host.converge(web("/3"));

        assertThat(Steps.because(plan))
                .isEqualTo("Wait web.service: every port of its proxy is taken by a process that drains; then:"
                        + " ExecStart= /2 → /3");
        isLedToTheUnit(host, 7002);

        host.states.remove(first);
        assertThat(Steps.ofUnits(host.converge(web("/3")))).containsExactly("Swap web.service");
        isLedToTheUnit(host, 7001);
    }

    @Test
    void aThirdPortIsTakenWhileOneDrains() {
        var proxy = "listen: 80, ports: [7001, 7002, 7003]";
        host.converge(web("/1", proxy, ""));
        var first = host.named("web.service");
        host.converge(web("/2", proxy, ""));
        host.states.put(first, "deactivating");

        assertThat(Steps.ofUnits(host.converge(web("/3", proxy, "")))).containsExactly("Swap web.service");
        isLedToTheUnit(host, 7003);
    }

    /// The services of its proxy are in the set too, but run no program of it.
    @Test
    void aFileThatNoUnitNamesIsReadByTheServiceBehindTheProxy() {
        var files = "\nfiles: [{path: /etc/web.conf, content: \"%s\"}]\n";
        var set = """
            units:
            - name: web.service
              proxy: {listen: 80, ports: [7001, 7002]}
              content: "[Service]\\nExecStart=/1\\n"
            """;
        host.converge(set(set + files.formatted("a")));

        var plan = host.converge(set(set + files.formatted("b")));

        assertThat(Steps.because(plan)).isEqualTo("Swap web.service: /etc/web.conf changed");
        isLedToTheUnit(host, 7002);
    }

    @Test
    void aForecastSwapsToo() {
        var first = Forecast.of(null, Map.of(), desired(web("/1")));
        var change = Forecast.of(web("/1"), Map.of("web.service", "active"), desired(web("/2")));
        var behind = Forecast.of(web("/1", "", ""), Map.of("web.service", "active"), desired(web("/2")));

        assertThat(Steps.ofUnits(first)).contains("Start web-proxy.socket", "Start web.service");
        assertThat(Steps.because(change)).isEqualTo("Swap web.service: ExecStart= /1 → /2");
        assertThat(change.steps()).allMatch(step -> step.disruption() == Disruption.NONE);
        assertThat(behind.steps()).anyMatch(step -> step.disruption() == Disruption.DROPPED);
    }

    @Test
    void aStoppedServiceHasNoProcessAndNoSwap() {
        host.converge(web("/1"));

        var plan = host.converge(web("/2", PROXY, "state: Stopped"));

        assertThat(Steps.ofUnits(plan)).contains("Stop web.service").doesNotContain("Swap web.service");
        assertThat(host.processes).doesNotContainKey(host.named("web.service"));
    }

    @Test
    void aCrashedProcessIsStartedWhereTheProxyLeads() {
        host.converge(web("/1"));
        host.converge(web("/2"));
        host.stop("web.service");
        host.states.put(host.named("web.service"), "failed");

        var plan = host.converge(web("/2"));

        assertThat(Steps.ofUnits(plan)).containsExactly("Start web.service");
        isLedToTheUnit(host, 7002);
    }

    @Test
    void aLinkThatSomebodyChangedIsPutBack() {
        host.converge(web("/1"));
        host.disk.put(CURRENT, new Symlink("7002.sock"));

        var plan = host.converge(web("/1"));

        assertThat(Steps.of(plan)).isEqualTo("+" + CURRENT);
        isLedToTheUnit(host, 7001);
    }

    @Test
    void afterABootWithoutRunTheLinkIsMadeAgain() {
        host.converge(web("/1"));
        host.converge(web("/2"));
        host.disk.remove(CURRENT);
        host.boot("web.service", "web-proxy.socket", "web-proxy-7001.socket", "web-proxy-7002.socket");

        host.converge(web("/2"));

        isLedToTheUnit(host, 7002);
        assertThat(Steps.of(host.plan(web("/2")))).isEqualTo("nothing");
    }

    /// Whatever a swap was cut after, the next passes end it, and the proxy leads to the one with the name.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void aSwapThatWasCutShortIsEnded(int effects) {
        host.converge(web("/1"));
        host.convergeUntilWithinASwap(desired(web("/2")), effects);

        for (int i = 0; i < 3; i++) {
            host.converge(web("/2"));
        }

        assertThat(Steps.of(host.plan(web("/2")))).isEqualTo("nothing");
        isLedToTheUnit(host, 7002);
        assertThat(host.text(host.named("web.service")).last("Service", "ExecStart", ""))
                .isEqualTo("/2");
        assertThat(host.instances("web.service"))
                .filteredOn(name -> !name.contains("proxy"))
                .containsExactly(host.named("web.service"));
    }

    @Test
    void theInstanceIsKnownAgainWhenTheInventoryIsLost() {
        host.converge(web("/1"));
        host.converge(web("/2"));
        var process = host.processes.get(host.named("web.service"));
        host.inventory = Inventory.EMPTY;

        var plan = host.converge(web("/2"));

        assertThat(plan.withheld()).isEmpty();
        assertThat(Steps.ofUnits(plan)).doesNotContain("Swap web.service", "Restart web.service", "Start web.service");
        assertThat(host.processes.get(host.named("web.service"))).isEqualTo(process);
        assertThat(host.inventory.instances().get("web.service").current()).isEqualTo(host.named("web.service"));
        isLedToTheUnit(host, 7002);

        assertThat(Steps.ofUnits(host.converge(web("/3")))).containsExactly("Swap web.service");
        isLedToTheUnit(host, 7001);
    }

    @Test
    void anotherRevisionIsSwappedToWhenTheInventoryIsLost() {
        host.converge(web("/1"));
        host.inventory = Inventory.EMPTY;

        var plan = host.converge(web("/2"));

        assertThat(Steps.ofUnits(plan)).contains("Swap web.service");
        isLedToTheUnit(host, 7002);
    }

    private static Desired desired(DesiredSet set) {
        return new Desired(List.of(set), List.of());
    }

    private static Swap swap(Plan plan) {
        return plan.steps().stream()
                .filter(Swap.class::isInstance)
                .map(Swap.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
