package dev.underway.server.rollout;

import dev.underway.model.Defaults;
import dev.underway.model.IntOrPercent;
import dev.underway.model.RolloutStatus;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The disruption budget of one set, at one moment: how many more hosts may become unavailable.
///
/// Unavailable is a host that is being changed or cleaned, on which the set does not work, that is drained, or that
/// fell silent since it was told. A host that was away before it was told is not counted at all, neither among the
/// unavailable nor among all: it can neither be disturbed nor serve. To change a host that is unavailable already
/// costs nothing, so that what is broken comes first and a fix is never kept waiting by what it mends.
final class Budget {
    private final int limit;
    private final Set<String> unavailable = new HashSet<>();
    private @Nullable String sentence;

    /// @param since when the present rollout began
    Budget(@Nullable IntOrPercent most, List<Member> members, Instant since) {
        int counted = 0;
        for (var member : members) {
            boolean silent = member.isSilentSinceTold() && !member.toldAt().isBefore(since);
            if (!member.view().reachable() && !silent) {
                continue;
            }
            counted++;
            if (silent || isUnavailable(member)) {
                unavailable.add(member.name());
            }
        }
        this.limit = limit(Objects.requireNonNullElse(most, Defaults.MAX_UNAVAILABLE), counted);
    }

    /// A share of all is rounded down, and at least one host may always be changed: else nothing ever would.
    static int limit(IntOrPercent most, int hosts) {
        long limit = most.percent() ? (long) hosts * most.value() / 100 : most.value();
        return (int) Math.max(1, limit);
    }

    private static boolean isUnavailable(Member member) {
        if (member.assignment() == null) {
            return false;
        }
        var told = member.told();
        return told == null || !member.isVerified() || told.isStopped();
    }

    /// Whether `member` may be made unavailable now; if so it is counted.
    boolean take(Member member) {
        if (unavailable.contains(member.name())) {
            return true;
        }
        if (unavailable.size() >= limit) {
            return false;
        }
        unavailable.add(member.name());
        sentence = null;
        return true;
    }

    RolloutStatus.Budget status() {
        return new RolloutStatus.Budget(limit, unavailable.size());
    }

    /// Who uses it up, in a sentence. Made once: it is what every host is told that waits.
    String sentence() {
        if (sentence == null) {
            sentence = "as many hosts as may be are unavailable now: "
                    + Summary.names(unavailable.stream().sorted().toList());
        }
        return sentence;
    }
}
