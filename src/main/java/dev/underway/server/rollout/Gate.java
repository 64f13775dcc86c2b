package dev.underway.server.rollout;

import dev.underway.model.Defaults;
import dev.underway.model.Durations;
import dev.underway.model.Host;
import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Failure;
import dev.underway.model.RolloutStatus.Outcome;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout.State;
import dev.underway.model.UnitSetSpec.OnFailure;
import dev.underway.model.UnitSetSpec.Rollout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
/// It fails when more hosts failed than `maxFailures`, or when nothing moved for `progressDeadline`. Then (`Revert`)
/// the hosts that have it go straight back to what the fleet had before, within the budget, or (`Pause`) everything
/// stays where it is. What failed is remembered in [History].
///
/// Everything that must outlive this moment is in the status of the UnitSet and in the specs of Assignments; so a
/// server that starts anew, or another replica, goes on in the middle.
final class Gate {
    private static final int FAILURES_NAMED = 10;
    private static final int LONGEST_MESSAGE = 512;

    private final UnitSet set;
    private final World world;
    private final @Nullable Rollout rules;
    private final Order wanted;
    private final String id;
    private final List<Member> members;
    private final List<Member> leaving;
    private final Instant now;
    private final boolean paused;

    private final @Nullable RolloutStatus before;
    private @Nullable Order stable;
    private History history;
    private final List<Waves.Group> waves;
    private final Map<String, String> waveOf;
    private final Standings standings = new Standings();
    private final Map<String, Decided.Move> moves = new HashMap<>();
    private final Map<String, Order> goals = new HashMap<>();
    private final List<Failure> failures = new ArrayList<>();
    private final @Nullable Order earlier;
    private Budget budget;
    private Instant began;

    private Gate(
            World world,
            UnitSet set,
            Order wanted,
            boolean straight,
            @Nullable Order stable,
            List<Member> members,
            List<Member> leaving,
            Instant now) {
        this.world = world;
        this.set = set;
        this.rules = set.spec().rollout();
        this.members = members;
        this.leaving = leaving;
        this.now = now;
        this.paused = Boolean.TRUE.equals(set.spec().paused());
        var status = Objects.requireNonNullElse(set.status(), UnitSet.Status.NONE);
        this.history = History.of(status);
        this.stable = stable;
        this.earlier = stable;
        this.began = now;
        this.id = wanted.id();
        var retried = history.retriedAt(id);
        this.wanted = retried == null ? wanted : wanted.retriedAt(retried);
        this.before = status.rollout();
        this.waves = Waves.of(straight ? null : rules, members, wanted, now);
        this.waveOf = Waves.byHost(waves);
        this.budget = new Budget(null, List.of(), now);
    }

    /// @param wanted what every host shall run in the end
    /// @param straight whether it goes without waves: back to where the fleet was
    /// @param stable what the fleet had before; null for nothing
    /// @param members the hosts that the set picks, by name
    /// @param leaving the hosts that have it and shall not any more, by name
    static Decided decide(
            World world,
            UnitSet set,
            Order wanted,
            boolean straight,
            @Nullable Order stable,
            List<Member> members,
            List<Member> leaving,
            Instant now) {
        return new Gate(world, set, wanted, straight, stable, members, leaving, now).decide();
    }

    private Decided decide() {
        var rollout = current();
        began = rollout.startedAt();
        openBudget();
        if (rollout.phase() == Phase.Complete) {
            keepUp();
            rollout = standing(rollout, Phase.Complete);
        } else if (!rollout.phase().isFailure()) {
            rollout = advance(rollout);
        }
        if (rollout.phase().isFailure()) {
            rollout = goBack(rollout);
        }
        var leaves = leave();
        return new Decided(
                standing(rollout, rollout.phase()),
                moves,
                goals,
                leaves,
                standings.list(),
                history,
                stable,
                standings.wake());
    }

    /// Who is drained comes before any rollout.
    private void openBudget() {
        var all = new ArrayList<>(members);
        all.addAll(leaving);
        budget = new Budget(rules == null ? null : rules.maxUnavailable(), all, began);
        members.stream().filter(member -> member.view().drain() != null).forEach(this::drain);
    }

    /// The rollout of `wanted` as it stood, or the beginning of one.
    private RolloutStatus current() {
        var failure = history.condemned(id, wanted.revision());
        if (before != null && before.id().equals(id) && (!before.phase().isFailure() || failure != null)) {
            return before;
        }
        if (before != null && !before.phase().isEnd() && !before.phase().isFailure()) {
            history = history.with(before, Outcome.Superseded, now, false);
        }
        return new RolloutStatus(
                id,
                wanted.revision(),
                stable == null ? null : stable.revision(),
                failure == null ? Phase.Progressing : failedPhase(),
                now,
                now,
                null,
                null,
                null,
                null,
                null,
                null,
                failure == null ? null : "FailedBefore",
                failure == null
                        ? null
                        : failure.revision() + " failed at " + failure.endedAt() + " (" + failure.reason() + ": "
                                + failure.message() + ")");
    }

    /// Whether hosts go back, or have nothing to go back to.
    private Phase failedPhase() {
        boolean revert = rules == null || rules.onFailure() != OnFailure.Pause;
        return revert && stable != null && !stable.revision().equals(wanted.revision())
                ? Phase.Reverting
                : Phase.Failed;
    }

    // --- forward

    private RolloutStatus advance(RolloutStatus rollout) {
        blame(rollout);
        int most = rules == null || rules.maxFailures() == null ? 0 : rules.maxFailures();
        if (failures.size() > most) {
            var first = failures.getFirst();
            return failed(
                    rollout,
                    first.reason(),
                    (failures.size() == 1 ? "" : failures.size() + " hosts failed, such as ") + first.host() + ": "
                            + first.message());
        }
        var walk = new WaveWalk(rollout);
        for (var wave : waves) {
            walk.through(wave);
        }
        var phase = paused && walk.phase != Phase.Complete ? Phase.Paused : walk.phase;
        var progressedAt = walk.progressedAt(phase);
        if (phase == Phase.Progressing && walk.isOpen) {
            var deadline = progressedAt.plus(
                    duration(rules == null ? null : rules.progressDeadline(), Defaults.PROGRESS_DEADLINE));
            standings.wakeAt(deadline, now);
            if (!deadline.isAfter(now)) {
                return failed(
                        rollout,
                        "ProgressDeadlineExceeded",
                        "no host more was verified for "
                                + Durations.format(Duration.between(progressedAt, deadline)) + "; "
                                + stuck());
            }
        }
        var next = new RolloutStatus(
                id,
                rollout.revision(),
                rollout.from(),
                phase,
                rollout.startedAt(),
                progressedAt,
                phase.isEnd() ? now : null,
                phase == Phase.Complete || waves.size() == 1 ? null : walk.name,
                walk.waves,
                budget.status(),
                standings.waiting(),
                failures.isEmpty() ? null : List.copyOf(failures),
                null,
                null);
        if (phase == Phase.Complete) {
            history = history.with(next, Outcome.Completed, now, false);
            stable = wanted;
        }
        return next;
    }

    /// The way of a rollout through its waves at one moment.
    private final class WaveWalk {
        private final RolloutStatus rollout;
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
        private int verified;

        WaveWalk(RolloutStatus rollout) {
            this.rollout = rollout;
            if (rollout.waves() != null) {
                rollout.waves().forEach(wave -> known.put(wave.name(), wave));
            }
        }

        void through(Waves.Group group) {
            var old = known.get(group.name());
            var passedAt = old == null ? null : old.passedAt();
            var startedAt = old == null ? null : old.startedAt();
            if (reached && startedAt == null) {
                startedAt = now;
                moved = true;
            }
            for (var member : order(group.members())) {
                if (reached || passedAt != null) {
                    forward(member, group.name());
                } else {
                    await(member, group);
                }
            }
            int done = Math.toIntExact(group.members().stream()
                    .filter(member -> member.isTold(wanted) && member.isVerified())
                    .count());
            int open =
                    standings.count(group.members(), State.Changing) + standings.count(group.members(), State.Waiting);
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
                            .filter(member -> member.isTold(wanted) || isMovedTo(wanted, member))
                            .count()),
                    done,
                    standings.count(group.members(), State.Skipped),
                    startedAt,
                    healthyAt == null && old != null && passedAt != null ? old.healthyAt() : healthyAt,
                    passedAt));
        }

        /// Sets the phase when it is not.
        private boolean isPassed(Waves.Group group, @Nullable Instant healthyAt, int open) {
            if (!group.last() && history.isPromoted(id, group.name())) {
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

        Instant progressedAt(Phase phase) {
            var last = Objects.requireNonNullElse(rollout.progressedAt(), rollout.startedAt());
            int verifiedBefore = rollout.waves() == null
                    ? 0
                    : rollout.waves().stream()
                            .mapToInt(RolloutStatus.Wave::verified)
                            .sum();
            boolean resumed = rollout.phase() != Phase.Progressing && phase == Phase.Progressing;
            return moved || verified > verifiedBefore || resumed ? now : last;
        }

        private void await(Member member, Waves.Group group) {
            if (standings.state(member) != null) {
                return;
            }
            var told = member.told();
            if (told != null && wanted.runsAs(told)) {
                standing(member, group.name(), wanted);
            } else if (told == null && !member.isBeingRemoved() && stable != null) {
                // It joined late: it gets what its wave has.
                move(member, group.name(), stable);
            } else if (told != null && stable != null && !stable.runsAs(told) && history.isCondemned(told.revision())) {
                move(member, group.name(), stable);
            } else {
                if (told != null && stable != null && stable.runsAs(told)) {
                    goals.put(member.name(), stable);
                }
                standings.add(member, group.name(), wanted, State.Waiting, "WaveNotReached", behind);
            }
        }
    }

    private void keepUp() {
        stable = wanted;
        for (var member : order(members)) {
            forward(member, waveOf.get(member.name()));
        }
    }

    /// The host shall have what is wanted, now.
    private void forward(Member member, @Nullable String wave) {
        if (standings.state(member) == null) {
            move(member, wave, wanted);
        }
    }

    // --- back

    private RolloutStatus failed(RolloutStatus rollout, String reason, String message) {
        var phase = failedPhase();
        var next = new RolloutStatus(
                id,
                rollout.revision(),
                rollout.from(),
                phase,
                rollout.startedAt(),
                rollout.progressedAt(),
                now,
                rollout.wave(),
                rollout.waves(),
                budget.status(),
                null,
                failures.isEmpty()
                        ? null
                        : failures.stream().limit(FAILURES_NAMED).toList(),
                reason,
                shortened(message));
        boolean condemned = stable == null || !stable.revision().equals(wanted.revision());
        history = history.with(next, Outcome.Failed, now, condemned);
        moves.clear();
        goals.clear();
        openBudget();
        return next;
    }

    private RolloutStatus goBack(RolloutStatus rollout) {
        var phase = rollout.phase();
        if (phase == Phase.Failed || stable == null) {
            for (var member : order(members)) {
                stay(member);
            }
            return standing(rollout, Phase.Failed);
        }
        var back = stable;
        boolean done = true;
        for (var member : order(members)) {
            if (member.view().drain() == null) {
                move(member, null, back);
            }
            var state = standings.state(member);
            done &= state != State.Waiting && state != State.Changing;
        }
        return standing(rollout, done && !paused ? Phase.Reverted : Phase.Reverting);
    }

    /// A failed rollout that stays where it is: only who has nothing at all gets what the fleet had before.
    private void stay(Member member) {
        if (member.view().drain() != null) {
            return;
        }
        var told = member.told();
        if (told == null && stable != null) {
            move(member, null, stable);
        } else if (told != null && wanted.runsAs(told)) {
            standing(member, waveOf.get(member.name()), wanted);
        } else {
            standings.add(
                    member,
                    waveOf.get(member.name()),
                    wanted,
                    State.Waiting,
                    "RolloutFailed",
                    "the rollout failed and goes no further");
        }
    }

    // --- one host

    /// Tells the host, if it can be told and the budget has a place for it.
    private void move(Member member, @Nullable String wave, Order order) {
        var view = member.view();
        if (member.isTold(order) && !isToRetry(member, order)) {
            standing(member, wave, order);
            return;
        }
        var hold = member.hold(now);
        if (!view.reachable()) {
            standings.add(member, wave, order, State.Skipped, "Offline", offline(member));
        } else if (view.cordoned()) {
            standings.add(
                    member,
                    wave,
                    order,
                    State.Skipped,
                    "Cordoned",
                    "it is cordoned and takes no new work until it is uncordoned");
        } else if (hold != null) {
            standings.wakeAt(hold.until(), now);
            standings.add(member, wave, order, State.Skipped, "Held", hold.sentence());
        } else if (member.isBeingRemoved()) {
            standings.add(member, wave, order, State.Waiting, "BeingRemoved", "the set is still being removed from it");
        } else if (paused) {
            standings.add(member, wave, order, State.Waiting, "Paused", "spec.paused is true");
        } else if (!budget.take(member)) {
            standings.add(
                    member,
                    wave,
                    order,
                    State.Waiting,
                    "BudgetExhausted",
                    "as many hosts as may be are unavailable now: " + Summary.names(budget.unavailable()));
        } else {
            moves.put(member.name(), new Decided.Move(order, isUnhealthyBefore(member)));
            standings.add(member, wave, order, State.Changing, "Told", "it is told now");
        }
    }

    /// Where a host stands that was told `order`.
    private void standing(Member member, @Nullable String wave, Order order) {
        goals.put(member.name(), order);
        var illness = member.illness();
        var grace = member.graceUntil(now);
        standings.wakeAt(grace, now);
        var failure = failures.stream()
                .filter(one -> one.host().equals(member.name()))
                .findFirst();
        if (failure.isPresent()) {
            standings.add(
                    member,
                    wave,
                    order,
                    State.Failed,
                    failure.get().reason(),
                    failure.get().message());
        } else if (!member.view().reachable()) {
            boolean waited = isWaitedFor(member) && !member.isVerified();
            standings.add(
                    member,
                    wave,
                    order,
                    waited ? State.Changing : State.Skipped,
                    waited ? "Silent" : "Offline",
                    offline(member));
        } else if (member.isVerified()) {
            standings.add(member, wave, order, State.Verified, "Verified", "it has it, and works");
        } else if (illness != null && grace == null) {
            boolean earlier = member.wasUnhealthyBefore();
            standings.add(
                    member,
                    wave,
                    order,
                    earlier ? State.Skipped : State.Failed,
                    earlier ? "UnhealthyBefore" : illness.reason(),
                    shortened(illness.message()));
        } else if (member.hold(now) != null) {
            var hold = Objects.requireNonNull(member.hold(now));
            standings.wakeAt(hold.until(), now);
            standings.add(member, wave, order, State.Skipped, "Held", hold.sentence());
        } else {
            var progress = member.progress();
            standings.add(member, wave, order, State.Changing, progress.reason(), shortened(progress.message()));
        }
    }

    private void drain(Member member) {
        var told = member.told();
        var content = told == null ? null : world.revision(told.revision());
        if (told == null || content == null || member.view().drain() != Host.Drain.Stopped) {
            standings.add(member, null, null, State.Skipped, "Drained", "the host is drained, and gets nothing");
            return;
        }
        var stopped = told.stopped(content.content());
        if (stopped.runsAs(told)) {
            standings.add(
                    member,
                    null,
                    stopped,
                    member.isVerified() ? State.Skipped : State.Changing,
                    member.isVerified() ? "Drained" : "Draining",
                    member.isVerified()
                            ? "every unit is stopped"
                            : shortened(member.progress().message()));
        } else if (!member.view().reachable() || member.hold(now) != null || !budget.take(member)) {
            standings.add(
                    member,
                    null,
                    stopped,
                    State.Waiting,
                    "BudgetExhausted",
                    "its units are stopped when the disruption budget has a place");
        } else {
            moves.put(member.name(), new Decided.Move(stopped, false));
            standings.add(member, null, stopped, State.Changing, "Draining", "it is told now to stop every unit");
        }
    }

    /// Hosts that lost the label, or leave for good: within the budget too.
    private List<Member> leave() {
        var leaves = new ArrayList<Member>();
        boolean held = Removals.needConfirmation(set, members, leaving);
        for (var member : order(leaving)) {
            if (member.isBeingRemoved()) {
                standings.add(
                        member,
                        null,
                        null,
                        State.Leaving,
                        member.view().reachable() ? "BeingRemoved" : "Offline",
                        "it is told to remove the set");
            } else if (held) {
                standings.add(member, null, null, State.Leaving, Removals.REASON, Removals.message(set, leaving));
            } else if (paused) {
                standings.add(member, null, null, State.Leaving, "Paused", "spec.paused is true");
            } else if (member.view().reachable() && !budget.take(member)) {
                standings.add(
                        member,
                        null,
                        null,
                        State.Leaving,
                        "BudgetExhausted",
                        "as many hosts as may be are unavailable now: " + Summary.names(budget.unavailable()));
            } else {
                leaves.add(member);
                standings.add(member, null, null, State.Leaving, "Told", "it is told now to remove the set");
            }
        }
        return leaves;
    }

    // --- blame

    /// Collects the hosts that failed in this rollout.
    private void blame(RolloutStatus rollout) {
        var most = duration(rules == null ? null : rules.healthyDeadline(), Defaults.HEALTHY_DEADLINE);
        for (var member : members) {
            if (!member.isTold(wanted)
                    || member.toldAt().isBefore(rollout.startedAt())
                    || member.isVerified()
                    || member.view().drain() != null
                    || member.wasUnhealthyBefore()) {
                continue;
            }
            var failure = failure(member, most);
            if (failure != null) {
                failures.add(failure);
            }
        }
    }

    private @Nullable Failure failure(Member member, Duration most) {
        if (!member.view().reachable()) {
            if (!member.isSilentSinceTold()) {
                return null;
            }
            var deadline = member.toldAt().plus(most);
            standings.wakeAt(deadline, now);
            return deadline.isAfter(now)
                    ? null
                    : new Failure(member.name(), "Lost", "it was told, and has not been heard of since");
        }
        var illness = member.illness();
        if (illness != null) {
            return member.graceUntil(now) == null
                    ? new Failure(member.name(), illness.reason(), shortened(illness.message()))
                    : null;
        }
        var acting = member.actingSince();
        if (acting == null || member.hold(now) != null) {
            return null;
        }
        var deadline = acting.plus(most);
        standings.wakeAt(deadline, now);
        var progress = member.progress();
        return deadline.isAfter(now)
                ? null
                : new Failure(
                        member.name(),
                        "DeadlineExceeded",
                        shortened("not healthy within " + Durations.format(most) + " (" + progress.reason() + ": "
                                + progress.message() + ")"));
    }

    /// Whether it fell silent in this rollout, perhaps because of it.
    private boolean isWaitedFor(Member member) {
        return member.isSilentSinceTold()
                && !member.wasUnhealthyBefore()
                && !member.toldAt().isBefore(began);
    }

    /// Whether the set does not work on it although nothing new was tried there: no change is blamed for that.
    private boolean isUnhealthyBefore(Member member) {
        return member.illness() != null && !member.hasReverted() && earlier != null && member.isTold(earlier);
    }

    private boolean isMovedTo(Order order, Member member) {
        var move = moves.get(member.name());
        return move != null && move.order().runsAs(order);
    }

    /// Whether a person said again that what failed shall be tried, since the host was told.
    private static boolean isToRetry(Member member, Order order) {
        var asked = order.policy().retriedAt();
        var told = member.told();
        return asked != null
                && told != null
                && !member.isVerified()
                && (told.policy().retriedAt() == null
                        || told.policy().retriedAt().isBefore(asked));
    }

    // --- words

    /// The same rollout as it stands now.
    private RolloutStatus standing(RolloutStatus rollout, Phase phase) {
        return new RolloutStatus(
                rollout.id(),
                rollout.revision(),
                rollout.from(),
                phase,
                rollout.startedAt(),
                rollout.progressedAt(),
                phase.isEnd() && rollout.endedAt() == null ? now : rollout.endedAt(),
                phase == Phase.Complete || phase.isFailure() ? null : rollout.wave(),
                rollout.waves(),
                budget.status(),
                standings.waiting(),
                rollout.failures(),
                rollout.reason(),
                rollout.message());
    }

    private String stuck() {
        var waiting = standings.list().stream()
                .filter(host -> host.state() == State.Changing || host.state() == State.Waiting)
                .filter(host -> !host.reason().equals("WaveNotReached"))
                .map(host -> host.host() + " (" + host.reason() + ": " + host.message() + ")")
                .toList();
        return Summary.names(waiting);
    }

    private static String offline(Member member) {
        var seen = member.view().lastSeen();
        return "its agent is not heard of" + (seen == null ? "" : " since " + seen)
                + (member.isSilentSinceTold() ? ", after it was told" : "; it follows when it is back");
    }

    /// What is broken first, as it costs nothing; then by name.
    private static List<Member> order(List<Member> members) {
        return members.stream()
                .sorted(Comparator.comparingInt((Member member) -> member.illness() == null ? 1 : 0)
                        .thenComparing(Member::name))
                .toList();
    }

    private static Duration duration(@Nullable Duration given, Duration standard) {
        return given == null ? standard : given;
    }

    private static String shortened(@Nullable String message) {
        var text = message == null ? "" : message;
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE - 1) + "…";
    }
}
