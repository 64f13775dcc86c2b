package dev.underway.server.forecast;

import dev.underway.model.Durations;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetPlan.Group;
import dev.underway.model.UnitSetPlan.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// What a forecast rests on and what stands against it, in sentences.
final class Notes {
    private static final int MOST_NAMES = 5;

    private Notes() {}

    /// @param groups the hosts whose plan is known
    /// @param unknown how many others there are
    /// @param lacking names of those that lack a value for a template
    /// @param complete whether all hosts have been looked at
    static List<String> of(
            UnitSet set,
            boolean revisionKnown,
            List<Group> groups,
            int unknown,
            List<String> lacking,
            boolean complete,
            Instant now) {
        var notes = new ArrayList<String>();
        if (!complete) {
            notes.add("the server has just started and does not know the whole fleet yet; ask again");
        }
        if (complete && groups.isEmpty() && unknown == 0 && lacking.isEmpty()) {
            notes.add("the selector picks no host; 'kubectl get hosts --show-labels' shows what it could pick");
        }
        if (Boolean.TRUE.equals(set.spec().paused())) {
            notes.add("the set is paused: nothing of this is done until that ends");
        }
        var pin = set.spec().pin();
        if (pin != null) {
            notes.add(
                    revisionKnown
                            ? "the set is pinned to " + pin.revision() + ": this is what that does"
                            : "the set is pinned to " + pin.revision() + ", which is gone: nothing is done");
        }
        later(groups, State.Offline, "offline and would follow when heard of again", notes);
        later(groups, State.Held, "held and would follow when the hold ends", notes);
        later(groups, State.Cordoned, "cordoned and would follow when uncordoned", notes);
        if (unknown > 0 && revisionKnown) {
            notes.add(hosts(unknown) + " run something that is no longer known, or there are too many differences: not"
                    + " told");
        }
        if (!lacking.isEmpty()) {
            notes.add(hosts(lacking.size()) + " without a usable value for a template would keep what they have: "
                    + few(lacking));
        }
        groups.stream()
                .map(Group::oldestReport)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .ifPresent(oldest ->
                        notes.add("from reports of hosts up to " + Durations.human(Duration.between(oldest, now))
                                + " old; what they do not report, such as edits by hand, is not in it"));
        return List.copyOf(notes);
    }

    /// `1 host`, `2 hosts`.
    static String hosts(int count) {
        return count == 1 ? "1 host" : count + " hosts";
    }

    private static void later(List<Group> groups, State state, String why, List<String> notes) {
        var names = groups.stream()
                .filter(group -> group.state() == state && !group.steps().isEmpty())
                .flatMap(group -> group.hosts().stream())
                .toList();
        if (!names.isEmpty()) {
            notes.add(hosts(names.size()) + (names.size() == 1 ? " is " : " are ") + why + ": " + few(names));
        }
    }

    private static String few(List<String> names) {
        return names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "))
                + (names.size() > MOST_NAMES ? ", …" : "");
    }
}
