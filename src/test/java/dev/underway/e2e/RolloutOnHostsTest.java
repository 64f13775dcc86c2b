package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSet;
import dev.underway.testing.HostLoad;
import dev.underway.testing.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// A change goes over six booted hosts behind the real server, one canary, then zone a, then the rest, while clients
/// on every host count: good changes and bad ones, and what people say in between. One long day of one service.
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RolloutOnHostsTest {
    private static final Duration LONGEST = Duration.ofSeconds(120);

    /// Few requests a second, so that two cores are enough for six hosts.
    private static final List<String> LIGHT = List.of("new:2:80", "kept:2:80");

    private static final String ROLLOUT = """
          rollout:
            maxUnavailable: 2
            waves:
            - {name: canary, selector: {matchLabels: {canary: "true"}}, bake: 1s}
            - {name: zone-a, selector: {matchLabels: {zone: a}}}
        """;

    @AutoClose
    private static final Fleet fleet = Fleet.of(6);

    private static final TestHost canary = fleet.hosts().get(0);
    private static final List<TestHost> zoneA = fleet.hosts().subList(1, 3);
    private static final List<TestHost> rest = fleet.hosts().subList(3, 6);

    @BeforeAll
    static void label() {
        kubectl("label", "host", canary.name(), "canary=true");
        zoneA.forEach(host -> kubectl("label", "host", host.name(), "zone=a"));
        rest.forEach(host -> kubectl("label", "host", host.name(), "zone=b"));
        fleet.apply(web(1));
        awaitPhase(Phase.Complete);
    }

    @Test
    @Order(1)
    void aGoodChangeGoesFromTheCanaryToTheZonesAndDropsNothing() {
        var load = new Loads();

        fleet.apply(web(2));
        awaitPhase(Phase.Complete);

        load.mustHaveLostNothing();
        var told = toldAt();
        assertThat(zoneA).allSatisfy(host -> assertThat(told.get(host.name())).isAfter(told.get(canary.name())));
        assertThat(rest)
                .allSatisfy(host -> zoneA.forEach(
                        before -> assertThat(told.get(host.name())).isAfter(told.get(before.name()))));
        assertThat(fleet.hosts())
                .allSatisfy(host -> assertThat(fleet.plan("web", host)).contains("Swap web.service"));
        assertThat(fleet.server().underway("rollout", "status", "web"))
                .contains(set().status().revision());
    }

    @Test
    @Order(2)
    void aProcessThatCrashesStopsAtTheCanaryAndGoesBack() {
        stopsAtTheCanary(web(3).replace("ExecStart=/opt/web/web", "ExecStart=/bin/false"), "StartFailed");
    }

    @Test
    @Order(3)
    void aProcessThatIsNeverReadyStopsAtTheCanaryAndGoesBack() {
        stopsAtTheCanary(
                web(4).replace("ExecStart=/opt/web/web", "TimeoutStartSec=3\n      ExecStart=/bin/sleep infinity"),
                "StartFailed");
    }

    @Test
    @Order(4)
    void aProcessWhoseProbeSaysNoStopsAtTheCanaryAndGoesBack() {
        stopsAtTheCanary(
                web(5).replace(
                                "minHealthyTime: 200ms",
                                "minHealthyTime: 200ms\n      deadline: 3s\n      exec: {command: [/bin/false]}"),
                "ProbeFailed");
    }

    private void stopsAtTheCanary(String manifest, String reason) {
        var before = toldAt();
        var load = new Loads();

        fleet.apply(manifest);
        awaitPhase(Phase.Reverted);

        load.mustHaveLostNothing();
        var status = Objects.requireNonNull(set().status());
        var rollout = Objects.requireNonNull(status.rollout());
        assertThat(rollout.failures()).hasSize(1);
        assertThat(rollout.failures().getFirst().host()).isEqualTo(canary.name());
        assertThat(rollout.failures().getFirst().reason()).isEqualTo(reason);
        // Nobody else was ever told.
        var told = toldAt();
        fleet.hosts().stream()
                .filter(host -> host != canary)
                .forEach(host -> assertThat(told.get(host.name())).isEqualTo(before.get(host.name())));
        // To wait for it ends at once and with a failure, also for those who came late.
        var said = fleet.server()
                .command("rollout", "status", "web", "--watch", "--timeout", "30s")
                .run();
        assertThat(said.exitCode()).as(said.output()).isEqualTo(1);
        // It is not tried again.
        var again = Instant.now();
        fleet.server().stop();
        fleet.server().start();
        await().during(Duration.ofSeconds(3)).atMost(LONGEST).until(() -> phase() == Phase.Reverted);
        assertThat(toldAt().values()).allSatisfy(at -> assertThat(at).isBefore(again));
    }

    @Test
    @Order(5)
    void aFixOvertakesARolloutThatIsStuck() {
        // The server would wait for minutes. The agent comes to the next order when systemd has given up the start.
        fleet.apply(
                web(6).replace("ExecStart=/opt/web/web", "TimeoutStartSec=15\n      ExecStart=/bin/sleep infinity"));
        await().atMost(LONGEST)
                .until(() -> told(canary).revision().equals(set().status().revision()));
        var load = new Loads();

        fleet.apply(web(7));
        awaitPhase(Phase.Complete);

        load.mustHaveLostNothing();
        assertThat(set().status().history().get(1).outcome().name()).isEqualTo("Superseded");
    }

    @Test
    @Order(6)
    void pauseHoldPromoteAndUndoAreObeyed() {
        var server = fleet.server();
        var held = rest.getFirst();
        server.underway("hold", "host", held.name(), "--for", "2h", "--reason", "the disk is replaced");
        var stable = set().status().stable();
        fleet.apply(web(8).replace("name: zone-a,", "name: zone-a, promote: Manual,"));
        awaitPhase(Phase.AwaitingPromotion);
        assertThat(server.underway("why", "host", rest.getLast().name())).contains("zone-a");

        server.underway("rollout", "pause", "web");
        server.underway("rollout", "promote", "web");
        await().during(Duration.ofSeconds(2))
                .atMost(LONGEST)
                .until(() -> phase() == Phase.Paused
                        && rest.stream().allMatch(host -> told(host).revision().equals(stable)));
        server.underway("rollout", "resume", "web");
        awaitPhase(Phase.Complete);
        assertThat(told(held).revision()).isEqualTo(stable);
        assertThat(server.underway("why", "host", held.name())).contains("the disk is replaced");

        server.underway("release", "host", held.name());
        await().atMost(LONGEST).until(() -> Objects.equals(set().status().healthy(), 6));

        var load = new Loads();
        server.underway("rollout", "undo", "web", "--to-revision", stable);
        await().atMost(LONGEST)
                .until(() -> phase() == Phase.Complete
                        && stable.equals(set().status().revision())
                        && Objects.equals(set().status().healthy(), 6));
        load.mustHaveLostNothing();
    }

    @Test
    @Order(7)
    void aRestartDropsNothing() {
        fleet.apply(web(9));
        awaitPhase(Phase.Complete);
        // A new content ends what an undo had pinned.
        assertThat(set().spec().pin()).isNull();
        var before = new HashMap<String, Long>();
        fleet.hosts()
                .forEach(host ->
                        before.put(host.name(), Unit.on(host, "web.service").mainPid()));
        var load = new Loads();

        fleet.server().underway("rollout", "restart", "web");
        awaitPhase(Phase.Complete);

        load.mustHaveLostNothing();
        assertThat(fleet.hosts())
                .allSatisfy(host ->
                        assertThat(Unit.on(host, "web.service").mainPid()).isNotEqualTo(before.get(host.name())));
    }

    @Test
    @Order(8)
    void aDrainedHostStopsItsUnitsAndStartsThemWhenItIsUncordoned() {
        var host = rest.getFirst();

        assertThat(fleet.server().underway("drain", host.name(), "--reason", "new disk"))
                .endsWith("host.underway.dev/" + host.name() + " drained\n");

        assertThat(Unit.on(host, "web.service").isActive()).isFalse();
        assertThat(Unit.on(host, "web.socket").isActive()).isFalse();
        fleet.server().underway("uncordon", host.name());
        await().atMost(LONGEST).until(() -> Unit.on(host, "web.service").isActive());
        await().atMost(LONGEST).until(() -> Objects.equals(set().status().healthy(), 6));
    }

    @Test
    @Order(10)
    void aDecommissionedHostIsCleanAndGone() {
        var host = rest.getFirst();

        assertThat(fleet.server().underway("host", "decommission", host.name()))
                .endsWith("host.underway.dev/" + host.name() + " decommissioned\n");

        assertThat(host.tryExec("test", "-e", "/opt/web/web").exitCode()).isNotZero();
        assertThat(Unit.on(host, "web.socket").isActive()).isFalse();
        assertThat(fleet.server().get("host", host.name())).isEmpty();
    }

    /// A lease takes its time: the canary goes off before it is told, and a host of the rest
    /// in the middle.
    @Test
    @Order(9)
    void whoIsOffIsPassedOverAndFollows() {
        var lost = rest.getLast();
        canary.kill();
        lost.kill();
        await().atMost(Duration.ofSeconds(150)).until(() -> !isReady(canary) && !isReady(lost));

        fleet.apply(web(10));
        awaitPhase(Phase.NoHostVerified);
        fleet.server().underway("rollout", "promote", "web");
        await().atMost(LONGEST).until(() -> phase() == Phase.Complete);
        assertThat(told(lost).revision()).isNotEqualTo(set().status().revision());

        canary.bootAgain();
        lost.bootAgain();
        await().atMost(LONGEST).until(() -> Objects.equals(set().status().healthy(), 6));
    }

    // ---

    /// Clients on every host, from now until they are asked.
    private static final class Loads {
        private final List<HostLoad> loads = new ArrayList<>();

        Loads() {
            fleet.hosts().forEach(host -> loads.add(HostLoad.on(host, 8080, LIGHT)));
            loads.forEach(HostLoad::during);
        }

        void mustHaveLostNothing() {
            long requests = 0;
            for (var load : loads) {
                load.between();
                var counted = load.stop();
                load.close();
                assertThat(counted.failed())
                        .describedAs(counted.report().toPrettyString())
                        .isZero();
                assertThat(counted.answered("during")).isPositive();
                requests += counted.requests();
            }
            System.out.printf("%d hosts: %d requests, 0 failed%n", loads.size(), requests);
        }
    }

    private static String web(int version) {
        return Web.manifest(version, "200ms") + ROLLOUT;
    }

    private static UnitSet set() {
        return Codec.read(fleet.server().get("unitset", "web").orElseThrow(), UnitSet.class);
    }

    private static Phase phase() {
        var set = set();
        var status = set.status();
        boolean current = status != null
                && Objects.equals(status.observedGeneration(), set.metadata().generation());
        return current && status.rollout() != null ? status.rollout().phase() : null;
    }

    private static void awaitPhase(Phase phase) {
        await().atMost(LONGEST)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(phase())
                        .as(() -> String.valueOf(set().status()))
                        .isEqualTo(phase));
    }

    private static Assignment.Spec told(TestHost host) {
        return fleet.assignment("web", host).orElseThrow().spec();
    }

    private static Map<String, Instant> toldAt() {
        var told = new HashMap<String, Instant>();
        fleet.hosts().forEach(host -> told.put(host.name(), told(host).told().at()));
        return told;
    }

    private static boolean isReady(TestHost host) {
        return kubectl("get", "host", host.name(), "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}")
                .equals("True");
    }

    private static String kubectl(String... arguments) {
        var said = fleet.server().kubectl().run(arguments);
        assertThat(said.exit()).describedAs(said.err()).isZero();
        return said.out();
    }
}
