package dev.underway.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.model.Manifests;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSetSpec.Rollout;
import dev.underway.model.UnitSetSpec.UnitState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How a rollout moves over a fleet, told as stories. The hosts are a, b, c …; the contents v1, v2 …
class GateTest {
    private static final String CANARY = """
        waves: [{name: canary, selector: {matchLabels: {canary: "true"}}, maxHosts: 1, bake: 5m}]
        """;

    @Test
    void goesToTheCanaryThenByTheBudgetToTheRest() {
        var fleet = running("v1", rules("maxUnavailable: 2\n" + CANARY), "a", "b", "c", "d", "k(canary=true)");

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
        var fleet = running("v1", rules("""
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
        var fleet = running("v1", rules(CANARY), "a", "k(canary=true)");
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
    void whatCrashesOnTheCanaryGoesBackAndIsRemembered() {
        var fleet = running("v1", rules(CANARY), "a", "k(canary=true)");

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
        var fleet = running("v1", rules(CANARY), "a", "k(canary=true)");
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
        var fleet = running("v1", rules("maxUnavailable: 1\nonFailure: Pause"), "a", "b", "c");
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
        var fleet = running("v1", rules("maxUnavailable: 1\nmaxFailures: 0"), "a", "b", "c", "d");
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
    void aHostThatIsOffHoldsNothingUpAndFollowsWhenItIsBack() {
        var fleet = running("v1", rules("maxUnavailable: 1"), "a", "b", "c");
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
    void aHostThatDiesOfTheChangeCountsAndOneThatWasDeadBeforeDoesNot() {
        var fleet = running("v1", rules("maxUnavailable: 1\nhealthyDeadline: 2m"), "a", "b");
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
    void noHostVerifiedIsSaidAndAPersonMayGoOn() {
        var fleet = running("v1", rules(CANARY), "a", "k(canary=true)");
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
        var fleet = running("v1", rules(CANARY), "a", "k(canary=true)", "l(canary=true)");
        fleet.offline("k");
        fleet.push("v2");

        assertThat(fleet.settle()).contains("Assign l=v2");
    }

    @Test
    void heldAndCordonedHostsArePassedOverAndFollow() {
        var fleet = running("v1", rules("maxUnavailable: 3"), "a", "b", "c");
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
        var fleet = running("v1", rules("maxUnavailable: 1"), "a", "b");
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
        var fleet = running("v1", rules(CANARY + "maxUnavailable: 1"), "a", "k(canary=true)");
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
        var fleet = running("v1", rules(CANARY), "a", "k(canary=true)");
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
    void whatWasIllBeforeIsNotBlamedOnTheChangeAndComesFirst() {
        var fleet = running("v1", rules("maxUnavailable: 1"), "a", "b", "c");
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
        var fleet = running("v1", rules(CANARY), "a", "k(canary=true)");
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
    void asManyMayFailAsIsSaid() {
        var fleet = running("v1", rules("maxUnavailable: 3\nmaxFailures: 1"), "a", "b", "c");
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
        var fleet = running("v1", rules("healthyDeadline: 1m"), "a");
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
        var fleet = running("v1", rules("maxUnavailable: 1"), "a", "b");
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

    @Test
    void aChangedProbeReachesAllAtOnceAndStartsNoRollout() {
        var fleet = running("v1", rules("maxUnavailable: 1"), "a", "b");
        var began = fleet.rollout().startedAt();

        fleet.set("drift", "Report");

        assertThat(fleet.settle()).isEqualTo("Treat a; Treat b");
        assertThat(fleet.reason()).isEqualTo("HostsReady");
        assertThat(fleet.rollout().startedAt()).isEqualTo(began);
    }

    @Test
    void aSetThatLosesMostOfItsHostsAsksFirst() {
        var fleet = running("v1", rules("maxUnavailable: 50%"), "a", "b", "c", "d", "e", "f");
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
        var fleet = running("v1", rules("maxUnavailable: 1"), "a", "b", "c", "d");
        fleet.label("a", "role", "db");
        fleet.label("b", "role", "db");
        assertThat(fleet.settle()).isEqualTo("Withdraw a");
        assertThat(fleet.why("b")).isEqualTo("Leaving BudgetExhausted");
        fleet.cleaned("a");
        assertThat(fleet.settle()).isEqualTo("Withdraw b");
    }

    @Test
    void aDrainedHostStopsWithinTheBudgetAndStartsAgain() {
        var fleet = running("v1", rules("maxUnavailable: 2"), "a", "b", "c");
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
        var fleet = running("v1", rules("maxUnavailable: 1"), "a", "b");
        fleet.spec("a", "drain", "Decommissioned");
        assertThat(fleet.settle()).isEqualTo("Withdraw a");
    }

    @Test
    void anOldStatusIsNoReasonToRollOutAnew() {
        var fleet = running("v1", rules("maxUnavailable: 1"), "a", "b");

        fleet.forgetStatus();
        fleet.restartServer();

        assertThat(fleet.settle()).isEmpty();
        assertThat(fleet.reason()).isEqualTo("HostsReady");
    }

    /// A fleet on which `version` is complete.
    private static SimulatedFleet running(String version, Rollout rules, String... hosts) {
        var fleet = new SimulatedFleet().hosts(hosts);
        fleet.push(version, rules);
        for (int i = 0; i < 20 && (i == 0 || fleet.phase() != Phase.Complete); i++) {
            fleet.settle();
            fleet.assignments()
                    .forEach(assignment -> fleet.healthy(assignment.spec().host()));
            fleet.settle();
            if (fleet.phase() == Phase.Baking) {
                fleet.elapse(Duration.between(fleet.now(), fleet.wake()));
            }
            if (fleet.phase() == Phase.AwaitingPromotion) {
                fleet.promote(null);
            }
        }
        assertThat(fleet.phase()).isEqualTo(Phase.Complete);
        assertThat(fleet.settle()).isEmpty();
        return fleet;
    }

    private static Rollout rules(String yaml) {
        try {
            return Codec.read(Manifests.read(yaml).getFirst().body(), Rollout.class);
        } catch (Manifests.ManifestException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
