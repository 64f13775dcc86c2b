package dev.underway.server.events;

import dev.underway.model.Condition;
import dev.underway.model.Condition.Status;
import dev.underway.server.events.Occurrence.Subject;
import dev.underway.server.store.Transition;
import java.util.Optional;

/// What became of the commits of a GitSource.
final class GitSourceStory {
    private GitSourceStory() {}

    static Optional<Occurrence> of(Transition source) {
        if (source.removed()) {
            return Optional.empty();
        }
        var difference = Difference.of(source);
        var subject = Subject.of(source.after());
        if (difference.at("/status/applied/id")) {
            return Optional.of(Occurrence.normal(
                    subject,
                    "Applied",
                    "commit %s by %s: %s"
                            .formatted(
                                    Origin.shortened(difference.is("/status/applied/id")),
                                    difference.is("/status/applied/author"),
                                    difference.is("/status/applied/subject"))));
        }
        // A commit that is refused for the reason of the one before has a story of its own.
        var ready = difference.at("/status/waiting/id") ? difference.condition("Ready") : difference.turned("Ready");
        return ready.filter(condition -> condition.status() != Status.True)
                .map(condition -> isStalled(difference)
                        ? Occurrence.warning(subject, condition.reason(), String.valueOf(condition.message()))
                        : Occurrence.normal(subject, condition.reason(), String.valueOf(condition.message())));
    }

    private static boolean isStalled(Difference difference) {
        return difference
                .condition("Stalled")
                .map(Condition::status)
                .filter(Status.True::equals)
                .isPresent();
    }
}
