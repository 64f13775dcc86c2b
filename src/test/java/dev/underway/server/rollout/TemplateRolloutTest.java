package dev.underway.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Assignment;
import dev.underway.model.Contents;
import dev.underway.model.IntOrPercent;
import dev.underway.model.Revision.Content;
import dev.underway.model.Templates;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout.OfHost;
import dev.underway.model.UnitSetSpec;
import dev.underway.model.UnitSetSpec.ManagedFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Every host is told its own values, and a changed one as another revision would be. The notation is [Story]'s.
class TemplateRolloutTest {
    private static final ManagedFile FILE =
            new ManagedFile("/etc/web/c", null, null, null, "${host.labels.zone} ${host.facts.ip}", null, null, true);

    @Test
    void tellsEveryHostItsOwnValuesAndWhatBecomesOfThem() {
        var world = world(Map.of("a", "10.0.0.1", "b", "10.0.0.2"), "x");

        var told = told(world);

        assertThat(told.keySet()).containsExactlyInAnyOrder("a", "b");
        told.forEach((host, spec) -> {
            var values = Map.of("labels.zone", "x", "facts.ip", host.equals("a") ? "10.0.0.1" : "10.0.0.2");
            assertThat(spec.values()).isEqualTo(values);
            assertThat(spec.rendered())
                    .isEqualTo(Contents.digest(Templates.render(new Content(null, List.of(FILE), null), values)));
        });
    }

    @Test
    void saysWhichHostLacksAValueAndTellsTheOthers() {
        var world = world(Map.of("a", "10.0.0.1", "b", "10.0.0.1\nroot"), "x");

        assertThat(told(world).keySet()).containsExactly("a");
        assertThat(standing(world, "b")).satisfies(host -> {
            assertThat(host.reason()).isEqualTo("ValueMissing");
            assertThat(host.message()).contains("${host.facts.ip}");
        });
    }

    @Test
    void tellsNothingAgainWhileValuesStay() {
        var before = world(Map.of("a", "10.0.0.1"), "x");
        var after = Story.after(before, RolloutPlanner.plan(before, Story.NOW));

        assertThat(Story.words(RolloutPlanner.plan(after, Story.NOW))).isEmpty();
    }

    @Test
    void tellsAHostWhoseValueChangedWithinTheBudget() {
        var before = world(Map.of("a", "10.0.0.1", "b", "10.0.0.2"), "x");
        var running = Story.after(before, RolloutPlanner.plan(before, Story.NOW));
        var changed = new World(
                running.set(),
                world(Map.of("a", "10.0.0.9", "b", "10.0.0.2"), "x").hosts(),
                running.revisions(),
                running.assignments());

        var told = told(changed);

        assertThat(told.keySet()).containsExactly("a");
        assertThat(Objects.requireNonNull(told.get("a").values())).containsEntry("facts.ip", "10.0.0.9");
    }

    @Test
    void aHostThatLosesAValueKeepsWhatItHas() {
        var before = world(Map.of("a", "10.0.0.1"), "x");
        var running = Story.after(before, RolloutPlanner.plan(before, Story.NOW));
        var lost = new World(
                running.set(), world(Map.of("a", ""), "x").hosts(), running.revisions(), running.assignments());

        assertThat(Story.words(RolloutPlanner.plan(lost, Story.NOW))).isEmpty();
        assertThat(standing(lost, "a").reason()).isEqualTo("ValueMissing");
    }

    private static OfHost standing(World world, String host) {
        return Objects.requireNonNull(RolloutPlanner.decide(world, Objects.requireNonNull(world.set()), Story.NOW))
                .hosts()
                .stream()
                .filter(each -> each.host().equals(host))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Assignment.Spec> told(World world) {
        var told = new HashMap<String, Assignment.Spec>();
        for (var decision : RolloutPlanner.plan(world, Story.NOW).decisions()) {
            if (decision instanceof Decision.Assign assign) {
                told.put(assign.spec().host(), assign.spec());
            }
        }
        return told;
    }

    /// @param addresses by host
    private static World world(Map<String, String> addresses, String zone) {
        var story = Story.world("v1", "-", "-");
        var set = Objects.requireNonNull(story.set());
        var spec = set.spec();
        var rollout = new UnitSetSpec.Rollout(new IntOrPercent(100, true), null, null, null, null, null);
        var templated = new UnitSet(
                set.metadata(),
                new UnitSetSpec(spec.selector(), null, List.of(FILE), null, rollout, null, null, null, null, null, 1),
                null);
        var hosts = new HashMap<String, World.HostView>();
        addresses.forEach((name, ip) -> hosts.put(
                name,
                new World.HostView(
                        name,
                        Map.of("role", "web", "zone", zone),
                        true,
                        false,
                        false,
                        null,
                        null,
                        null,
                        Map.of("ip", ip))));
        return new World(templated, hosts, List.of(), List.of());
    }
}
