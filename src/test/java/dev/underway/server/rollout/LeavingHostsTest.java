package dev.underway.server.rollout;

import static dev.underway.server.rollout.RunningFleet.rules;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.UnitSetSpec.UnitState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How a set leaves hosts, or rests on them; told as in [GateTest].
class LeavingHostsTest {
    @Test
    void aSetThatLosesMostOfItsHostsAsksFirst() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 50%"), "a", "b", "c", "d", "e", "f");
        for (var host : new String[] {"a", "b", "c", "d", "e"}) {
            fleet.label(host, "role", "db");
        }
        assertThat(fleet.settle()).isEmpty();
        assertThat(fleet.reason()).isEqualTo("RemovalNeedsConfirmation");
        assertThat(fleet.message()).contains("5 hosts are not picked any more");

        fleet.annotate("underway.dev/confirm-removal", "5");
        assertThat(fleet.settle()).isEqualTo("Withdraw a; Withdraw b; Withdraw c");
        fleet.cleaned("a", "b", "c");
        assertThat(fleet.settle()).startsWith("Withdraw d");
        fleet.cleaned("d");
        fleet.settle();
        fleet.cleaned("e");
        // What was confirmed is done, and says nothing of the next slip.
        assertThat(fleet.settle()).isEqualTo("SpendConfirmation");
        assertThat(fleet.web().metadata().annotations()).doesNotContainKey("underway.dev/confirm-removal");
    }

    @Test
    void aHostThatLosesItsLabelIsCleanedWithinTheBudget() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b", "c", "d");
        fleet.label("a", "role", "db");
        fleet.label("b", "role", "db");
        assertThat(fleet.settle()).isEqualTo("Withdraw a");
        assertThat(fleet.why("b")).isEqualTo("Leaving BudgetExhausted");
        fleet.cleaned("a");
        assertThat(fleet.settle()).isEqualTo("Withdraw b");
    }

    @Test
    void aDrainedHostStopsWithinTheBudgetAndStartsAgain() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 2"), "a", "b", "c");
        fleet.set("units", List.of(Map.of("name", "web.service", "content", "[Service]\nExecStart=/bin/true\n")));
        for (int i = 0; i < 3; i++) {
            fleet.settle();
            fleet.healthy("a", "b", "c");
        }
        fleet.settle();
        fleet.set("rollout", Map.of("maxUnavailable", 1));
        fleet.settle();

        fleet.spec("a", "drain", "Stopped");
        fleet.spec("b", "drain", "Stopped");
        assertThat(fleet.settle()).startsWith("Assign a=").doesNotContain("b=");
        assertThat(fleet.of("a").spec().policy().unit("web.service").state()).isEqualTo(UnitState.Stopped);
        fleet.healthy("a");
        fleet.settle();
        assertThat(fleet.why("a")).isEqualTo("Skipped Drained");
        assertThat(fleet.why("b")).isEqualTo("Waiting BudgetExhausted");

        fleet.spec("a", "drain", null);
        assertThat(fleet.settle()).startsWith("Assign a=").doesNotContain("b=");
        assertThat(fleet.of("a").spec().policy().unit("web.service").state()).isNull();
        fleet.healthy("a");
        assertThat(fleet.settle()).startsWith("Assign b=");
    }

    @Test
    void aDecommissionedHostIsCleaned() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b");
        fleet.spec("a", "drain", "Decommissioned");
        assertThat(fleet.settle()).isEqualTo("Withdraw a");
    }
}
