package dev.underway.cli;

import dev.underway.model.UnitSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a person can do about a reason; null where nothing needs to be done. A reason that is not known here is left
/// to its own message.
final class NextStep {
    private NextStep() {}

    /// @param reason of a UnitSet's condition, or of a [RolloutVerdict]
    static @Nullable String ofSet(Subject set, String reason) {
        return switch (reason) {
            case "Reverted", "Reverting" ->
                "apply a content that works, or, when the cause is gone: underway rollout retry " + set;
            case "RolloutFailed" ->
                "take it back: underway rollout undo " + set + "; or apply a content that works, or, when the cause is"
                        + " gone: underway rollout retry " + set;
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

    /// @param reason why a host does not have what a set wants: of the server's planner, or of the agent's condition
    /// @param message that came with it
    static @Nullable String ofHost(Subject set, String host, String reason, String message) {
        return switch (reason) {
            case "Offline" -> HEAR + "; it follows by itself when it is back";
            case "Silent" ->
                HEAR + "; if it stays away for spec.rollout.healthyDeadline, the rollout fails (Lost). Not to wait for"
                        + " it: underway drain " + host + "; if it is gone for good: kubectl delete host " + host;
            case "Lost" ->
                HEAR + "; it goes back by itself when it is heard of, and one that is gone for good is forgotten by:"
                        + " kubectl delete host " + host + ". Then: underway rollout retry " + set;
            case "Cordoned", "Drained", "Draining" -> "let it have work again: underway uncordon " + host;
            case "Held" ->
                "end the hold: underway release host " + host + " (or: underway release assignment " + set + "." + host
                        + ")";
            case "WaveNotReached", "Told", "BeingRemoved", "Fetching", "Applying" ->
                "nothing, it is on its way; follow" + " it: underway rollout status " + set + " -w";
            case "BudgetExhausted" ->
                "nothing, it is told when another host is done; who takes the places: underway status " + set;
            case "UnhealthyBefore" -> "repair the set on the host: it was ill before the change";
            case "Drifted" -> drifted(host, message);
            case "Reverted",
                    "UnitUnhealthy",
                    "DeadlineExceeded",
                    "StartFailed",
                    "NotReady",
                    "Crashed",
                    "ProbeFailed",
                    "ReloadFailed",
                    "SocketNotTaken" ->
                "look at the journal of the unit on " + host + "; when the cause is gone: underway retry " + set;
            case "SocketLost" ->
                "on " + host + " stop the service and its socket, and start the socket before the service";
            case "Stopped" -> "ask who stopped or removed it on " + host + "; the agent puts it back";
            case "Denied" ->
                "ask the owner of " + host + " to allow it (/etc/underway/agent.yaml there), or take it out of the set";
            case "PolicyUnusable" -> "correct the policy of the host, /etc/underway/agent.yaml on " + host;
            case "UnknownOwner" -> "let the set declare it in a sysusers.d file, or create it on " + host;
            case "SystemdUnreachable" ->
                "look whether systemd answers on " + host + ": systemctl is-system-running, systemctl status dbus";
            case "Conflict" -> null;
            default -> ofSet(set, reason);
        };
    }

    private static final String HEAR =
            "look whether the machine runs and reaches the server (systemctl status underway-agent)";

    /// In a sentence of the agent: a drop-in of somebody else, which no policy removes.
    private static final String OVERRIDDEN = " is overridden by ";

    private static String drifted(String host, String message) {
        var sentences = List.of(message.split("; "));
        var foreign = sentences.stream()
                .filter(sentence -> sentence.contains(OVERRIDDEN))
                .map(sentence -> sentence.substring(sentence.indexOf(OVERRIDDEN) + OVERRIDDEN.length()))
                .toList();
        var steps = new ArrayList<String>();
        if (!foreign.isEmpty()) {
            steps.add("remove " + String.join(" ", foreign) + " on " + host + ", or put it into the set");
        }
        if (foreign.size() < sentences.size()) {
            steps.add("to keep what was changed by hand, copy it into the manifest; to have it overwritten, let"
                    + " spec.drift be Heal");
        }
        return String.join("; ", steps);
    }
}
