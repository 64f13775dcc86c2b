package dev.underway.server.events;

import dev.underway.model.Condition;
import dev.underway.server.events.Occurrence.Subject;
import dev.underway.server.store.Transition;
import java.util.ArrayList;
import java.util.List;

/// What a change of a Host tells: that it joined, fell silent and came back, what people said of it, and that it goes.
final class HostStory {
    private static final String ENROLLED = "/status/enrolledAt";
    private static final String CORDONED = "/spec/cordoned";

    private HostStory() {}

    static List<Occurrence> of(Transition change) {
        if (change.removed()) {
            return List.of();
        }
        var subject = Subject.of(change.after());
        var difference = Difference.of(change);
        var told = new ArrayList<Occurrence>();
        if (difference.at(ENROLLED)) {
            told.add(Occurrence.normal(
                    subject,
                    "Joined",
                    difference.begins(ENROLLED)
                            ? "a machine has joined under this name"
                            : "a machine has joined anew under this name"));
        }
        difference
                .turned("Ready")
                .filter(ready -> !ready.reason().equals("Joined"))
                .map(ready -> ready.status() == Condition.Status.True
                        ? Occurrence.normal(subject, "Ready", String.valueOf(ready.message()))
                        : Occurrence.warning(subject, ready.reason(), String.valueOf(ready.message())))
                .ifPresent(told::add);
        difference.hold(subject).ifPresent(told::add);
        if (difference.at(CORDONED)) {
            boolean cordoned = difference.after().at(CORDONED).asBoolean();
            var why = difference.is("/spec/reason");
            told.add(Occurrence.normal(
                    subject,
                    cordoned ? "Cordoned" : "Uncordoned",
                    cordoned
                            ? "no new work is sent to it" + (why.isEmpty() ? "" : ": " + why)
                            : "it takes work again"));
        }
        if (difference.begins("/metadata/deletionTimestamp")) {
            told.add(Occurrence.normal(subject, "Leaving", "its certificate counts no more"));
        }
        return told;
    }
}
