package dev.underway.server.rollout;

import static dev.underway.server.rollout.RunningFleet.CANARY;
import static dev.underway.server.rollout.RunningFleet.rules;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.RolloutStatus.Phase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How a rollout fails, what is blamed for it and what is not, and the way back; told as in [GateTest].
class FailedRolloutTest {
    @Test
    void whatCrashesOnTheCanaryGoesBackAndIsRemembered() {
        var fleet = RunningFleet.of("v1", rules(CANARY), "a", "k(canary=true)");

        fleet.push("v2");
        fleet.settle();
        fleet.crashes("k");
        assertThat(fleet.settle()).isEqualTo("Assign k=v1");
        assertThat(fleet.phase()).isEqualTo(Phase.Reverting);
        fleet.healthy("k");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Reverted);
        assertThat(fleet.reason()).isEqualTo("Reverted");
        assertThat(fleet.message()).contains("k: Crashed", "underway rollout retry");
        assertThat(fleet.told()).isEqualTo("a=v1, k=v1");

        // Nothing brings it again: neither time, nor a server that starts anew, nor a detour.
        fleet.elapse(Duration.ofDays(1));
        fleet.restartServer();
        assertThat(fleet.settle()).isEmpty();
        fleet.push("v1");
        fleet.settle();
        assertThat(fleet.reason()).isEqualTo("HostsReady");
        fleet.push("v2");
        fleet.settle();
        assertThat(fleet.told()).isEqualTo("a=v1, k=v1");
        assertThat(fleet.rollout().reason()).isEqualTo("FailedBefore");
        assertThat(fleet.reason()).isEqualTo("Reverted");

        fleet.retry();
        assertThat(fleet.settle()).isEqualTo("Assign k=v2");
        assertThat(fleet.of("k").spec().policy().retriedAt()).isNotNull();
    }

    @Test
    void aFixOvertakesAStuckRolloutAtOnce() {
        var fleet = RunningFleet.of("v1", rules(CANARY), "a", "k(canary=true)");
        fleet.push("v2");
        fleet.settle();
        fleet.acts("k");
        fleet.settle();

        fleet.push("v3");

        assertThat(fleet.settle()).contains("Assign k=v3");
        fleet.healthy("k");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Baking);
        assertThat(fleet.web().status().history().getFirst().outcome().name()).isEqualTo("Superseded");
    }

    @Test
    void aFixGoesToWhatTheFailedOneBrokeWithoutWaitingForTheWayBack() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1\nonFailure: Pause"), "a", "b", "c");
        fleet.push("v2");
        fleet.settle();
        fleet.crashes("a");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Failed);
        assertThat(fleet.reason()).isEqualTo("RolloutFailed");
        assertThat(fleet.why("b")).isEqualTo("Waiting RolloutFailed");
        assertThat(fleet.told()).isEqualTo("a=v2, b=v1, c=v1");

        fleet.push("v3");

        assertThat(fleet.settle()).contains("Assign a=v3").doesNotContain("b=v3");
        fleet.healthy("a");
        assertThat(fleet.settle()).isEqualTo("Assign b=v3");
    }

    @Test
    void theWayBackObeysTheBudgetAndSkipsTheWaves() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1\nmaxFailures: 0"), "a", "b", "c", "d");
        fleet.push("v2");
        fleet.settle();
        for (var host : new String[] {"a", "b", "c"}) {
            fleet.healthy(host);
            fleet.settle();
        }
        fleet.crashes("d");

        // d is down already, so it comes at no cost and takes the only place: the others wait for it.
        assertThat(fleet.settle()).isEqualTo("Assign d=v1");
        fleet.healthy("d");
        assertThat(fleet.settle()).isEqualTo("Assign a=v1");
        assertThat(fleet.why("b")).isEqualTo("Waiting BudgetExhausted");
        fleet.healthy("a");
        assertThat(fleet.settle()).isEqualTo("Assign b=v1");
        fleet.healthy("b");
        fleet.settle();
        fleet.healthy("c");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Reverted);
    }

    @Test
    void aHostThatDiesOfTheChangeCountsAndOneThatWasDeadBeforeDoesNot() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1\nhealthyDeadline: 2m"), "a", "b");
        fleet.push("v2");
        fleet.settle();
        // Found silent now: its last call was before it was told.
        fleet.offlineSince(fleet.now().minus(Duration.ofMinutes(1)), "a");
        assertThat(fleet.settle()).isEqualTo("Assign b=v2");
        assertThat(fleet.why("a")).isEqualTo("Skipped Offline");

        fleet.offlineSince(fleet.now(), "b");
        fleet.settle();
        assertThat(fleet.why("b")).isEqualTo("Changing Silent");
        fleet.elapse(Duration.ofMinutes(2));
        fleet.settle();
        assertThat(fleet.phase().isFailure()).isTrue();
        assertThat(fleet.rollout().reason()).isEqualTo("Lost");
        // It goes back when it is heard of again.
        fleet.online("b");
        assertThat(fleet.settle()).isEqualTo("Assign b=v1");
    }

    @Test
    void aDeadHostThatBlocksTheWayBackIsNamedAndAnUndoGoesWithoutIt() {
        var fleet = deadOnTheWay();
        assertThat(fleet.phase()).isEqualTo(Phase.Reverting);
        assertThat(fleet.told()).isEqualTo("a=v2, b=v2, c=v1");
        assertThat(fleet.why("a")).isEqualTo("Waiting BudgetExhausted");
        assertThat(fleet.reason()).isEqualTo("RevertBlocked");
        assertThat(fleet.message()).contains("as many hosts as may be are unavailable now: b");

        fleet.undo("v1");

        assertThat(fleet.settle()).contains("Assign a=v1");
        fleet.healthy("a");
        fleet.settle();
        assertThat(fleet.reason()).isEqualTo("HostsReady");
    }

    @Test
    void aSilentHostThatIsDrainedDoesNotFailTheRollout() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 2\nhealthyDeadline: 2m"), "a", "b", "c");
        fleet.push("v2");
        fleet.settle();
        fleet.offlineSince(fleet.now(), "a");
        fleet.settle();
        assertThat(fleet.why("a")).isEqualTo("Changing Silent");

        fleet.spec("a", "drain", "Stopped");
        fleet.healthy("b");
        fleet.settle();
        fleet.healthy("c");
        fleet.elapse(Duration.ofMinutes(2));
        fleet.settle();

        assertThat(fleet.why("a")).isEqualTo("Skipped Offline");
        assertThat(fleet.phase()).isEqualTo(Phase.Complete);
    }

    @Test
    void aDeadHostThatIsDeletedBlocksTheWayBackNoLonger() {
        var fleet = deadOnTheWay();

        fleet.delete("b");

        assertThat(fleet.settle()).contains("Assign a=v1");
        fleet.healthy("a");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Reverted);
    }

    /// The first of three hosts has v2, and the second died of it; the budget has one place.
    private static SimulatedFleet deadOnTheWay() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1\nhealthyDeadline: 2m"), "a", "b", "c");
        fleet.push("v2");
        fleet.settle();
        fleet.healthy("a");
        fleet.settle();
        fleet.offlineSince(fleet.now(), "b");
        fleet.elapse(Duration.ofMinutes(2));
        fleet.settle();
        return fleet;
    }

    @Test
    void aWayBackThatIsPausedSaysSo() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b");
        fleet.push("v2");
        fleet.settle();
        fleet.healthy("a");
        fleet.settle();
        fleet.set("paused", true);
        fleet.crashes("b");
        fleet.settle();

        assertThat(fleet.phase()).isEqualTo(Phase.Reverting);
        assertThat(fleet.reason()).isEqualTo("Paused");
        assertThat(fleet.told()).isEqualTo("a=v2, b=v2");

        fleet.set("paused", null);
        assertThat(fleet.settle()).contains("Assign b=v1");
        assertThat(fleet.reason()).isEqualTo("Reverting");
    }

    @Test
    void whatWasIllBeforeIsNotBlamedOnTheChangeAndComesFirst() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b", "c");
        fleet.ill("c");
        fleet.elapse(Duration.ofMinutes(1));
        fleet.push("v2");
        assertThat(fleet.settle()).contains("Assign c=v2").doesNotContain("a=v2");
        fleet.ill("c");
        fleet.elapse(Duration.ofMinutes(1));
        fleet.settle();
        assertThat(fleet.why("c")).isEqualTo("Skipped UnhealthyBefore");
        assertThat(fleet.phase()).isEqualTo(Phase.Progressing);
        assertThat(fleet.why("a")).isEqualTo("Waiting BudgetExhausted");
        // It cannot go on: that is said, and not tried for ever.
        fleet.elapse(Duration.ofMinutes(10));
        fleet.settle();
        assertThat(fleet.rollout().reason()).isEqualTo("ProgressDeadlineExceeded");
        assertThat(fleet.message()).contains("c");
    }

    @Test
    void aShortIllnessIsNoFailureAndALongOneIs() {
        var fleet = RunningFleet.of("v1", rules(CANARY), "a", "k(canary=true)");
        fleet.push("v2");
        fleet.settle();
        fleet.healthy("k");
        fleet.settle();
        fleet.ill("k");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Progressing);
        fleet.healthy("k");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Baking);

        fleet.ill("k");
        fleet.settle();
        fleet.elapse(Duration.ofSeconds(11));
        fleet.settle();
        assertThat(fleet.phase().isFailure()).isTrue();
        assertThat(fleet.rollout().failures().getFirst().host()).isEqualTo("k");
    }

    @Test
    void aHostThatIsIllAgainAndAgainDoesNotBakeForEver() {
        var fleet = RunningFleet.of("v1", rules(CANARY), "a", "k(canary=true)");
        fleet.push("v2");
        fleet.settle();
        var began = fleet.now();

        while (!fleet.phase().isFailure() && fleet.now().isBefore(began.plus(Duration.ofHours(1)))) {
            flap(fleet, "k");
        }

        assertThat(fleet.rollout().reason()).isEqualTo("ProgressDeadlineExceeded");
        assertThat(fleet.message()).contains("k (UnitUnhealthy");
        // It could have become healthy for five minutes, and then nothing moved for ten.
        assertThat(Duration.between(began, fleet.now())).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(16));
    }

    @Test
    void aShortIllnessLateInALongBakeOnlyBeginsItAnew() {
        var fleet = RunningFleet.of("v1", rules("""
            waves: [{name: canary, selector: {matchLabels: {canary: "true"}}, bake: 24h}]
            """), "a", "k(canary=true)");
        fleet.push("v2");
        fleet.settle();
        fleet.healthy("k");
        fleet.settle();
        for (int i = 0; i < 3; i++) {
            fleet.elapse(Duration.ofHours(23));
            flap(fleet, "k");
            assertThat(fleet.phase()).isEqualTo(Phase.Baking);
        }

        fleet.elapse(Duration.ofHours(24));

        assertThat(fleet.settle()).isEqualTo("Assign a=v2");
    }

    @Test
    void aHostThatIsIllAgainAndAgainIsNoProgressOfTheOthers() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 2"), "a", "b");
        fleet.push("v2");
        fleet.settle();
        var began = fleet.now();

        // b never comes to act on it.
        while (!fleet.phase().isFailure() && fleet.now().isBefore(began.plus(Duration.ofHours(1)))) {
            flap(fleet, "a");
        }

        assertThat(fleet.rollout().reason()).isEqualTo("ProgressDeadlineExceeded");
        assertThat(Duration.between(began, fleet.now())).isLessThan(Duration.ofMinutes(16));
    }

    @Test
    void aHostThatIsToldHasTimeAlthoughNoneWasVerified() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 2"), "a", "b");
        fleet.offline("b");
        fleet.push("v2");
        fleet.settle();
        fleet.elapse(Duration.ofMinutes(9));
        fleet.online("b");
        assertThat(fleet.settle()).isEqualTo("Assign b=v2");

        fleet.elapse(Duration.ofMinutes(9));
        fleet.settle();

        assertThat(fleet.phase()).isEqualTo(Phase.Progressing);
        fleet.elapse(Duration.ofMinutes(1));
        fleet.settle();
        assertThat(fleet.rollout().reason()).isEqualTo("ProgressDeadlineExceeded");
    }

    /// Ill for five seconds and well for five.
    private static void flap(SimulatedFleet fleet, String host) {
        fleet.ill(host);
        fleet.settle();
        fleet.elapse(Duration.ofSeconds(5));
        if (!fleet.phase().isFailure()) {
            fleet.healthy(host);
            fleet.settle();
            fleet.elapse(Duration.ofSeconds(5));
        }
    }

    @Test
    void asManyMayFailAsIsSaid() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 3\nmaxFailures: 1"), "a", "b", "c");
        fleet.push("v2");
        fleet.settle();
        fleet.crashes("a");
        fleet.healthy("b", "c");
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Complete);
        assertThat(fleet.reason()).isEqualTo("HostsFailed");
    }

    @Test
    void tooSlowIsAFailure() {
        var fleet = RunningFleet.of("v1", rules("healthyDeadline: 1m"), "a");
        fleet.push("v2");
        fleet.settle();
        fleet.acts("a");
        fleet.settle();
        fleet.elapse(Duration.ofMinutes(1));
        assertThat(fleet.settle()).isEqualTo("Assign a=v1");
        assertThat(fleet.rollout().reason()).isEqualTo("DeadlineExceeded");
    }

    @Test
    void aFirstRevisionThatComesUpAfterAllIsComplete() {
        var fleet = new SimulatedFleet().hosts("a");
        fleet.push("v1", rules("maxUnavailable: 1"));
        fleet.settle();
        fleet.ill("a");
        fleet.elapse(Duration.ofMinutes(1));
        fleet.settle();
        assertThat(fleet.phase()).isEqualTo(Phase.Failed);

        fleet.healthy("a");

        fleet.settle();
        assertThat(fleet.reason()).isEqualTo("HostsReady");
        assertThat(fleet.web().status().stable()).isEqualTo(Story.revisionName("v1"));
    }

    @Test
    void aRestartGoesThroughTheBudgetAndIsNotTakenBack() {
        var fleet = RunningFleet.of("v1", rules("maxUnavailable: 1"), "a", "b");
        fleet.set("restartedAt", "2026-11-25T13:00:00Z");
        assertThat(fleet.settle()).isEqualTo("Assign a=v1");
        fleet.crashes("a");
        assertThat(fleet.settle()).isEmpty();
        assertThat(fleet.phase()).isEqualTo(Phase.Failed);

        // The revision is not condemned: a new content goes on, and so does a next restart.
        fleet.healthy("a");
        fleet.set("restartedAt", "2026-11-25T14:00:00Z");
        assertThat(fleet.settle()).isEqualTo("Assign a=v1");
        fleet.healthy("a");
        assertThat(fleet.settle()).isEqualTo("Assign b=v1");
    }
}
