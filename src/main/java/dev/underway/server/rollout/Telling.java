package dev.underway.server.rollout;

import dev.underway.model.Hold;
import dev.underway.model.Host;
import dev.underway.model.RolloutStatus.Failure;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells hosts what to run, as far as they can be told and the disruption budget has a place for them, and says of
/// every host where it stands and why. Which host shall have what is decided by others: this is only how it gets it.
final class Telling {
    private static final int LONGEST_MESSAGE = 512;

    private final World world;
    private final UnitSet set;
    private final List<Member> members;
    private final List<Member> leaving;
    private final @Nullable Order earlier;
    private final Map<String, Failure> failures;
    private final Instant began;
    private final Instant now;
    private final Tailor tailor;
    private final boolean paused;
    private final Budget budget;
    private final Standings standings = new Standings();
    private final Map<String, Decided.Move> moves = new HashMap<>();
    private final Map<String, Order> goals = new HashMap<>();

    /// @param earlier what the fleet had before
    /// @param failures the hosts that failed in this rollout, by name
    /// @param began when the rollout began
    Telling(
            World world,
            UnitSet set,
            List<Member> members,
            List<Member> leaving,
            @Nullable Order earlier,
            Map<String, Failure> failures,
            Instant began,
            Instant now) {
        this.world = world;
        this.set = set;
        this.members = members;
        this.leaving = leaving;
        this.earlier = earlier;
        this.failures = failures;
        this.began = began;
        this.now = now;
        this.tailor = new Tailor(world);
        this.paused = Boolean.TRUE.equals(set.spec().paused());
        var all = new ArrayList<>(members);
        all.addAll(leaving);
        var rules = set.spec().rollout();
        this.budget = new Budget(rules == null ? null : rules.maxUnavailable(), all, began);
        // Who is drained comes before any rollout.
        members.stream().filter(member -> member.view().drain() != null).forEach(this::drain);
    }

    Standings standings() {
        return standings;
    }

    Budget budget() {
        return budget;
    }

    Map<String, Decided.Move> moves() {
        return moves;
    }

    Map<String, Order> goals() {
        return goals;
    }

    /// What it was told already is what it shall have until its turn comes.
    void keeps(Member member, Order order) {
        goals.put(member.name(), order);
    }

    /// Whether it was told `order`, or is told so now.
    boolean isTold(Member member, Order order) {
        var move = moves.get(member.name());
        return move == null ? member.isTold(order) : move.order().runsAs(order);
    }

    /// Tells the host, if it can be told and the budget has a place for it.
    void move(Member member, @Nullable String wave, Order order) {
        if (standings.state(member) != null) {
            return;
        }
        var view = member.view();
        if (member.isTold(order) && !isToRetry(member, order)) {
            standing(member, wave, order);
            return;
        }
        var hold = member.hold(now);
        var missing = tailor.missing(order.revision(), view);
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
            held(member, wave, order, hold);
        } else if (missing != null) {
            standings.add(member, wave, order, State.Skipped, "ValueMissing", shortened(missing));
        } else if (member.isBeingRemoved()) {
            standings.add(member, wave, order, State.Waiting, "BeingRemoved", "the set is still being removed from it");
        } else if (paused) {
            standings.add(member, wave, order, State.Waiting, "Paused", "spec.paused is true");
        } else if (!budget.take(member)) {
            standings.add(member, wave, order, State.Waiting, "BudgetExhausted", budget.sentence());
        } else {
            moves.put(member.name(), new Decided.Move(order, isUnhealthyBefore(member)));
            standings.add(member, wave, order, State.Changing, "Told", "it is told now");
        }
    }

    /// It waits for something that is not in this moment's power.
    void waits(Member member, @Nullable String wave, Order order, String reason, String message) {
        if (standings.state(member) == null) {
            standings.add(member, wave, order, State.Waiting, reason, message);
        }
    }

    /// Where a host stands that was told `order`.
    void standing(Member member, @Nullable String wave, Order order) {
        if (standings.state(member) != null) {
            return;
        }
        goals.put(member.name(), order);
        var hold = member.hold(now);
        var illness = member.illness();
        var grace = member.graceUntil(now);
        standings.wakeAt(grace, now);
        var failure = failures.get(member.name());
        if (failure != null) {
            standings.add(member, wave, order, State.Failed, failure.reason(), failure.message());
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
        } else if (hold != null) {
            held(member, wave, order, hold);
        } else {
            var progress = member.progress();
            standings.add(member, wave, order, State.Changing, progress.reason(), shortened(progress.message()));
        }
    }

    private void held(Member member, @Nullable String wave, Order order, Hold hold) {
        standings.wakeAt(hold.until(), now);
        standings.add(member, wave, order, State.Skipped, "Held", hold.sentence());
    }

    private void drain(Member member) {
        var told = member.told();
        var content = told == null ? null : world.revision(told.revision());
        if (told == null || content == null || member.view().drain() != Host.Drain.Stopped) {
            standings.add(member, null, null, State.Skipped, "Drained", "the host is drained, and gets nothing");
            return;
        }
        var stopped = told.stopped(content.content());
        var hold = member.hold(now);
        if (stopped.runsAs(told) && member.isVerified()) {
            standings.add(member, null, stopped, State.Skipped, "Drained", "every unit is stopped");
        } else if (!member.view().reachable()) {
            standings.add(member, null, stopped, State.Skipped, "Offline", offline(member));
        } else if (stopped.runsAs(told)) {
            standings.add(
                    member,
                    null,
                    stopped,
                    State.Changing,
                    "Draining",
                    shortened(member.progress().message()));
        } else if (hold != null) {
            held(member, null, stopped, hold);
        } else if (!budget.take(member)) {
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
    List<Member> leave() {
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
                standings.add(
                        member,
                        null,
                        null,
                        State.Leaving,
                        UnitSet.REMOVAL_NEEDS_CONFIRMATION,
                        Removals.message(set, leaving));
            } else if (paused) {
                standings.add(member, null, null, State.Leaving, "Paused", "spec.paused is true");
            } else if (member.view().reachable() && !budget.take(member)) {
                standings.add(member, null, null, State.Leaving, "BudgetExhausted", budget.sentence());
            } else {
                leaves.add(member);
                standings.add(member, null, null, State.Leaving, "Told", "it is told now to remove the set");
            }
        }
        return leaves;
    }

    /// Whether it fell silent in this rollout, perhaps because of it.
    private boolean isWaitedFor(Member member) {
        return member.isSilentSinceTold()
                && !member.wasUnhealthyBefore()
                && !member.toldAt().isBefore(began);
    }

    /// Whether the set does not work on it although nothing new was tried there: no change is blamed for that.
    private boolean isUnhealthyBefore(Member member) {
        var told = member.told();
        return member.illness() != null
                && !member.hasReverted()
                && earlier != null
                && told != null
                && earlier.runsAs(told.ofFleet());
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

    private static String offline(Member member) {
        var seen = member.view().lastSeen();
        return "its agent is not heard of" + (seen == null ? "" : " since " + seen)
                + (member.isSilentSinceTold() ? ", after it was told" : "; it follows when it is back");
    }

    /// What is broken first, as it costs nothing; then by name.
    static List<Member> order(List<Member> members) {
        return members.stream()
                .sorted(Comparator.comparingInt((Member member) -> member.illness() == null ? 1 : 0)
                        .thenComparing(Member::name))
                .toList();
    }

    /// The first line: the journal that may follow stays with the host's own condition.
    static String shortened(@Nullable String message) {
        var text = message == null ? "" : message.lines().findFirst().orElse("");
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE - 1) + "…";
    }
}
