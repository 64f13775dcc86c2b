package dev.underway.cli;

import dev.underway.model.Condition;
import dev.underway.model.Contents;
import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the state of a UnitSet means to somebody who waits for it: whether to go on waiting, and how a script ends.
///
/// It never speaks of an earlier rollout: until the server has looked at the present generation, or at the last
/// `retry`, everything is still on. What was taken back is never done, neither by the server after a failure nor by a
/// person's `undo`: the content that the manifest has is not what runs. Only who asked for the undo (`expected`) sees
/// it end well.
///
/// @param reason a CamelCase word
/// @param message a sentence
record RolloutVerdict(End end, String reason, String message) {

    enum End {
        /// Every host that can be reached has what is wanted.
        DONE,
        /// It can still end well.
        ON,
        /// It failed, and is on its way back.
        FAILING,
        /// It failed, or nothing moves until a person does something.
        FAILED
    }

    static RolloutVerdict of(UnitSet set) {
        return of(set, null);
    }

    /// @param expected the revision to which the one who asks has just undone the set; null for nobody
    static RolloutVerdict of(UnitSet set, @Nullable String expected) {
        var status = set.status();
        if (set.metadata().deletionTimestamp() != null) {
            return new RolloutVerdict(End.FAILED, "Deleting", "it is being deleted");
        }
        if (status == null || !isCurrent(set, status)) {
            return new RolloutVerdict(
                    End.ON,
                    "NotObserved",
                    "the server has not looked at generation " + set.metadata().generation() + " yet");
        }
        var rollout = status.rollout();
        if (rollout != null && rollout.phase().isFailure()) {
            return isRetried(status, rollout)
                    ? new RolloutVerdict(End.ON, "Retried", "it is about to be tried again")
                    : failure(status, rollout);
        }
        var stalled = Conditions.find(status.conditions(), "Stalled");
        if (stalled != null && Conditions.isTrue(status, "Stalled")) {
            return new RolloutVerdict(End.FAILED, stalled.reason(), Objects.requireNonNullElse(stalled.message(), ""));
        }
        var pin = set.spec().pin();
        if (pin != null && !pin.revision().equals(expected) && !pin.revision().equals(contentRevision(set))) {
            return new RolloutVerdict(
                    End.FAILED,
                    "Undone",
                    "it is held at " + pin.revision() + (pin.reason() == null ? "" : " (" + pin.reason() + ")")
                            + ": what its content says, " + contentRevision(set) + ", is not rolled out");
        }
        if (pin == null && expected != null && !expected.equals(contentRevision(set))) {
            return new RolloutVerdict(
                    End.FAILED, "Superseded", "it is not held at " + expected + " any more: somebody changed it");
        }
        return working(status, rollout);
    }

    private static RolloutVerdict working(UnitSet.Status status, @Nullable RolloutStatus rollout) {
        var ready = Conditions.find(status.conditions(), "Ready");
        var reason = ready == null ? "Unknown" : ready.reason();
        var message = ready == null ? "" : Objects.requireNonNullElse(ready.message(), "");
        boolean complete =
                rollout != null && rollout.phase() == Phase.Complete && !Conditions.isTrue(status, "Reconciling");
        return new RolloutVerdict(complete || Conditions.isTrue(status, "Ready") ? End.DONE : End.ON, reason, message);
    }

    private static RolloutVerdict failure(UnitSet.Status status, RolloutStatus rollout) {
        var why = rollout.revision() + " failed ("
                + Objects.requireNonNullElse(rollout.reason(), "for an unknown reason")
                + (rollout.message() == null ? "" : ": " + rollout.message()) + ")";
        return switch (rollout.phase()) {
            case Reverting -> reverting(status, why + "; its hosts go back to " + rollout.from());
            case Reverted ->
                new RolloutVerdict(End.FAILED, "Reverted", why + "; the fleet is back on " + rollout.from());
            case Progressing, Baking, AwaitingPromotion, Paused, NoHostVerified, Failed, Complete ->
                new RolloutVerdict(End.FAILED, "RolloutFailed", why + "; hosts stay where they are");
        };
    }

    /// On its way back, unless the server says that nothing moves.
    private static RolloutVerdict reverting(UnitSet.Status status, String why) {
        var stalled = Conditions.find(status.conditions(), "Stalled");
        if (stalled != null && stalled.status() == Condition.Status.True) {
            return new RolloutVerdict(End.FAILED, stalled.reason(), Objects.requireNonNullElse(stalled.message(), why));
        }
        var ready = Conditions.find(status.conditions(), "Ready");
        return ready != null && ready.reason().equals("Paused")
                ? new RolloutVerdict(End.FAILED, "Paused", why + " when it is not paused any more")
                : new RolloutVerdict(End.FAILING, "Reverting", why);
    }

    /// Whether the status speaks of what the spec says now.
    private static boolean isCurrent(UnitSet set, UnitSet.Status status) {
        var generation = set.metadata().generation();
        return generation == null || (status.observedGeneration() != null && status.observedGeneration() >= generation);
    }

    /// Whether somebody said retry and the server has not begun anew yet: a new beginning is later than the word.
    private static boolean isRetried(UnitSet.Status status, RolloutStatus rollout) {
        var word = status.words() == null ? null : status.words().retried();
        return word != null && word.id().equals(rollout.id()) && word.at().isAfter(rollout.startedAt());
    }

    /// Name of the revision that the content of the spec makes.
    static String contentRevision(UnitSet set) {
        return Contents.revisionName(set.metadata().name(), Contents.digest(Contents.of(set.spec())));
    }

    /// What a command that shows it ends with, once nobody waits any longer.
    ///
    /// @param waited whether the command was to wait for the end; else being on the way is an answer, as for
    ///     `kubectl rollout status --watch=false`
    Exit exit(boolean waited) {
        return switch (end) {
            case DONE -> Exit.OK;
            case ON -> waited ? Exit.TIMED_OUT : Exit.OK;
            case FAILING, FAILED -> Exit.FAILED;
        };
    }

    boolean isFinal() {
        return end == End.DONE || end == End.FAILED;
    }
}
