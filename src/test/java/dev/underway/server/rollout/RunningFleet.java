package dev.underway.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.model.Manifests;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSetSpec.Rollout;
import java.time.Duration;

/// Where the stories of rollouts begin: a [SimulatedFleet] on which a content is complete.
final class RunningFleet {
    /// Rules with one canary that is watched for five minutes.
    static final String CANARY = """
        waves: [{name: canary, selector: {matchLabels: {canary: "true"}}, maxHosts: 1, bake: 5m}]
        """;

    private RunningFleet() {}

    static SimulatedFleet of(String version, Rollout rules, String... hosts) {
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

    /// `spec.rollout` as one writes it.
    static Rollout rules(String yaml) {
        try {
            return Codec.read(Manifests.read(yaml).getFirst().body(), Rollout.class);
        } catch (Manifests.ManifestException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
