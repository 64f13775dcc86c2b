package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Digests;
import dev.underway.model.Manifests;
import dev.underway.model.Manifests.ManifestException;
import dev.underway.model.Proxy;
import dev.underway.model.UnitSetSpec;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.PathState.Symlink;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.Handoff;
import dev.underway.plan.Step.PathChange.Link;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import dev.underway.plan.Step.Swap;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How a service gets behind its proxy, changes there, and gets away from it.
class ProxyPlanTest {
    private static final String CURRENT = Proxy.current("web.service");
    private static final String PROXY = "listen: 80, ports: [7001, 7002]";

    private final ModelHost host = new ModelHost();

    /// web.service behind a proxy, or plain where there is none.
    private static DesiredSet web(String command, String proxy, String more) {
        return set("""
            units:
            - name: web.service
              %s
              %s
              content: |
                [Service]
                Type=exec
                ExecStart=%s
                [Install]
                WantedBy=x.target
            """.formatted(proxy.isEmpty() ? "" : "proxy: {" + proxy + "}", more, command));
    }

    private static DesiredSet web(String command) {
        return web(command, PROXY, "");
    }

    private static DesiredSet set(String yaml) {
        try {
            var spec = Codec.read(
                    Manifests.read("selector: {}\n" + yaml).getFirst().body(), UnitSetSpec.class);
            return new DesiredSet(
                    Sketch.id("web"),
                    "uid",
                    Instant.EPOCH,
                    "web-1",
                    Digests.sha256(yaml),
                    Contents.of(spec),
                    Contents.policy(spec));
        } catch (ManifestException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFirstDeploymentLeadsTheProxyToTheFirstPort() {
        var plan = converge(web("/1"));

        assertThat(plan.pathChanges())
                .filteredOn(change -> change.path().equals(CURRENT))
                .singleElement()
                .isInstanceOfSatisfying(
                        Link.class, link -> assertThat(link.target()).isEqualTo("7001.sock"));
        assertThat(acts(plan))
                .contains("Start web-proxy.socket", "Start web-proxy-7001.socket", "Start web-proxy-7002.socket")
                .contains("Start web.service")
                .doesNotContain("Swap web.service");
        assertThat(host.named("web.service")).matches("web-[0-9a-f]{10}-p7001\\.service");
        assertThat(Steps.of(plan(web("/1")))).isEqualTo("nothing");
    }

    @Test
    void aChangeIsASwapToThePortThatIsFree() {
        converge(web("/1"));
        var first = host.named("web.service");

        var plan = converge(web("/2"));

        assertThat(acts(plan)).containsExactly("Swap web.service");
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
        isLedToTheUnit(7002);

        converge(web("/3"));

        isLedToTheUnit(7001);
        converge(web("/3"));
        assertThat(Steps.of(plan(web("/3")))).isEqualTo("nothing");
        assertThat(host.instances("web.service"))
                .filteredOn(name -> !name.contains("proxy"))
                .containsExactly(host.named("web.service"));
    }

    @Test
    void theProcessLearnsItsPort() {
        converge(web("/1"));
        converge(web("/2"));

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
        converge(web("/1", PROXY, probe));

        var readiness =
                swap(plan(web("/2", PROXY, probe))).takeover().expectation().readiness();

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
        converge(web("/1", PROXY, times));

        var expectation = swap(plan(web("/2", PROXY, times))).takeover().expectation();

        assertThat(expectation.minHealthyTime()).hasSeconds(3);
        assertThat(expectation.deadline()).hasSeconds(9);
    }

    @Test
    void waitsWhileEveryPortIsTakenByAProcessThatDrains() {
        converge(web("/1"));
        var first = host.named("web.service");
        converge(web("/2"));
        host.states.put(first, "deactivating");

        var plan = converge(web("/3"));

        assertThat(because(plan))
                .isEqualTo("Wait web.service: every port of its proxy is taken by a process that drains; then:"
                        + " ExecStart= /2 → /3");
        isLedToTheUnit(7002);

        host.states.remove(first);
        assertThat(acts(converge(web("/3")))).containsExactly("Swap web.service");
        isLedToTheUnit(7001);
    }

    @Test
    void aThirdPortIsTakenWhileOneDrains() {
        var proxy = "listen: 80, ports: [7001, 7002, 7003]";
        converge(web("/1", proxy, ""));
        var first = host.named("web.service");
        converge(web("/2", proxy, ""));
        host.states.put(first, "deactivating");

        assertThat(acts(converge(web("/3", proxy, "")))).containsExactly("Swap web.service");
        isLedToTheUnit(7003);
    }

    @Test
    void aPlainServiceMakesWayBeforeItsNameIsAnotherOnes() {
        converge(web("/1", "", ""));

        var plan = converge(web("/2"));

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
        isLedToTheUnit(7001);
        assertThat(Steps.of(plan(web("/2")))).isEqualTo("nothing");
    }

    @Test
    void aPlainServiceThatIsAsItShallBeStaysUntilItNeedsANewProcess() {
        converge(web("/1", "", ""));

        var plan = converge(web("/1"));

        assertThat(acts(plan)).doesNotContain("Stop web.service");
    }

    @Test
    void aServiceComesBackFromItsProxy() {
        converge(web("/1"));
        var first = host.named("web.service");

        var plan = converge(web("/2", "", ""));

        assertThat(acts(plan)).contains("Stop " + first, "Start web.service").doesNotContain("Swap web.service");
        converge(web("/2", "", ""));
        assertThat(Steps.of(plan(web("/2", "", "")))).isEqualTo("nothing");
        assertThat(host.instances("web.service")).containsExactly("web.service");
        assertThat(host.disk.keySet())
                .containsExactlyInAnyOrder(
                        UnitPaths.unitFile("web.service"), "/etc/systemd/system/x.target.wants/web.service");
    }

    @ParameterizedTest
    @ValueSource(strings = {PROXY, PROXY + ", maxConnections: 5", PROXY + ", drain: 5m"})
    void aChangeOfTheProxyAloneRestartsNothing(String before) {
        converge(web("/1", before, ""));
        host.start("web-proxy.service");
        var web = host.processes.get(host.named("web.service"));
        var front = host.processes.get("web-proxy.service");
        var after = PROXY + ", maxConnections: 9";

        var plan = converge(web("/1", after, ""));

        assertThat(because(plan)).startsWith("Wait web-proxy.service: pending restart: ExecStart=");
        assertThat(because(plan)).doesNotContain("Restart", "Swap", "Stop", "Start ");
        assertThat(host.processes.get(host.named("web.service"))).isEqualTo(web);
        assertThat(host.processes.get("web-proxy.service")).isEqualTo(front);
        assertThat(because(plan(web("/1", after, "")))).startsWith("Wait web-proxy.service: pending restart");
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
        converge(set(set + files.formatted("a")));

        var plan = converge(set(set + files.formatted("b")));

        assertThat(because(plan)).isEqualTo("Swap web.service: /etc/web.conf changed");
        isLedToTheUnit(7002);
    }

    @Test
    void aStoppedServiceHasNoProcessAndNoSwap() {
        converge(web("/1"));

        var plan = converge(web("/2", PROXY, "state: Stopped"));

        assertThat(acts(plan)).contains("Stop web.service").doesNotContain("Swap web.service");
        assertThat(host.processes).doesNotContainKey(host.named("web.service"));
    }

    @Test
    void aCrashedProcessIsStartedWhereTheProxyLeads() {
        converge(web("/1"));
        converge(web("/2"));
        host.stop("web.service");
        host.states.put(host.named("web.service"), "failed");

        var plan = converge(web("/2"));

        assertThat(acts(plan)).containsExactly("Start web.service");
        isLedToTheUnit(7002);
    }

    @Test
    void aLinkThatSomebodyChangedIsPutBack() {
        converge(web("/1"));
        host.disk.put(CURRENT, new Symlink("7002.sock"));

        var plan = converge(web("/1"));

        assertThat(Steps.of(plan)).isEqualTo("+" + CURRENT);
        isLedToTheUnit(7001);
    }

    @Test
    void afterABootWithoutRunTheLinkIsMadeAgain() {
        converge(web("/1"));
        converge(web("/2"));
        host.disk.remove(CURRENT);
        host.boot("web.service", "web-proxy.socket", "web-proxy-7001.socket", "web-proxy-7002.socket");

        converge(web("/2"));

        isLedToTheUnit(7002);
        assertThat(Steps.of(plan(web("/2")))).isEqualTo("nothing");
    }

    /// Whatever a swap was cut after, the next passes end it, and the proxy leads to the one with the name.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void aSwapThatWasCutShortIsEnded(int effects) {
        converge(web("/1"));
        host.convergeUntilWithinASwap(new Desired(List.of(web("/2")), List.of()), effects);

        for (int i = 0; i < 3; i++) {
            converge(web("/2"));
        }

        assertThat(Steps.of(plan(web("/2")))).isEqualTo("nothing");
        isLedToTheUnit(7002);
        assertThat(host.text(host.named("web.service")).last("Service", "ExecStart", ""))
                .isEqualTo("/2");
        assertThat(host.instances("web.service"))
                .filteredOn(name -> !name.contains("proxy"))
                .containsExactly(host.named("web.service"));
    }

    @Test
    void theInstanceIsKnownAgainWhenTheInventoryIsLost() {
        converge(web("/1"));
        converge(web("/2"));
        var process = host.processes.get(host.named("web.service"));
        host.inventory = Inventory.EMPTY;

        var plan = converge(web("/2"));

        assertThat(plan.withheld()).isEmpty();
        assertThat(acts(plan)).doesNotContain("Swap web.service", "Restart web.service", "Start web.service");
        assertThat(host.processes.get(host.named("web.service"))).isEqualTo(process);
        assertThat(host.inventory.instances().get("web.service").current()).isEqualTo(host.named("web.service"));
        isLedToTheUnit(7002);

        assertThat(acts(converge(web("/3")))).containsExactly("Swap web.service");
        isLedToTheUnit(7001);
    }

    @Test
    void anotherRevisionIsSwappedToWhenTheInventoryIsLost() {
        converge(web("/1"));
        host.inventory = Inventory.EMPTY;

        var plan = converge(web("/2"));

        assertThat(acts(plan)).contains("Swap web.service");
        isLedToTheUnit(7002);
    }

    @Test
    void aForecastSwapsToo() {
        var first = Forecast.of(null, Map.of(), desired(web("/1")));
        var change = Forecast.of(web("/1"), Map.of("web.service", "active"), desired(web("/2")));
        var behind = Forecast.of(web("/1", "", ""), Map.of("web.service", "active"), desired(web("/2")));

        assertThat(acts(first)).contains("Start web-proxy.socket", "Start web.service");
        assertThat(because(change)).isEqualTo("Swap web.service: ExecStart= /1 → /2");
        assertThat(change.steps()).allMatch(step -> step.disruption() == Disruption.NONE);
        assertThat(behind.steps()).anyMatch(step -> step.disruption() == Disruption.DROPPED);
    }

    /// The sockets and services of the old ports go when nobody serves there any more.
    @Test
    void aServiceWhosePortIsTakenFromItMovesFirst() {
        var other = "listen: 80, ports: [7003, 7004]";
        converge(web("/1"));
        var first = host.named("web.service");
        host.start("web-proxy-7001.service");

        var plan = converge(web("/1", other, ""));

        assertThat(acts(plan)).doesNotContain("Stop web-proxy-7001.socket", "Stop web-proxy-7001.service");
        assertThat(because(plan))
                .contains(
                        "Wait web-proxy-7001.socket: no longer part of shop/web; it goes when " + first + " has ended")
                .endsWith("Swap web.service: its proxy has no port 7001 any more");
        isLedToTheUnit(7003);

        host.states.put(first, "deactivating");
        plan = converge(web("/1", other, ""));

        assertThat(acts(plan)).containsOnly("Wait web-proxy-7001.socket", "Wait web-proxy-7001.service");

        host.states.remove(first);
        converge(web("/1", other, ""));

        assertThat(Steps.of(plan(web("/1", other, "")))).isEqualTo("nothing");
        isLedToTheUnit(7003);
        assertThat(host.disk.keySet()).noneMatch(path -> path.contains("7001") || path.contains("7002"));
        assertThat(host.processes.keySet()).noneMatch(unit -> unit.contains("7001") || unit.contains("7002"));
    }

    @Test
    void aPortThatNobodyHasGoesAtOnce() {
        converge(web("/1"));

        var plan = converge(web("/1", "listen: 80, ports: [7001, 7003]", ""));

        assertThat(acts(plan)).containsExactly("Stop web-proxy-7002.socket", "Start web-proxy-7003.socket");
        assertThat(Steps.of(plan(web("/1", "listen: 80, ports: [7001, 7003]", ""))))
                .isEqualTo("nothing");
        isLedToTheUnit(7001);
    }

    private void isLedToTheUnit(int port) {
        assertThat(Proxy.port(host.named("web.service"))).isEqualTo(port);
        assertThat(host.disk.get(CURRENT)).isEqualTo(new Symlink(port + ".sock"));
        assertThat(host.processes).containsKey(host.named("web.service"));
    }

    private static Swap swap(Plan plan) {
        return plan.steps().stream()
                .filter(Swap.class::isInstance)
                .map(Swap.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> acts(Plan plan) {
        return plan.steps().stream()
                .filter(Step.OfUnit.class::isInstance)
                .map(step -> step.action() + " " + ((Step.OfUnit) step).unit())
                .toList();
    }

    /// What is done to units, and why.
    private static String because(Plan plan) {
        return String.join(
                ", ",
                plan.steps().stream()
                        .filter(Step.OfUnit.class::isInstance)
                        .map(step -> step.action() + " " + ((Step.OfUnit) step).unit() + ": " + step.because())
                        .toList());
    }

    private static Desired desired(DesiredSet set) {
        return new Desired(List.of(set), List.of());
    }

    private Plan plan(DesiredSet set) {
        return Planner.plan(desired(set), host.observe(desired(set)));
    }

    private Plan converge(DesiredSet set) {
        return host.converge(desired(set));
    }

    /// Once with a gap, as any socket that is bound anew: what passes connections on makes way for it.
    @Test
    void anotherAddressOfTheProxyIsBound() {
        host.converge(desired(web("/bin/web")));

        var plan = host.converge(desired(web("/bin/web", "listen: 81, ports: [7001, 7002]", "")));

        assertThat(plan.steps().stream()
                        .filter(Step.OfUnit.class::isInstance)
                        .map(step -> step.action() + " " + ((Step.OfUnit) step).unit()))
                .contains("Stop web-proxy.socket", "Start web-proxy.socket")
                .doesNotContain("Wait web-proxy.socket", "Stop web.service");
    }

    @Test
    void anEmptyExecStopDoesNotTakeTheDrainAway() {
        host.converge(desired(set("""
            units:
            - name: web.service
              proxy: {listen: 80, ports: [7001, 7002]}
              content: |
                [Service]
                Type=exec
                ExecStart=/bin/web
                ExecStop=
            """)));

        assertThat(host.disk.entrySet())
                .filteredOn(file -> file.getKey().endsWith(InstanceText.LIVE))
                .allSatisfy(file ->
                        assertThat(((PathState.Regular) file.getValue()).text()).doesNotContain("ExecStop="));
    }
}
