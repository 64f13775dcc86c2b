package dev.underway.server.rollout;

import static dev.underway.server.rollout.RunningFleet.CANARY;
import static dev.underway.server.rollout.RunningFleet.rules;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.RolloutStatus.Phase;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How a rollout moves over a fleet, told as stories. The hosts are a, b, c …; the contents v1, v2 …
class GateTest {
    @Test
    void goesToTheCanaryThenByTheBudgetToTheRest() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 2\n" + CANARY), "a", "b", "c", "d", "k(canary=true)");

        fleet.push("v2");
        assertThat(fleet.settle()).contains("Assign k=v2").doesNotContain("a=", "b=");
        assertThat(fleet.why("a")).isEqualTo("Waiting WaveNotReached");
        assertThat(fleet.reason()).isEqualTo("Progressing");

        fleet.healthy("k");
        assertThat(fleet.settle()).isEmpty();
        assertThat(fleet.phase()).isEqualTo(Phase.Baking);
        assertThat(fleet.wake())
                .isEqualTo(fleet.rollout().waves().getFirst().healthyAt().plus(Duration.ofMinutes(5)));

        fleet.elapse(Duration.ofMinutes(5));
        assertThat(fleet.settle()).isEqualTo("Assign a=v2; Assign b=v2");
        assertThat(fleet.why("c")).isEqualTo("Waiting BudgetExhausted");
        assertThat(fleet.rollout().budget().limit()).isEqualTo(2);

        fleet.healthy("a");
        assertThat(fleet.settle()).isEqualTo("Assign c=v2");
        fleet.healthy("b", "c");
        assertThat(fleet.settle()).isEqualTo("Assign d=v2");
        fleet.healthy("d");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Complete);
        assertThat(fleet.reason()).isEqualTo("HostsReady");
        assertThat(fleet.web().status().stable()).isEqualTo(Story.revisionName("v2"));
    }

    @Test
    void waitsForAPersonWhereOneMustPromote() {
        var fleet = RunningFleet.of("v1", rules("""
            waves: [{name: first, selector: {matchLabels: {zone: a}}, promote: Manual}]
            """), "a(zone=a)", "b");

        fleet.push("v2");
        fleet.settle();
        fleet.healthy("a");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.AwaitingPromotion);
        fleet.elapse(Duration.ofDays(3));
        assertThat(fleet.settle()).isEmpty();

        fleet.promote(null);
        assertThat(fleet.settle()).isEqualTo("Assign b=v2");
        assertThat(fleet.web().status().words().promoted().by()).isEqualTo("ann");
    }

    @Test
    void promotionEndsABakeAndAllSkipsEveryWave() {
        var fleet = RunningFleet.of("v1", rules(CANARY), "a", "k(canary=true)");
        fleet.push("v2");
        fleet.settle();
        fleet.healthy("k");
        fleet.settle();
        fleet.promote("canary");
        assertThat(fleet.settle()).isEqualTo("Assign a=v2");

        fleet.healthy("a");
        fleet.settle();
        fleet.push("v3");
        assertThat(fleet.settle()).contains("Assign k=v3").doesNotContain("a=v3");
        fleet.promote(RolloutWords.ALL_WAVES);
        fleet.healthy("k");
        assertThat(fleet.settle()).isEqualTo("Assign a=v3");
    }

    @Test
    void aHostThatIsOffHoldsNothingUpAndFollowsWhenItIsBack() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b", "c");
        fleet.offline("a");
        fleet.push("v2");
        assertThat(fleet.settle()).contains("Assign b=v2");
        fleet.healthy("b");
        fleet.settle();
        fleet.healthy("c");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Complete);
        assertThat(fleet.reason()).isEqualTo("HostsReady");
        assertThat(fleet.message()).contains("offline, will follow when back: a");

        fleet.online("a");

        assertThat(fleet.settle()).isEqualTo("Assign a=v2");
    }

    @Test
    void noHostVerifiedIsSaidAndAPersonMayGoOn() {
        var fleet = RunningFleet.of("v1", rules(CANARY), "a", "k(canary=true)");
        fleet.offline("k");
        fleet.push("v2");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.NoHostVerified);
        assertThat(fleet.reason()).isEqualTo("NoHostVerified");
        fleet.elapse(Duration.ofHours(5));
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.NoHostVerified);

        fleet.promote(null);
        assertThat(fleet.settle()).isEqualTo("Assign a=v2");
    }

    @Test
    void aSecondCanaryStandsInForOneThatIsOff() {
        var fleet = RunningFleet.of("v1", rules(CANARY), "a", "k(canary=true)", "l(canary=true)");
        fleet.offline("k");
        fleet.push("v2");

        assertThat(fleet.settle()).contains("Assign l=v2");
    }

    @Test
    void heldAndCordonedHostsArePassedOverAndFollow() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 3"), "a", "b", "c");
        var until = fleet.now().plus(Duration.ofHours(1));
        fleet.spec("a", "hold", Map.of("reason", "we look into it", "until", until.toString()));
        fleet.spec("b", "cordoned", true);
        fleet.push("v2");
        assertThat(fleet.settle()).contains("Assign c=v2").doesNotContain("a=v2", "b=v2");
        fleet.healthy("c");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Complete);
        assertThat(fleet.why("a")).isEqualTo("Skipped Held");
        assertThat(fleet.why("b")).isEqualTo("Skipped Cordoned");
        assertThat(fleet.wake()).isEqualTo(until);

        fleet.elapse(Duration.ofHours(1));
        assertThat(fleet.settle()).isEqualTo("Assign a=v2");
        fleet.spec("b", "cordoned", false);
        assertThat(fleet.settle()).isEqualTo("Assign b=v2");
    }

    @Test
    void pausedStopsWhereItIsAndResumesThere() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b");
        fleet.push("v2");
        fleet.settle();
        fleet.set("paused", true);
        fleet.healthy("a");
        assertThat(fleet.settle()).isEmpty();
        assertThat(fleet.phase()).isEqualTo(Phase.Paused);
        assertThat(fleet.why("b")).isEqualTo("Waiting Paused");
        fleet.elapse(Duration.ofDays(2));
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Paused);

        fleet.set("paused", false);
        assertThat(fleet.settle()).isEqualTo("Assign b=v2");
    }

    @Test
    void undoGoesStraightBack() {
        var fleet = RunningFleet.of("v1", rules(CANARY + "maxUnavailable: 1"), "a", "k(canary=true)");
        fleet.push("v2");
        fleet.settle();
        fleet.healthy("k");
        fleet.settle();
        fleet.promote(null);
        fleet.settle();
        fleet.healthy("a");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Complete);

        fleet.undo("v1");

        assertThat(fleet.settle()).isEqualTo("Assign a=v1");
        fleet.healthy("a");
        assertThat(fleet.settle()).isEqualTo("Assign k=v1");
        fleet.healthy("k");
        fleet.settle();
        assertThat(fleet.reason()).isEqualTo("HostsReady");
    }

    @Test
    void aLateJoinerGetsWhatItsWaveHas() {
        var fleet = RunningFleet.of("v1", rules(CANARY), "a", "k(canary=true)");
        fleet.push("v2");
        fleet.settle();

        fleet.hosts("z");
        fleet.healthy("k");
        assertThat(fleet.settle()).isEqualTo("Assign z=v1");
        fleet.healthy("z");
        fleet.settle();
        assertThat(fleet.why("z")).isEqualTo("Waiting WaveNotReached");
        fleet.promote(null);
        fleet.hosts("y");
        assertThat(fleet.settle()).startsWith("Assign a=v2").doesNotContain("y=v1");
    }

    @Test
    void aChangedProbeReachesAllAtOnceAndStartsNoRollout() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b");
        var began = fleet.rollout().startedAt();

        fleet.set("drift", "Report");

        assertThat(fleet.settle()).isEqualTo("Treat a; Treat b");
        assertThat(fleet.reason()).isEqualTo("HostsReady");
        assertThat(fleet.rollout().startedAt()).isEqualTo(began);
    }

    @Test
    void anOldStatusIsNoReasonToRollOutAnew() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b");

        fleet.forgetStatus();
        fleet.restartServer();

        assertThat(fleet.settle()).isEmpty();
        assertThat(fleet.reason()).isEqualTo("HostsReady");
    }
}
