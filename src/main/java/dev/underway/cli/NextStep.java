package dev.underway.cli;

import dev.underway.model.UnitSet;
import org.jspecify.annotations.Nullable;

/// What a person can do about a reason; null where nothing needs to be done. A reason that is not known here is left
/// to its own message.
final class NextStep {
    private NextStep() {}

    /// @param reason of a UnitSet's condition, or of a [RolloutVerdict]
    static @Nullable String ofSet(Subject set, String reason) {
        return switch (reason) {
            case "Reverted", "Reverting", "RolloutFailed", "FailedBefore" ->
                "apply a content that works, or, when the cause is gone: underway rollout retry " + set;
            case "RevertBlocked" ->
                "bring back or mend the hosts that take the places of the budget; to go back without those that are"
                        + " gone: underway rollout undo " + set + " (for good: kubectl delete host NAME)";
            case "BudgetExhausted" ->
                "bring back or mend the hosts that take the places of the budget, allow more of them"
                        + " (spec.rollout.maxUnavailable), or forget those that are gone for good: kubectl delete host"
                        + " NAME";
            case "NoHostVerified" ->
                "bring hosts of the wave back, or go on without proof: underway rollout promote " + set;
            case "AwaitingPromotion" -> "let it go on: underway rollout promote " + set;
            case "Paused" -> "let it go on: underway rollout resume " + set;
            case UnitSet.REMOVAL_NEEDS_CONFIRMATION ->
                "put the selector or the labels back, or, if it is meant: underway rollout confirm-removal " + set;
            case "PinnedRevisionMissing" ->
                "choose another one: underway rollout undo " + set + " --to-revision N, or: underway rollout unpin "
                        + set;
            case "HostsFailed" -> "see which and why: underway status " + set;
            case "Undone" -> "apply a new content, or let the present one roll out: underway rollout unpin " + set;
            default -> null;
        };
    }

    /// @param reason why a host does not have what a set wants
    static @Nullable String ofHost(Subject set, String host, String reason) {
        return switch (reason) {
            case "Offline", "Silent" ->
                "look whether the machine runs and reaches the server (systemctl status underway-agent); it follows"
                        + " by itself when it is back";
            case "Cordoned", "Drained", "Draining" -> "let it have work again: underway uncordon " + host;
            case "Held" ->
                "end the hold: underway release host " + host + " (or: underway release assignment " + set.name() + "."
                        + host + " -n " + set.namespace() + ")";
            case "WaveNotReached", "Told", "BeingRemoved", "Fetching", "Applying" ->
                "nothing, it is on its way; follow" + " it: underway rollout status " + set + " -w";
            case "BudgetExhausted" ->
                "nothing, it is told when another host is done; who takes the places: underway status " + set;
            case "UnhealthyBefore" -> "repair the set on the host: it was ill before the change";
            case "Drifted" -> "somebody changed it on the host by hand; put it back, or set spec.drift to Heal";
            case "Conflict" -> "let only one of the sets have the path or unit";
            case "Reverted", "UnitFailed", "UnitUnhealthy", "ReadinessFailed" ->
                "look at the journal of the unit on " + host + "; when the cause is gone: underway retry " + set;
            default -> ofSet(set, reason);
        };
    }
}
