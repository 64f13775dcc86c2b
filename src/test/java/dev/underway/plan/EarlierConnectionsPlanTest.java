package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.ModelHost.Kill;
import dev.underway.plan.Observed.Connections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which connections are of an earlier version, and which of them are told to stop. One that is new never is.
class EarlierConnectionsPlanTest {
    private static final String TEMPLATE = "l@.service";

    private final ModelHost host = new ModelHost();
    private Set<String> running = Set.of();
    private Set<String> overdue = Set.of();

    @BeforeEach
    void theFirstVersion() {
        converge("/a");
    }

    @Test
    void thoseThatRunWhenItChangesAreOfAnEarlierVersion() {
        running = Set.of("l@1.service", "l@2.service");

        assertThat(converge("/b").before().connections().get(TEMPLATE)).containsOnlyKeys(running);
        assertThat(earlier()).isEqualTo(running);

        running = Set.of("l@2.service", "l@3.service");

        assertThat(converge("/b").isEmpty()).isTrue();
        assertThat(earlier()).containsExactly("l@2.service");
        converge("/c");
        assertThat(earlier()).isEqualTo(running);
    }

    @Test
    void theyAreStoppedWhenTheirTimeIsOver() {
        running = Set.of("l@1.service", "l@2.service");
        converge("/b");
        running = Set.of("l@1.service", "l@2.service", "l@3.service");
        assertThat(Steps.of(plan("/b"))).isEqualTo("nothing");

        overdue = Set.of("l@1.service", "l@3.service");

        assertThat(plan("/b").steps())
                .containsExactly(new Step.Drain(
                        "l.socket",
                        "l@1.service",
                        Step.Turn.LAST,
                        "l@1.service serves a connection on an earlier version, and has had 30s"));
    }

    @Test
    void whereTheyHaveAllTheTimeTheyAreNot() {
        running = Set.of("l@1.service");
        converge("/b");
        overdue = running;

        var desired = desired("l.socket[ListenStream=80;Accept=yes] l@.service[ExecStart=/b]");

        assertThat(Planner.plan(desired, observe(desired)).isEmpty()).isTrue();
    }

    @Test
    void whatIsTakenBackMakesThemCurrentAgain() {
        running = Set.of("l@1.service");
        converge("/b");
        running = Set.of("l@1.service", "l@2.service");

        converge("/a");

        assertThat(earlier()).containsExactly("l@2.service");
        overdue = running;
        assertThat(Steps.of(plan("/a"))).isEqualTo("Drain l.socket");
    }

    @Test
    void wordsMakeNoOtherVersion() {
        running = Set.of("l@1.service");

        converge("/a;Description=b");

        assertThat(earlier()).isEmpty();
    }

    /// What was started since has the new version, though nobody has taken note of that yet.
    @Test
    void afterAKillThoseThatAreNewCountAsNew() {
        running = Set.of("l@1.service");
        var now = set("/b");
        for (int steps = 1; steps < 3; steps++) {
            var cut = new ModelHost();
            cut.converge(set("/a"));
            var plan = Planner.plan(now, observe(cut, now));
            cut.converge(now, new Kill(steps, false));
            cut.inventory = steps == 2 ? plan.prepared() : plan.before();
            running = Set.of("l@1.service", "l@2.service");

            var again = Planner.plan(now, observe(cut, now));

            assertThat(Steps.of(again)).endsWith("Renew l.socket");
            assertThat(again.after().connections().get(TEMPLATE)).containsOnlyKeys("l@1.service");
            running = Set.of("l@1.service");
        }
    }

    @Test
    void whereTheDiskWasChangedByHandNobodyKnowsAndAllCountAsNew() {
        running = Set.of("l@1.service");
        host.write(UnitPaths.unitFile(TEMPLATE), "[Service]\nExecStart=/by-hand\n");

        converge("/b");

        assertThat(earlier()).isEmpty();
    }

    private Set<String> earlier() {
        return host.inventory.earlierConnections("l.socket");
    }

    private Plan converge(String command) {
        var plan = plan(command);
        plan.steps().forEach(host::carryOut);
        host.remember(plan);
        return plan;
    }

    private Plan plan(String command) {
        return Planner.plan(set(command), observe(set(command)));
    }

    private Observed observe(Desired desired) {
        return observe(host, desired);
    }

    private Observed observe(ModelHost host, Desired desired) {
        var seen = host.observe(desired);
        return new Observed(
                seen.paths(),
                seen.units(),
                seen.inventory(),
                seen.storePaths(),
                seen.processes(),
                new Connections(Map.of(TEMPLATE, running), overdue));
    }

    private static Desired set(String command) {
        return desired("l.socket{drain=30s}[ListenStream=80;Accept=yes] l@.service[ExecStart=" + command + "]");
    }

    private static Desired desired(String sketch) {
        return new Desired(List.of(Sketch.set(sketch)), List.of());
    }
}
