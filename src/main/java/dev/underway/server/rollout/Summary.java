package dev.underway.server.rollout;

import dev.underway.model.Condition;
import dev.underway.model.UnitSet;
import dev.underway.server.rollout.SelectedHost.Progress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

        /// The same, but hosts that left are still being cleaned.
        Verdict whileLeaving(List<String> leaving) {
            return leaving.isEmpty()
                    ? this
                    : new Verdict(
                            ready,
                            Condition.Status.True,
                            stalled,
                            reason,
                            message + "; being removed from " + names(leaving));
        }
    }

    private Summary() {}

    static UnitSet.Status of(UnitSet set, String revision, List<SelectedHost> hosts, List<String> leaving) {
        return new UnitSet.Status(
                set.metadata().generation(),
                revision,
                hosts.size(),
                count(hosts.stream().filter(SelectedHost::isTold).count()),
                count(hosts.stream().filter(SelectedHost::isSynced).count()),
                count(hosts.stream().filter(SelectedHost::isHealthy).count()),
                count(hosts.stream().filter(host -> host.failure() != null).count()),
                conditions(set, verdict(set, revision, hosts).whileLeaving(leaving)), null, null, null, null);
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
        var before = set.status() == null
                ? new UnitSet.Status(null, null, null, null, null, null, null, null, null, null, null, null)
                : set.status();
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
                before.words());
    }

    private static Verdict verdict(UnitSet set, String revision, List<SelectedHost> hosts) {
        if (hosts.isEmpty()) {
            return Verdict.ready("NoHosts", "the selector picks no host; every host that it picks later gets it");
        }
        Map<Progress, List<SelectedHost>> by = hosts.stream()
                .collect(Collectors.groupingBy(
                        SelectedHost::progress, () -> new EnumMap<>(Progress.class), Collectors.toList()));
        var healthy = by.getOrDefault(Progress.HEALTHY, List.of());
        var pending = by.getOrDefault(Progress.PENDING, List.of());
        var counts = healthy.size() + " of " + hosts.size() + (hosts.size() == 1 ? " host" : " hosts")
                + (healthy.size() == 1 ? " runs " : " run ") + revision;
        var besides = besides(by);
        boolean paused = Boolean.TRUE.equals(set.spec().paused());
        if (by.containsKey(Progress.FAILED)) {
            var failed = by.getOrDefault(Progress.FAILED, List.of());
            var words = counts + "; failed: " + reasons(failed) + besides;
            return pending.isEmpty() || paused
                    ? Verdict.stalled("HostsFailed", words)
                    : Verdict.reconciling("HostsFailed", words + "; waiting for " + hostNames(pending));
        }
        if (paused && !hosts.stream().allMatch(SelectedHost::isTold)) {
            return Verdict.held("Paused", counts + "; the rest waits until spec.paused is false" + besides);
        }
        if (!pending.isEmpty()) {
            return Verdict.reconciling("Progressing", counts + "; waiting for " + hostNames(pending) + besides);
        }
        return healthy.isEmpty()
                ? Verdict.held(by.containsKey(Progress.CORDONED) ? "HostsCordoned" : "HostsOffline", counts + besides)
                : Verdict.ready("HostsReady", counts + besides);
    }

    private static String besides(Map<Progress, List<SelectedHost>> by) {
        var words = new StringBuilder();
        if (by.containsKey(Progress.OFFLINE)) {
            words.append("; offline, will follow when back: ")
                    .append(hostNames(by.getOrDefault(Progress.OFFLINE, List.of())));
        }
        if (by.containsKey(Progress.CORDONED)) {
            words.append("; cordoned: ").append(hostNames(by.getOrDefault(Progress.CORDONED, List.of())));
        }
        return words.toString();
    }

    private static String reasons(List<SelectedHost> failed) {
        var words = failed.stream()
                .limit(NAMES_IN_MESSAGE)
                .map(host -> host.view().name() + " (" + words(host.failure()) + ")")
                .collect(Collectors.toCollection(ArrayList::new));
        return words(words, failed.size());
    }

    private static String words(@Nullable Condition failure) {
        return failure == null ? "" : failure.reason() + ": " + failure.message();
    }

    private static String hostNames(List<SelectedHost> hosts) {
        return names(hosts.stream().map(host -> host.view().name()).toList());
    }

    private static String names(List<String> names) {
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

    private static int count(long hosts) {
        return Math.toIntExact(hosts);
    }
}
