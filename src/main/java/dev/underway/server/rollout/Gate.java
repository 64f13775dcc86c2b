package dev.underway.server.rollout;

import dev.underway.model.Defaults;
import dev.underway.model.Durations;
import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Failure;
import dev.underway.model.RolloutStatus.Outcome;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout.State;
import dev.underway.model.UnitSetSpec.OnFailure;
import dev.underway.model.UnitSetSpec.Rollout;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Decides which hosts change now, and why the others wait. Pure: it knows only what it is given, and `now`.
///
/// A rollout brings one [Order] to every host of a set. It goes from wave to wave. A wave is done when every host of
/// it that can be told has been told and is verified; it passes when it also has as many verified hosts as it must
/// have, has been watched for its bake, and was promoted where a person must do that. Hosts that are offline, held or
/// cordoned never hold it up: they are passed over, and change when they are back, if their wave was reached by then.
/// Within what the waves allow, the [Budget] says how many change at a time; what is broken comes first.
///
/// It fails when more hosts failed than `maxFailures`, or when nothing moved for `progressDeadline`, which stands still
/// while a wave bakes. Then (`Revert`) the hosts that have it go straight back to what the fleet had before, within
/// the budget, or (`Pause`) everything stays where it is. What failed is remembered in [History].
///
/// Everything that must outlive this moment is in the status of the UnitSet and in the specs of Assignments; so a
/// server that starts anew, or another replica, goes on in the middle.
final class Gate {
    private static final int FAILURES_NAMED = 10;

    private final UnitSet set;
    private final World world;
    private final @Nullable Rollout rules;
    private final Order wanted;
    private final List<Member> members;
    private final List<Member> leaving;
    private final Instant now;
    private final boolean paused;
    private final @Nullable RolloutStatus before;
    private final List<Waves.Group> waves;
    private final Map<String, String> waveOf;
    private final Standings clock = new Standings();
    private @Nullable Order stable;
    private History history;

    /// @param wanted what every host shall run in the end
    /// @param straight whether it goes without waves: back to where the fleet was
    /// @param stable what the fleet had before; null for nothing
    /// @param members the hosts that the set picks, by name
    /// @param leaving the hosts that have it and shall not any more, by name
    Gate(
            World world,
            UnitSet set,
            Order wanted,
            boolean straight,
            @Nullable Order stable,
            List<Member> members,
            List<Member> leaving,
            Instant now) {
        var status = Objects.requireNonNullElse(set.status(), UnitSet.Status.NONE);
        this.world = world;
        this.set = set;
        this.rules = set.spec().rollout();
        this.members = members;
        this.leaving = leaving;
        this.now = now;
        this.paused = Boolean.TRUE.equals(set.spec().paused());
        this.before = status.rollout();
        this.stable = stable;
        this.history = History.of(status);
        var retried = history.retriedAt(wanted.id());
        this.wanted = retried == null ? wanted : wanted.retriedAt(retried);
        this.waves = Waves.of(straight ? null : rules, members, wanted, now);
        this.waveOf = Waves.byHost(waves);
    }

    Decided decide() {
        var rollout = current();
        Step step;
        if (rollout.phase() == Phase.Complete) {
            step = keepUp(rollout);
        } else if (rollout.phase().isFailure()) {
            step = goBack(rollout);
        } else {
            step = advance(rollout);
        }
        var telling = step.telling();
        var leaves = telling.leave();
        var standings = telling.standings();
        standings.wakeAt(clock.wake(), now);
        return new Decided(
                step.rollout().at(telling.budget().status(), standings.waiting()),
                telling.moves(),
                telling.goals(),
                leaves,
                standings.list(),
                history,
                stable,
                standings.wake());
    }

    /// A rollout as it stands now, and what is told.
    private record Step(RolloutStatus rollout, Telling telling) {}

    /// The rollout of `wanted` as it stood, or the beginning of one.
    private RolloutStatus current() {
        var id = wanted.id();
        var failure = history.condemned(id, wanted.revision());
        if (before != null && before.id().equals(id) && (!before.phase().isFailure() || failure != null)) {
            return before;
        }
        if (before != null && !before.phase().isEnd() && !before.phase().isFailure()) {
            history = history.with(before, Outcome.Superseded, now, false);
        }
        var begun = RolloutStatus.begun(id, wanted.revision(), stable == null ? null : stable.revision(), now);
        return failure == null
                ? begun
                : begun.failed(
                        phaseOfFailure(),
                        "FailedBefore",
                        failure.revision() + " failed at " + failure.endedAt() + " (" + failure.reason() + ": "
                                + failure.message() + ")",
                        null,
                        now);
    }

    private Step advance(RolloutStatus rollout) {
        var failures = Blame.of(rules, members, wanted, rollout.startedAt(), now, clock);
        int most = rules == null || rules.maxFailures() == null ? 0 : rules.maxFailures();
        var named = failures.isEmpty()
                ? null
                : failures.values().stream().limit(FAILURES_NAMED).toList();
        if (named != null && failures.size() > most) {
            var first = named.getFirst();
            return fail(
                    rollout,
                    first.reason(),
                    (failures.size() == 1 ? "" : failures.size() + " hosts failed, such as ") + first.host() + ": "
                            + first.message(),
                    named);
        }
        var telling = telling(rollout, failures);
        var walk = new WaveWalk(rollout, wanted, stable, history, telling, Blame.deadline(rules), now);
        waves.forEach(walk::through);
        var phase = paused && walk.phase() != Phase.Complete ? Phase.Paused : walk.phase();
        var progressedAt = walk.progressedAt(phase);
        if (phase == Phase.Progressing && walk.isOpen()) {
            var given = rules == null ? null : rules.progressDeadline();
            var time = given == null ? Defaults.PROGRESS_DEADLINE : given;
            clock.wakeAt(progressedAt.plus(time), now);
            if (!progressedAt.plus(time).isAfter(now)) {
                return fail(
                        rollout,
                        "ProgressDeadlineExceeded",
                        "no host more was verified for " + Durations.format(time) + "; " + stuck(telling.standings()),
                        named);
            }
        }
        var wave = phase == Phase.Complete || waves.size() == 1 ? null : walk.wave();
        var next = rollout.advanced(phase, progressedAt, wave, walk.waves(), named, now);
        if (phase == Phase.Complete) {
            complete(next);
        }
        return new Step(next, telling);
    }

    private void complete(RolloutStatus rollout) {
        history = history.with(rollout, Outcome.Completed, now, false);
        stable = wanted;
    }

    /// Every host that is there follows, by the budget alone.
    private Step keepUp(RolloutStatus rollout) {
        var telling = telling(rollout, Map.of());
        for (var member : Telling.order(members)) {
            telling.move(member, waveOf.get(member.name()), wanted);
        }
        stable = wanted;
        return new Step(rollout, telling);
    }

    private Step fail(RolloutStatus rollout, String reason, String message, @Nullable List<Failure> failures) {
        var failed = rollout.failed(phaseOfFailure(), reason, Telling.shortened(message), failures, now);
        boolean condemned = stable == null || !stable.revision().equals(wanted.revision());
        history = history.with(failed, Outcome.Failed, now, condemned);
        return goBack(failed);
    }

    /// Whether hosts go back, or have nothing to go back to.
    private Phase phaseOfFailure() {
        boolean revert = rules == null || rules.onFailure() != OnFailure.Pause;
        return revert && stable != null && !stable.revision().equals(wanted.revision())
                ? Phase.Reverting
                : Phase.Failed;
    }

    private Step goBack(RolloutStatus rollout) {
        var back = stable;
        if (rollout.phase() == Phase.Failed || back == null) {
            return stay(rollout);
        }
        var telling = telling(rollout, Map.of());
        boolean done = !paused;
        for (var member : Telling.order(members)) {
            telling.move(member, null, back);
            var state = telling.standings().state(member);
            done &= state != State.Waiting && state != State.Changing;
        }
        return new Step(rollout.in(done ? Phase.Reverted : Phase.Reverting, now), telling);
    }

    /// A failed rollout that stays where it is: only who has nothing at all gets what the fleet had before. When what
    /// failed comes to a good end after all, on every host that can be reached, it is complete: agents go on trying
    /// a first revision, and people mend hosts.
    private Step stay(RolloutStatus rollout) {
        var telling = telling(rollout, Map.of());
        for (var member : Telling.order(members)) {
            var told = member.told();
            var wave = waveOf.get(member.name());
            if (told == null && stable != null) {
                telling.move(member, wave, stable);
            } else if (told != null && wanted.runsAs(told)) {
                telling.standing(member, wave, wanted);
            } else {
                telling.waits(member, wave, wanted, "RolloutFailed", "the rollout failed and goes no further");
            }
        }
        var standings = telling.standings();
        boolean recovered = !paused
                && standings.count(members, State.Verified) > 0
                && members.stream()
                        .map(standings::state)
                        .allMatch(state -> state == State.Verified || state == State.Skipped);
        if (!recovered) {
            return new Step(rollout.in(Phase.Failed, now), telling);
        }
        var next = rollout.advanced(
                Phase.Complete, now, null, Objects.requireNonNullElse(rollout.waves(), List.of()), null, now);
        complete(next);
        return new Step(next, telling);
    }

    private Telling telling(RolloutStatus rollout, Map<String, Failure> failures) {
        return new Telling(world, set, members, leaving, stable, failures, rollout.startedAt(), now);
    }

    private static String stuck(Standings standings) {
        var waiting = standings.list().stream()
                .filter(host -> host.state() == State.Changing || host.state() == State.Waiting)
                .filter(host -> !host.reason().equals("WaveNotReached"))
                .map(host -> host.host() + " (" + host.reason() + ": " + host.message() + ")")
                .toList();
        return Summary.names(waiting);
    }
}
