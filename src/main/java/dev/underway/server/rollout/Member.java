package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.Hold;
import dev.underway.server.store.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One host that a UnitSet concerns: the host, and the Assignment that says what it was told and what it reports.
///
/// @param order what the host was told, as [Tailor#told] has it; null when it was told nothing
record Member(
        World.HostView view,
        @Nullable Assignment assignment,
        @Nullable Order order) {
    /// One whose values do not matter, because it shall lose the set.
    Member(World.HostView view, @Nullable Assignment assignment) {
        this(
                view,
                assignment,
                assignment == null ? null : Order.of(assignment.spec()).ofFleet());
    }

    /// Reasons for which nobody needs to do anything: they pass.
    private static final Set<String> ON_ITS_WAY =
            Set.of("Waiting", "Progressing", "Applying", "Fetching", "Drifted", "Pending", "Held", "NotApplied");

    /// The step of a plan that leaves a unit for later.
    private static final String WAIT = "Wait";

    /// What the agent says of a unit that had proved itself and is ill now; systemd may be about to bring it back.
    private static final String ILL = "UnitUnhealthy";

    /// For so long that may be.
    static final Duration GRACE = Duration.ofSeconds(10);

    String name() {
        return view.name();
    }

    /// The tombstone of an earlier Assignment must be carried out first.
    boolean isBeingRemoved() {
        return assignment != null && World.deleting(assignment.metadata());
    }

    /// What the host was told last; null when it was told nothing, or to remove the set.
    @Nullable
    Order told() {
        return isBeingRemoved() ? null : order;
    }

    boolean isTold(Order order) {
        var told = told();
        return told != null && order.runsAs(told);
    }

    /// When it was told; long ago when that was not written down.
    Instant toldAt() {
        return assignment == null || assignment.spec().told() == null
                ? Instant.EPOCH
                : assignment.spec().told().at();
    }

    boolean wasUnhealthyBefore() {
        return assignment != null
                && assignment.spec().told() != null
                && Boolean.TRUE.equals(assignment.spec().told().unhealthyBefore());
    }

    boolean isSynced() {
        var status = answer();
        return status != null && isInPlace(status) && Conditions.isTrue(status.conditions(), "Synced");
    }

    /// Whether it has what it was told, and works. What differs by hand and is only to be reported, and what is
    /// deferred, does not keep it from that.
    boolean isVerified() {
        var status = answer();
        var told = told();
        if (status == null
                || told == null
                || !isInPlace(status)
                || !Conditions.isTrue(status.conditions(), "Healthy")) {
            return false;
        }
        var synced = Conditions.find(status.conditions(), "Synced");
        return synced != null
                && (synced.status() == Condition.Status.True
                        || synced.reason().equals("Drifted")
                        || (synced.reason().equals("Waiting") && waitsAsToldOnly(status, told.deferred())));
    }

    private static boolean waitsAsToldOnly(Assignment.Status status, Set<String> deferred) {
        var plan = status.plan() == null ? List.<Assignment.PlannedStep>of() : status.plan();
        return !deferred.isEmpty()
                && plan.stream()
                        .filter(step -> step.action().equals(WAIT))
                        .allMatch(step -> step.unit() != null && deferred.contains(step.unit()));
    }

    /// The condition that says why it cannot do what it was told, or null when it can.
    @Nullable
    Condition failure() {
        var status = answer();
        if (status == null || status.conditions() == null) {
            return null;
        }
        return status.conditions().stream()
                .filter(condition -> condition.status() == Condition.Status.False)
                .filter(condition -> !ON_ITS_WAY.contains(condition.reason()))
                .findFirst()
                .orElse(null);
    }

    /// The condition that says that the set does not work on it, or null.
    @Nullable
    Condition illness() {
        var status = answer();
        var healthy = status == null ? null : Conditions.find(status.conditions(), "Healthy");
        return healthy != null && healthy.status() == Condition.Status.False ? healthy : null;
    }

    /// Whether the agent has put an earlier revision back, which works.
    boolean hasReverted() {
        var status = answer();
        var synced = status == null ? null : Conditions.find(status.conditions(), "Synced");
        return synced != null && synced.reason().equals("Reverted");
    }

    /// Until when an illness may pass by itself; null when it is there to stay.
    @Nullable
    Instant graceUntil(Instant now) {
        var illness = illness();
        if (illness == null || !illness.reason().equals(ILL) || illness.lastTransitionTime() == null) {
            return null;
        }
        var until = illness.lastTransitionTime().plus(GRACE);
        return until.isAfter(now) ? until : null;
    }

    /// Why it has not done yet what it was told, in its own words.
    Condition progress() {
        var status = answer();
        if (status == null) {
            return Condition.of("Synced", Condition.Status.Unknown, "Told", "the host has not answered yet");
        }
        for (var type : new String[] {"Synced", "Healthy"}) {
            var condition = Conditions.find(status.conditions(), type);
            if (condition != null && condition.status() != Condition.Status.True) {
                return condition;
            }
        }
        return Condition.of("Synced", Condition.Status.Unknown, "Told", "the host has not come to it yet");
    }

    /// Since when it acts on what it was told; null when it has not begun, or is still downloading.
    @Nullable
    Instant actingSince() {
        var status = answer();
        return status == null ? null : status.actingSince();
    }

    /// Whether it proved itself for the first time, as far as one can tell later: who is ill again and again does so
    /// each time it is well, but only for as long as it could have taken to become healthy.
    boolean isNewlyVerified(Duration healthyDeadline, Instant now) {
        var since = Objects.requireNonNullElse(actingSince(), toldAt());
        return isVerified() && since.plus(healthyDeadline).isAfter(now);
    }

    /// Whether it fell silent after it had heard what it was told, and not before.
    boolean isSilentSinceTold() {
        var seen = view.lastSeen();
        return !view.reachable()
                && assignment != null
                && assignment.spec().told() != null
                && seen != null
                && !seen.isBefore(toldAt());
    }

    /// The hold that is on it, of the host or of this set on it; null for none.
    @Nullable
    Hold hold(Instant now) {
        var own = assignment == null ? null : assignment.spec().hold();
        if (own != null && own.until().isAfter(now)) {
            return own;
        }
        var ofHost = view.hold();
        return ofHost != null && ofHost.until().isAfter(now) ? ofHost : null;
    }

    /// Name of the revision that it reported last.
    @Nullable
    String running() {
        return assignment == null || assignment.status() == null
                ? null
                : assignment.status().revision();
    }

    private boolean isInPlace(Assignment.Status status) {
        return assignment != null && assignment.spec().revision().equals(status.revision());
    }

    /// What the host says of what it was told last; null when it has not answered yet. A word that changed nothing
    /// that runs (a probe, a hold) needs no answer.
    private Assignment.@Nullable Status answer() {
        if (assignment == null
                || assignment.status() == null
                || assignment.status().observedGeneration() == null) {
            return null;
        }
        long answered = assignment.status().observedGeneration();
        var told = assignment.spec().told();
        boolean current = told == null
                ? Objects.equals(answered, assignment.metadata().generation())
                : answered >= told.generation();
        return current ? assignment.status() : null;
    }
}
