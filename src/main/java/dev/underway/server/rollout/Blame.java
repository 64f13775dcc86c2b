package dev.underway.server.rollout;

import dev.underway.model.Defaults;
import dev.underway.model.Durations;
import dev.underway.model.RolloutStatus.Failure;
import dev.underway.model.UnitSetSpec.Rollout;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which hosts a rollout failed on. Blamed is only what was told in this rollout and worked before: a host on which
/// the set was ill already, and one that was away before it was told, count for nothing.
final class Blame {
    private final Duration most;
    private final Instant now;
    private final Standings clock;
    private final Map<String, Failure> failures = new LinkedHashMap<>();

    private Blame(Duration most, Instant now, Standings clock) {
        this.most = most;
        this.now = now;
        this.clock = clock;
    }

    /// The failures by host.
    ///
    /// @param began when the rollout began
    /// @param clock is told when another look is due
    static Map<String, Failure> of(
            @Nullable Rollout rules, List<Member> members, Order wanted, Instant began, Instant now, Standings clock) {
        var blame = new Blame(deadline(rules), now, clock);
        for (var member : members) {
            if (member.isTold(wanted)
                    && !member.toldAt().isBefore(began)
                    && !member.isVerified()
                    && member.view().drain() == null
                    && !member.wasUnhealthyBefore()) {
                blame.look(member);
            }
        }
        return blame.failures;
    }

    /// How long a host may take to become healthy after its agent starts to act.
    static Duration deadline(@Nullable Rollout rules) {
        var given = rules == null ? null : rules.healthyDeadline();
        return given == null ? Defaults.HEALTHY_DEADLINE : given;
    }

    private void look(Member member) {
        var failure = failure(member);
        if (failure != null) {
            failures.put(member.name(), failure);
        }
    }

    private @Nullable Failure failure(Member member) {
        if (!member.view().reachable()) {
            if (!member.isSilentSinceTold()) {
                return null;
            }
            var deadline = member.toldAt().plus(most);
            clock.wakeAt(deadline, now);
            return deadline.isAfter(now)
                    ? null
                    : new Failure(member.name(), "Lost", "it was told, and has not been heard of since");
        }
        var illness = member.illness();
        if (illness != null) {
            return member.graceUntil(now) == null
                    ? new Failure(member.name(), illness.reason(), Telling.shortened(illness.message()))
                    : null;
        }
        var acting = member.actingSince();
        if (acting == null || member.hold(now) != null) {
            return null;
        }
        var deadline = acting.plus(most);
        clock.wakeAt(deadline, now);
        var progress = member.progress();
        return deadline.isAfter(now)
                ? null
                : new Failure(
                        member.name(),
                        "DeadlineExceeded",
                        Telling.shortened("not healthy within " + Durations.format(most) + " (" + progress.reason()
                                + ": " + progress.message() + ")"));
    }
}
