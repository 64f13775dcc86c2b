package dev.underway.server.rollout;

import dev.underway.model.Condition;
import dev.underway.model.Policy;
import dev.underway.model.RolloutStatus;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout.OfHost;
import dev.underway.model.UnitSetRollout.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Says of a UnitSet over the fleet how far it is: the one place where its status is made.
///
/// `Ready` is True when every picked host that can be reached is synced and healthy; hosts that are offline are
/// named and follow when they are back. With no host picked at all there is nothing to wait for: Ready, as a
/// DaemonSet without nodes is, with the reason NoHosts. With none of them reachable nothing is known: not Ready.
final class Summary {
    private static final int NAMES_IN_MESSAGE = 3;

    private record Verdict(
            Condition.Status ready,
            Condition.Status reconciling,
            Condition.Status stalled,
            String reason,
            String message) {
        static Verdict ready(String reason, String message) {
            return new Verdict(Condition.Status.True, Condition.Status.False, Condition.Status.False, reason, message);
        }

        static Verdict reconciling(String reason, String message) {
            return new Verdict(Condition.Status.False, Condition.Status.True, Condition.Status.False, reason, message);
        }

        static Verdict stalled(String reason, String message) {
            return new Verdict(Condition.Status.False, Condition.Status.False, Condition.Status.True, reason, message);
        }

        /// Neither done nor in motion nor broken: somebody wants it so.
        static Verdict held(String reason, String message) {
            return new Verdict(Condition.Status.False, Condition.Status.False, Condition.Status.False, reason, message);
        }

        /// The same, but hosts that left are still being cleaned, or wait for a person's word.
        Verdict whileLeaving(List<OfHost> hosts) {
            var leaving =
                    hosts.stream().filter(host -> host.state() == State.Leaving).toList();
            var guarded = leaving.stream()
                    .filter(host -> host.reason().equals(UnitSet.REMOVAL_NEEDS_CONFIRMATION))
                    .findFirst();
            if (guarded.isPresent()) {
                return stalled(UnitSet.REMOVAL_NEEDS_CONFIRMATION, guarded.get().message() + ". " + message);
            }
            var reached = leaving.stream()
                    .filter(host -> !host.reason().equals("Offline"))
                    .map(OfHost::host)
                    .toList();
            return reached.isEmpty()
                    ? this
                    : new Verdict(
                            ready,
                            Condition.Status.True,
                            stalled,
                            reason,
                            message + "; being removed from " + names(reached));
        }
    }

    private Summary() {}

    static UnitSet.Status of(UnitSet set, List<Member> members, Decided decided) {
        var rollout = decided.rollout();
        var before = Objects.requireNonNullElse(set.status(), UnitSet.Status.NONE);
        var stable = decided.stable();
        return new UnitSet.Status(
                set.metadata().generation(),
                rollout.revision(),
                members.size(),
                count(members, member -> isTold(member, rollout.revision())),
                count(members, member -> isTold(member, rollout.revision()) && member.isSynced()),
                count(members, member -> isTold(member, rollout.revision()) && member.isVerified()),
                count(members, member -> member.view().reachable() && member.failure() != null),
                conditions(set, verdict(set, rollout, decided.hosts()).whileLeaving(decided.hosts())),
                rollout,
                stable == null ? null : stable.revision(),
                decided.history().list().isEmpty() ? null : decided.history().list(),
                before.words(),
                stable == null || stable.policy().equals(Policy.NONE) ? null : stable.policy());
    }

    private static boolean isTold(Member member, String revision) {
        var told = member.told();
        return told != null && told.revision().equals(revision);
    }

    static UnitSet.Status pinnedRevisionMissing(UnitSet set, World world) {
        var pin = set.spec().pin();
        var known = world.revisions().stream()
                .map(revision -> revision.metadata().name())
                .sorted()
                .toList();
        var verdict = Verdict.stalled(
                "PinnedRevisionMissing",
                "spec.pin names revision " + (pin == null ? "" : pin.revision())
                        + ", which is not (or no longer) there; there are " + names(known));
        return keeping(set, verdict);
    }

    static UnitSet.Status deleting(UnitSet set, List<String> waiting) {
        var verdict = Verdict.reconciling(
                "Deleting",
                waiting.isEmpty() ? "its hosts are clean" : "waits until it is removed from " + names(waiting));
        return keeping(set, verdict);
    }

    private static UnitSet.Status keeping(UnitSet set, Verdict verdict) {
        var before = Objects.requireNonNullElse(set.status(), UnitSet.Status.NONE);
        return new UnitSet.Status(
                set.metadata().generation(),
                before.revision(),
                before.hosts(),
                before.updated(),
                before.synced(),
                before.healthy(),
                before.failed(),
                conditions(set, verdict),
                before.rollout(),
                before.stable(),
                before.history(),
                before.words(),
                before.stablePolicy());
    }

    private static Verdict verdict(UnitSet set, RolloutStatus rollout, List<OfHost> hosts) {
        var picked =
                hosts.stream().filter(host -> host.state() != State.Leaving).toList();
        if (picked.isEmpty()) {
            return Verdict.ready("NoHosts", "the selector picks no host; every host that it picks later gets it");
        }
        var verified = picked.stream()
                .filter(host -> host.state() == State.Verified)
                .filter(host -> rollout.revision().equals(host.told()))
                .count();
        var words = verified + " of " + picked.size() + (picked.size() == 1 ? " host" : " hosts")
                + (verified == 1 ? " runs " : " run ") + rollout.revision() + in(rollout) + besides(picked);
        return switch (rollout.phase()) {
            case Progressing -> Verdict.reconciling("Progressing", words);
            case Baking -> Verdict.reconciling("Baking", words);
            case AwaitingPromotion -> Verdict.reconciling("AwaitingPromotion", words);
            case Paused -> Verdict.held("Paused", words + PAUSED);
            case NoHostVerified -> unproved(picked, words);
            case Complete -> complete(picked, words);
            case Reverting -> reverting(set, rollout, picked, failure(rollout) + "; " + words);
            case Reverted ->
                Verdict.stalled("Reverted", failure(rollout) + "; the fleet is back on " + rollout.from() + AGAIN);
            case Failed -> Verdict.stalled("RolloutFailed", failure(rollout) + "; " + words + AGAIN);
        };
    }

    private static Verdict reverting(UnitSet set, RolloutStatus rollout, List<OfHost> picked, String words) {
        if (Boolean.TRUE.equals(set.spec().paused())) {
            return Verdict.held("Paused", words + "; it goes back to " + rollout.from() + " when spec.paused is false");
        }
        var blocked = blocked(picked);
        return blocked == null
                ? Verdict.reconciling("Reverting", words)
                : Verdict.stalled("RevertBlocked", words + "; " + blocked);
    }

    private static final String PAUSED = "; the rest waits until spec.paused is false";

    private static final String AGAIN =
            ". It is not rolled out again until its content changes, or by 'underway rollout retry'";

    private static String failure(RolloutStatus rollout) {
        return rollout.revision() + " failed (" + rollout.reason() + ": " + rollout.message() + ")";
    }

    private static String in(RolloutStatus rollout) {
        return rollout.wave() == null ? "" : "; wave " + rollout.wave();
    }

    /// Too few hosts can be reached for anything to be proved: of a wave, a person must know; of all, they follow.
    private static Verdict unproved(List<OfHost> picked, String words) {
        boolean skipped = picked.stream().allMatch(host -> host.state() == State.Skipped);
        if (!skipped) {
            return Verdict.stalled(
                    "NoHostVerified",
                    words + "; the wave needs more hosts that are verified, or 'underway rollout promote'");
        }
        return Verdict.held(
                picked.stream().anyMatch(host -> host.reason().equals("Cordoned")) ? "HostsCordoned" : "HostsOffline",
                words);
    }

    /// Who uses the budget up so that nothing moves any more, as the hosts that wait for it say it; null when
    /// something moves.
    private static @Nullable String blocked(List<OfHost> picked) {
        return has(picked, State.Changing)
                ? null
                : picked.stream()
                        .filter(host ->
                                host.state() == State.Waiting && host.reason().equals("BudgetExhausted"))
                        .map(OfHost::message)
                        .findFirst()
                        .orElse(null);
    }

    private static Verdict complete(List<OfHost> picked, String words) {
        if (has(picked, State.Failed)) {
            return has(picked, State.Changing)
                    ? Verdict.reconciling("HostsFailed", words)
                    : Verdict.stalled("HostsFailed", words);
        }
        if (has(picked, State.Changing)) {
            return Verdict.reconciling("Progressing", words);
        }
        var blocked = blocked(picked);
        if (blocked != null) {
            return Verdict.stalled("BudgetExhausted", words + "; " + blocked);
        }
        if (has(picked, State.Waiting)) {
            return picked.stream().anyMatch(host -> host.reason().equals("Paused"))
                    ? Verdict.held("Paused", words + PAUSED)
                    : Verdict.reconciling("Progressing", words);
        }
        return has(picked, State.Verified) ? Verdict.ready("HostsReady", words) : Verdict.held("HostsOffline", words);
    }

    private static boolean has(List<OfHost> hosts, State state) {
        return hosts.stream().anyMatch(host -> host.state() == state);
    }

    /// What is to be known of the hosts that do not have it, the worst first.
    private static String besides(List<OfHost> hosts) {
        var words = new StringBuilder();
        var failed = hosts.stream().filter(host -> host.state() == State.Failed).toList();
        if (!failed.isEmpty()) {
            words.append("; failed: ")
                    .append(names(failed.stream()
                            .map(host -> host.host() + " (" + host.reason() + ": " + host.message() + ")")
                            .toList()));
        }
        var changing = hosts.stream()
                .filter(host -> host.state() == State.Changing)
                .map(OfHost::host)
                .toList();
        if (!changing.isEmpty()) {
            words.append("; waiting for ").append(names(changing));
        }
        var waiting = new TreeMap<String, List<String>>();
        for (var host : hosts) {
            if (host.state() == State.Waiting || host.state() == State.Skipped) {
                Objects.requireNonNull(waiting.computeIfAbsent(host.reason(), _ -> new ArrayList<>()))
                        .add(host.host());
            }
        }
        waiting.forEach(
                (reason, names) -> words.append("; ").append(said(reason)).append(names(names)));
        return words.toString();
    }

    private static String said(String reason) {
        return switch (reason) {
            case "Offline" -> "offline, will follow when back: ";
            case "Cordoned" -> "cordoned: ";
            case "Held" -> "held: ";
            case "Drained" -> "drained: ";
            case "WaveNotReached" -> "their wave is not reached: ";
            case "BudgetExhausted" -> "the disruption budget is used up: ";
            case "UnhealthyBefore" -> "unhealthy, and were so before: ";
            default -> reason + ": ";
        };
    }

    static String names(List<String> names) {
        return names.isEmpty()
                ? "none"
                : words(names.stream().limit(NAMES_IN_MESSAGE).toList(), names.size());
    }

    private static String words(List<String> first, int all) {
        return String.join(", ", first) + (all > first.size() ? " and " + (all - first.size()) + " more" : "");
    }

    private static List<Condition> conditions(UnitSet set, Verdict verdict) {
        return List.of(
                condition(set, "Ready", verdict.ready(), verdict),
                condition(set, "Reconciling", verdict.reconciling(), verdict),
                condition(set, "Stalled", verdict.stalled(), verdict));
    }

    private static Condition condition(UnitSet set, String type, Condition.Status status, Verdict verdict) {
        return new Condition(
                type,
                status,
                verdict.reason(),
                verdict.message(),
                set.metadata().generation(),
                null);
    }

    private static int count(List<Member> members, Predicate<Member> which) {
        return Math.toIntExact(members.stream().filter(which).count());
    }
}
