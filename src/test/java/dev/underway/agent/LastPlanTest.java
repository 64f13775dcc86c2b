package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Policy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.plan.Desired;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Inventory;
import dev.underway.plan.Observed;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.SetId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LastPlanTest {
    private final LastPlan lastPlan = new LastPlan();

    private static Desired desired(String command) {
        var unit = new UnitText("web.service", "[Service]\nExecStart=" + command + "\n", null);
        var content = new Content(null, null, List.of(unit));
        return new Desired(
                List.of(new DesiredSet(
                        new SetId("default", "web"), "uid", Instant.EPOCH, "r", "digest", content, Policy.NONE)),
                List.of());
    }

    private static Observed observed(UnitStatus... units) {
        var byName = new HashMap<String, UnitStatus>();
        List.of(units).forEach(unit -> byName.put(unit.name(), unit));
        return new Observed(Map.of(), byName, Inventory.EMPTY, Map.of());
    }

    @Test
    void isGivenAgainWhileNothingHasChanged() {
        var first = lastPlan.of(desired("/a"), observed());

        assertThat(lastPlan.of(desired("/a"), observed())).isSameAs(first);
    }

    @Test
    void isMadeAnewWhenSomethingElseIsDesired() {
        var first = lastPlan.of(desired("/a"), observed());

        assertThat(lastPlan.of(desired("/b"), observed()).steps()).isNotEqualTo(first.steps());
    }

    @Test
    void isMadeAnewWhenSomethingElseIsObserved() {
        var first = lastPlan.of(desired("/a"), observed());

        var second = lastPlan.of(desired("/a"), observed(UnitStatus.notFound("web.service")));

        assertThat(second).isNotSameAs(first);
    }
}
