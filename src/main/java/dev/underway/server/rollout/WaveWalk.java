package dev.underway.server.rollout;

import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSetRollout.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The way of a rollout through its waves at one moment: which of them it has reached, who is told there, and why it
/// goes no further.
final class WaveWalk {
    private final RolloutStatus rollout;
    private final Order wanted;
    private final @Nullable Order stable;
    private final History history;
    private final Telling telling;
    private final Standings standings;
    private final Duration healthyDeadline;
    private final Instant now;
    private final Map<String, RolloutStatus.Wave> known = new HashMap<>();
    private final List<RolloutStatus.Wave> waves = new ArrayList<>();
    private Phase phase = Phase.Complete;
    private String name = Waves.REST;
    /// Whether all waves so far have passed.
    private boolean reached = true;
    /// Why the waves after the present one wait.
    private String behind = "";
    /// Whether something is to be waited for in the present wave that may end well.
    private boolean isOpen;

    private boolean moved;
    /// Whether one of the verified hosts may be new among them.
    private boolean hasNewlyVerified;

    private int verified;

    /// @param healthyDeadline how long a host may take to become healthy
    WaveWalk(
            RolloutStatus rollout,
            Order wanted,
            @Nullable Order stable,
            History history,
            Telling telling,
            Duration healthyDeadline,
            Instant now) {
        this.rollout = rollout;
        this.wanted = wanted;
        this.stable = stable;
        this.history = history;
        this.telling = telling;
        this.standings = telling.standings();
        this.healthyDeadline = healthyDeadline;
        this.now = now;
        if (rollout.waves() != null) {
            rollout.waves().forEach(wave -> known.put(wave.name(), wave));
        }
    }

    Phase phase() {
        return phase;
    }

    /// Name of the wave that the rollout is in.
    String wave() {
        return name;
    }

    List<RolloutStatus.Wave> waves() {
        return waves;
    }

    boolean isOpen() {
        return isOpen;
    }

    void through(Waves.Group group) {
        var old = known.get(group.name());
        var passedAt = old == null ? null : old.passedAt();
        var startedAt = old == null ? null : old.startedAt();
        if (reached && startedAt == null) {
            startedAt = now;
            moved = true;
        }
        for (var member : Telling.order(group.members())) {
            if (reached || passedAt != null) {
                telling.move(member, group.name(), wanted);
            } else {
                await(member, group);
            }
        }
        var having = group.members().stream()
                .filter(member -> member.isTold(wanted) && member.isVerified())
                .toList();
        int done = having.size();
        hasNewlyVerified |= having.stream().anyMatch(member -> member.isNewlyVerified(healthyDeadline, now));
        int open = standings.count(group.members(), State.Changing) + standings.count(group.members(), State.Waiting);
        verified += done;
        Instant healthyAt = null;
        if (reached && passedAt == null) {
            healthyAt = open == 0 && done >= group.minHosts()
                    ? old == null || old.healthyAt() == null ? now : old.healthyAt()
                    : null;
            if (isPassed(group, healthyAt, open)) {
                passedAt = now;
                moved = true;
            } else {
                reached = false;
                name = group.name();
                behind = "wave " + group.name() + " comes first";
            }
        }
        waves.add(new RolloutStatus.Wave(
                group.name(),
                group.members().size(),
                Math.toIntExact(group.members().stream()
                        .filter(member -> telling.isTold(member, wanted))
                        .count()),
                done,
                standings.count(group.members(), State.Skipped),
                startedAt,
                healthyAt == null && old != null && passedAt != null ? old.healthyAt() : healthyAt,
                passedAt));
    }

    /// Sets the phase when it is not.
    private boolean isPassed(Waves.Group group, @Nullable Instant healthyAt, int open) {
        if (!group.last() && history.isPromoted(rollout.id(), group.name())) {
            return true;
        }
        if (healthyAt == null) {
            isOpen = open > 0;
            phase = open > 0 ? Phase.Progressing : Phase.NoHostVerified;
            return false;
        }
        var baked = healthyAt.plus(group.bake());
        if (baked.isAfter(now)) {
            standings.wakeAt(baked, now);
            phase = Phase.Baking;
            return false;
        }
        if (group.manual()) {
            phase = Phase.AwaitingPromotion;
            return false;
        }
        if (group.last() && verified == 0) {
            // Nothing is proved while no host has it.
            phase = Phase.NoHostVerified;
            return false;
        }
        return true;
    }

    /// When the rollout last made progress, if it is in `phase` now: a wave began or passed, a host was told, or one
    /// was verified that was not before. What waited for something else than hosts, such as a person, begins anew.
    Instant progressedAt(Phase phase) {
        var last = Objects.requireNonNullElse(rollout.progressedAt(), rollout.startedAt());
        int verifiedBefore = rollout.waves() == null
                ? 0
                : rollout.waves().stream()
                        .mapToInt(RolloutStatus.Wave::verified)
                        .sum();
        boolean told =
                telling.moves().values().stream().anyMatch(move -> move.order().runsAs(wanted));
        if (moved || told || (verified > verifiedBefore && hasNewlyVerified)) {
            return now;
        }
        if (phase != Phase.Progressing) {
            return last;
        }
        return switch (rollout.phase()) {
            case Progressing -> last;
            case Baking -> withoutBake(last);
            default -> now;
        };
    }

    /// As if the time had stood still while the wave baked. An illness costs [Member#GRACE] of it at least: so a host
    /// that is ill again and again, however shortly, does not let the bake begin anew for ever.
    private Instant withoutBake(Instant last) {
        var old = known.get(name);
        if (old == null || old.healthyAt() == null) {
            return now;
        }
        var baked = Duration.between(old.healthyAt(), now).minus(Member.GRACE);
        var later = baked.isPositive() ? last.plus(baked) : last;
        return later.isBefore(now) ? later : now;
    }

    private void await(Member member, Waves.Group group) {
        if (standings.state(member) != null) {
            return;
        }
        var told = member.told();
        if (told != null && wanted.runsAs(told)) {
            telling.standing(member, group.name(), wanted);
        } else if (told == null && !member.isBeingRemoved() && stable != null) {
            // It joined late: it gets what its wave has.
            telling.move(member, group.name(), stable);
        } else if (told != null && stable != null && !stable.runsAs(told) && history.isCondemned(told.revision())) {
            telling.move(member, group.name(), stable);
        } else {
            if (told != null && stable != null && stable.runsAs(told)) {
                telling.keeps(member, stable);
            }
            telling.waits(member, group.name(), wanted, "WaveNotReached", behind);
        }
    }
}
