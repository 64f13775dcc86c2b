package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.Turn;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is planned for an instance that a pass that was cut short has left running: between the commit of a swap and
/// the drain of the old process, or with a candidate up.
class LeftoverInstancesPlanTest {
    private static final String WEB =
            "web.socket[ListenStream=80] web.service[Type=notify;WantedBy=x.target;ExecStart=%s]";

    private final ModelHost host = new ModelHost();

    @BeforeEach
    void aPassIsCutShort() {
        host.converge(desired(set("/a")));
        host.convergeUntilWithinASwap(desired(set("/b")), 7);
        assertThat(host.instances("web.service")).hasSize(2);
    }

    private static DesiredSet set(String command) {
        return Sketch.set(WEB.formatted(command));
    }

    private static Desired desired(DesiredSet set) {
        return new Desired(List.of(set), List.of());
    }

    private Plan plan(String command) {
        var desired = desired(set(command));
        return Planner.plan(desired, host.observe(desired));
    }

    /// It may have the memory that the swap is short of.
    @Test
    void isDrainedBeforeTheNextSwap() {
        assertThat(Steps.ofUnits(plan("/c"))).containsExactly("Drain web.service", "Swap web.service");
    }

    @Test
    void isDrainedWhateverElseFails() {
        assertThat(turns(plan("/b"))).containsExactly(Turn.AT_ONCE);
        assertThat(turns(plan("/c"))).containsExactly(Turn.AT_ONCE);
    }

    /// It alone serves.
    @Test
    void isDrainedLastWhereTheUnitItselfIsDown() {
        host.is("web.service", "failed");

        var plan = plan("/b");

        assertThat(Steps.ofUnits(plan)).containsExactly("Start web.service", "Drain web.service");
        assertThat(turns(plan)).containsExactly(Turn.LAST);
    }

    private static List<Turn> turns(Plan plan) {
        return plan.steps().stream()
                .filter(Drain.class::isInstance)
                .map(step -> ((Drain) step).turn())
                .toList();
    }
}
