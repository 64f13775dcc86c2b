package dev.underway.server.events;

import dev.underway.model.Condition;
import dev.underway.model.Kind;
import dev.underway.server.events.Occurrence.Subject;
import dev.underway.server.store.Transition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What changes tell of a UnitSet: its revisions, the hosts that were told to run them, and how far the fleet is.
final class UnitSetStory {
    private static final int NAMES_IN_MESSAGE = 5;

    /// Hosts that were told in one commit to run a revision.
    private record Told(Subject set, String revision, TreeSet<String> hosts) {
        Occurrence occurrence() {
            var more = hosts.size() - NAMES_IN_MESSAGE;
            return Occurrence.normal(
                    set,
                    "Assigned",
                    revision + " to "
                            + hosts.stream().limit(NAMES_IN_MESSAGE).collect(Collectors.joining(", "))
                            + (more > 0 ? " and " + more + " more hosts" : ""));
        }
    }

    private UnitSetStory() {}

    /// A condition whose counts alone move tells nothing: the status has them.
    static Optional<Occurrence> progress(Transition set) {
        var difference = Difference.of(set);
        return set.removed()
                ? Optional.empty()
                : difference.turned("Ready").map(ready -> {
                    boolean stalled = difference
                            .condition("Stalled")
                            .filter(condition -> condition.status() == Condition.Status.True)
                            .isPresent();
                    var subject = Subject.of(set.after());
                    var message = String.valueOf(ready.message());
                    return stalled
                            ? Occurrence.warning(subject, ready.reason(), message)
                            : Occurrence.normal(subject, ready.reason(), message);
                });
    }

    static Optional<Occurrence> revision(Transition revision) {
        return revision.before() != null || revision.removed()
                ? Optional.empty()
                : owner(revision)
                        .map(set -> Occurrence.normal(
                                set,
                                "RevisionMade",
                                "%s is revision %d%s"
                                        .formatted(
                                                revision.after().key().name(),
                                                revision.after()
                                                        .body()
                                                        .at("/spec/number")
                                                        .asLong(),
                                                Origin.of(revision.after().body()))));
    }

    /// One for each revision that hosts were told to run, however many they are.
    static List<Occurrence> assigned(List<Transition> assignments) {
        Map<String, Told> told = new TreeMap<>();
        for (var change : assignments) {
            var difference = Difference.of(change);
            if (!change.removed() && !change.after().deleting() && difference.at("/spec/revision")) {
                var revision = difference.is("/spec/revision");
                owner(change)
                        .ifPresent(set -> told.computeIfAbsent(
                                        set.uid() + "/" + revision, _ -> new Told(set, revision, new TreeSet<>()))
                                .hosts()
                                .add(difference.is("/spec/host")));
            }
        }
        return told.values().stream().map(Told::occurrence).toList();
    }

    private static Optional<Subject> owner(Transition change) {
        for (var owner : change.after().body().at("/metadata/ownerReferences")) {
            if (owner.path("kind").asText().equals(Kind.UNIT_SET.name())) {
                return Optional.of(new Subject(
                        Kind.UNIT_SET,
                        change.after().key().namespace(),
                        owner.path("name").asText(),
                        owner.path("uid").asText()));
            }
        }
        return Optional.empty();
    }
}
