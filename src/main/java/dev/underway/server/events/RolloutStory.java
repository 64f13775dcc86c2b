package dev.underway.server.events;

import dev.underway.server.events.Occurrence.Subject;
import dev.underway.server.store.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What changes of a UnitSet's status tell of its rollout: each decision of the planner, and each word of a person.
final class RolloutStory {
    private static final Set<String> FAILED = Set.of("Reverting", "Reverted", "Failed");

    private RolloutStory() {}

    static List<Occurrence> of(Transition set) {
        var told = new ArrayList<Occurrence>();
        var difference = Difference.of(set);
        if (set.removed() || !difference.at("/status")) {
            return told;
        }
        var subject = Subject.of(set.after());
        var revision = difference.is("/status/rollout/revision");
        boolean begins = difference.at("/status/rollout/startedAt") && !revision.isEmpty();
        if (begins) {
            var from = difference.is("/status/rollout/from");
            told.add(Occurrence.normal(
                    subject,
                    "RolloutStarted",
                    revision + (from.isEmpty() || from.equals(revision) ? "" : " instead of " + from)));
        }
        if (difference.at("/status/rollout/wave")
                && !difference.is("/status/rollout/wave").isEmpty()) {
            told.add(Occurrence.normal(
                    subject, "WaveStarted", revision + " reaches wave " + difference.is("/status/rollout/wave")));
        }
        if (difference.at("/status/words/promoted")
                && !by(difference, "promoted").isEmpty()) {
            var wave = difference.is("/status/words/promoted/wave");
            told.add(Occurrence.normal(
                    subject,
                    "Promoted",
                    by(difference, "promoted") + " let the rollout go on after "
                            + (wave.equals("*") ? "every wave" : "wave " + wave)));
        }
        if (difference.at("/status/words/retried") && !by(difference, "retried").isEmpty()) {
            told.add(Occurrence.normal(
                    subject, "Retried", by(difference, "retried") + " asked to try again what failed"));
        }
        var phase = difference.is("/status/rollout/phase");
        boolean was = FAILED.contains(difference.was("/status/rollout/phase")) && !begins;
        if (FAILED.contains(phase) && !was) {
            told.add(Occurrence.warning(
                    subject,
                    "RolloutFailed",
                    revision + ": " + difference.is("/status/rollout/reason") + ": "
                            + difference.is("/status/rollout/message")));
        }
        if (phase.equals("Complete") && difference.at("/status/rollout/phase")) {
            told.add(Occurrence.normal(subject, "RolloutComplete", revision));
        }
        return told;
    }

    private static String by(Difference difference, String word) {
        return difference.is("/status/words/" + word + "/by");
    }
}
