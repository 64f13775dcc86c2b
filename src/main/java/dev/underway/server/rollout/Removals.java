package dev.underway.server.rollout;

import dev.underway.model.Host;
import dev.underway.model.UnitSet;
import java.util.List;

/// The guard against a slip that takes a set from most of its hosts at once: a selector or a label that was changed
/// too far. It waits until a person says how many hosts are meant.
final class Removals {
    /// Fewer hosts than this are never a slip worth asking about.
    static final int FEW = 5;

    private Removals() {}

    /// Whether more than half of the hosts that have the set would lose it, and nobody has said that this is meant.
    static boolean needConfirmation(UnitSet set, List<Member> members, List<Member> leaving) {
        long losing = losing(leaving);
        long having = losing
                + members.stream().filter(member -> member.assignment() != null).count();
        return losing >= FEW && losing * 2 > having && losing > confirmed(set);
    }

    static String message(UnitSet set, List<Member> leaving) {
        long losing = losing(leaving);
        return "%d hosts are not picked any more and would lose the set. If that is meant: 'underway rollout confirm-removal %s', or annotate it with %s=%d"
                .formatted(losing, set.metadata().name(), UnitSet.CONFIRM_REMOVAL, losing);
    }

    /// Hosts that would be told to remove it; those that are decommissioned are meant to.
    static long losing(List<Member> leaving) {
        return leaving.stream()
                .filter(member -> !member.isBeingRemoved() && member.view().drain() != Host.Drain.Decommissioned)
                .count();
    }

    /// Whether a confirmation stands of which nothing is left to do. It must not hold for the next slip.
    static boolean isConfirmationSpent(UnitSet set, List<Member> leaving) {
        return leaving.isEmpty()
                && set.metadata().annotations() != null
                && set.metadata().annotations().containsKey(UnitSet.CONFIRM_REMOVAL);
    }

    private static long confirmed(UnitSet set) {
        var annotations = set.metadata().annotations();
        var value = annotations == null ? null : annotations.get(UnitSet.CONFIRM_REMOVAL);
        return value != null && value.matches("\\d{1,9}") ? Long.parseLong(value) : 0;
    }
}
