package dev.underway.server.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Manifests;
import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetPlan;
import dev.underway.model.UnitSetPlan.Line;
import dev.underway.model.UnitSetPlan.State;
import dev.underway.server.forecast.FleetView.Snapshot;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What a change would do to a fleet of a few hosts.
class FleetForecastTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final Map<String, Machine> machines = new TreeMap<>();
    private final Map<String, Share> shares = new TreeMap<>();
    private final Map<String, Revision.Content> revisions = new HashMap<>();

    private static UnitSet set(String version, String more) {
        return read("""
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: web, namespace: shop}
                spec:
                  selector: {matchLabels: {role: web}}
                %s
                  units:
                  - name: web.socket
                    content: |
                      [Socket]
                      ListenStream=8080
                  - name: web.service
                    content: |
                      [Service]
                      Type=notify
                      ExecStart=/opt/web
                      Environment=VERSION=%s
                      Restart=always
                  - name: worker.service
                    content: |
                      [Service]
                      Type=exec
                      ExecStart=/opt/worker --version %s
                      Restart=always
                """.formatted(more, version, version));
    }

    private static UnitSet read(String manifest) {
        try {
            return Codec.read(Manifests.read(manifest).getFirst().body(), UnitSet.class);
        } catch (Manifests.ManifestException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void host(String name, boolean reachable) {
        machines.put(name, new Machine(name, Map.of("role", "web"), reachable, false, null));
    }

    private void runs(String host, UnitSet set, int secondsAgo) {
        var content = Contents.of(set.spec());
        var name = Contents.revisionName("web", Contents.digest(content));
        revisions.put(name, content);
        shares.put(
                host,
                new Share(
                        name,
                        Policy.NONE,
                        Map.of("web.socket", "active", "web.service", "active", "worker.service", "active"),
                        NOW.minusSeconds(secondsAgo),
                        null));
    }

    private UnitSetPlan plan(UnitSet set) {
        return FleetForecast.of(set, new Snapshot(machines, shares, true), revisions::get, NOW);
    }

    @Test
    void tellsEachHostWhatItsOwnValuesDoAndWhoLacksOne() {
        var set = read("""
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: web, namespace: shop}
                spec:
                  selector: {matchLabels: {role: web}}
                  files: [{path: /etc/zone, content: "${host.labels.zone}", template: true}]
                """);
        var content = Contents.of(set.spec());
        var revision = Contents.revisionName("web", Contents.digest(content));
        revisions.put(revision, content);
        for (var host : new String[] {"a", "b"}) {
            machines.put(host, new Machine(host, Map.of("role", "web", "zone", host), true, false, null));
            shares.put(host, new Share(revision, Policy.NONE, Map.of(), NOW, null, Map.of("labels.zone", "a")));
        }
        machines.put("c", new Machine("c", Map.of("role", "web"), true, false, null));

        var plan = FleetForecast.of(set, new Snapshot(machines, shares, true), revisions::get, NOW);

        assertThat(plan.groups())
                .satisfiesExactlyInAnyOrder(
                        group -> {
                            assertThat(group.hosts()).containsExactly("a");
                            assertThat(group.steps()).isEmpty();
                        },
                        group -> {
                            assertThat(group.hosts()).containsExactly("b");
                            assertThat(group.steps())
                                    .singleElement()
                                    .satisfies(
                                            step -> assertThat(step.because()).contains("/etc/zone"));
                        });
        assertThat(plan.notes()).anySatisfy(note -> assertThat(note).contains("keep what they have: c"));
    }

    @Test
    void tellsHowManyHostsWouldDoWhatTheWorstFirst() {
        host("web1", true);
        host("web2", true);
        host("web3", true);
        runs("web1", set("1", ""), 10);
        runs("web2", set("1", ""), 30);

        var plan = plan(set("2", ""));

        assertThat(plan.summary())
                .extracting(FleetForecastTest::brief)
                .containsExactly(
                        "Restart worker.service dropped on 2: ExecStart= /opt/worker --version 1 → /opt/worker --version 2",
                        "Start web.socket none on 1: does not run yet",
                        "Start worker.service none on 1: does not run yet",
                        "Swap web.service none on 2: Environment= changed");
        assertThat(plan.drops()).isTrue();
        assertThat(plan.groups()).hasSize(2).anySatisfy(group -> {
            assertThat(group.hosts()).containsExactly("web1", "web2");
            assertThat(group.oldestReport()).isEqualTo(NOW.minusSeconds(30));
        });
        assertThat(plan.notes()).singleElement().asString().contains("up to 30s old");
    }

    private static String brief(Line line) {
        return "%s %s %s on %d: %s"
                .formatted(line.action(), line.unit(), line.disruption(), line.hosts(), line.because());
    }

    @Test
    void saysNothingWhereNothingWouldBeDone() {
        host("web1", true);
        runs("web1", set("1", ""), 0);

        var plan = plan(set("1", ""));

        assertThat(plan.unchanged()).isEqualTo(1);
        assertThat(Forecasts.sentences(plan)).isEmpty();
    }

    @Test
    void namesHostsThatFollowLater() {
        host("web1", false);
        runs("web1", set("1", ""), 0);
        machines.put("web2", new Machine("web2", Map.of("role", "web"), true, false, NOW.plusSeconds(60)));
        runs("web2", set("1", ""), 0);

        var plan = plan(set("2", ""));

        assertThat(plan.groups())
                .extracting(UnitSetPlan.Group::state)
                .containsExactlyInAnyOrder(State.Offline, State.Held);
        assertThat(Forecasts.sentences(plan))
                .contains(
                        "forecast: 2 hosts would restart worker.service, connections are DROPPED: ExecStart= /opt/worker --version 1 → /opt/worker --version 2",
                        "forecast: 2 hosts would swap web.service: Environment= changed",
                        "forecast: 1 host is offline and would follow when heard of again: web1",
                        "forecast: 1 host is held and would follow when the hold ends: web2");
    }

    @Test
    void stopsTheUnitsOfHostsThatTheSelectorNoLongerPicks() {
        machines.put("old", new Machine("old", Map.of("role", "db"), true, false, null));
        runs("old", set("1", ""), 0);

        var plan = plan(set("1", ""));

        assertThat(plan.summary())
                .extracting(FleetForecastTest::brief)
                .anyMatch(line -> line.startsWith("Stop worker.service dropped on 1"));
    }

    @Test
    void saysThatASelectorPicksNobody() {
        machines.put("db1", new Machine("db1", Map.of("role", "db"), true, false, null));

        var plan = plan(set("1", ""));

        assertThat(plan.hosts()).isZero();
        assertThat(plan.notes()).singleElement().asString().startsWith("the selector picks no host");
    }

    @Test
    void saysWhatAPinAndAPauseMean() {
        host("web1", true);
        runs("web1", set("1", ""), 0);
        var pinned = "  pin: {revision: %s, reason: it broke}\n  paused: true"
                .formatted(shares.get("web1").revision());

        var plan = plan(set("2", pinned));

        assertThat(plan.unchanged()).isEqualTo(1);
        assertThat(plan.notes())
                .anyMatch(note -> note.contains("pinned to web-"))
                .anyMatch(note -> note.contains("paused"));
    }

    @Test
    void doesNotTellWhatItCannotKnow() {
        host("web1", true);
        runs("web1", set("1", ""), 0);
        revisions.clear();

        var plan = plan(set("2", ""));

        assertThat(plan.unknown()).isEqualTo(1);
        assertThat(plan.notes()).anyMatch(note -> note.contains("not told"));
    }

    @Test
    void worksOutOnceWhatManyHostsWouldDo() {
        for (int i = 0; i < 10_000; i++) {
            host("web" + i, true);
            runs("web" + i, set("1", ""), i % 60);
        }

        var plan = plan(set("2", ""));

        assertThat(plan.groups())
                .singleElement()
                .satisfies(group -> assertThat(group.hosts()).hasSize(10_000));
    }
}
