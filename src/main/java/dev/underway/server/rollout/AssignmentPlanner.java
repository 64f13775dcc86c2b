package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Defaults;
import dev.underway.model.Metadata;
import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides what is to be written for one UnitSet: its Revisions, an Assignment for every host that its selector
/// picks, and its status. Pure.
///
/// All hosts change at once. A cordoned host gets nothing new, a paused set changes nothing on any host, and
/// neither takes anything away. A set that is deleted waits for the hosts that can be reached; the tombstones of
/// the others stay behind and are carried out when those come back.
final class AssignmentPlanner {
    /// Held by a UnitSet until its hosts are clean.
    static final String FINALIZER = "underway.dev/assignments";

    private AssignmentPlanner() {}

    static Plan plan(World world) {
        var set = world.set();
        if (set == null) {
            return new Plan(withdrawAll(world, null), null);
        }
        return World.deleting(set.metadata()) ? deleting(world, set) : living(world, set);
    }

    private static Plan deleting(World world, UnitSet set) {
        var policy = set.spec().deletionPolicy();
        var waiting = world.assignments().stream()
                .map(assignment -> assignment.spec().host())
                .filter(host -> isReachable(world, host))
                .sorted()
                .toList();
        var decisions = new ArrayList<>(withdrawAll(world, policy));
        if (waiting.isEmpty()) {
            decisions.add(new Decision.LetGo());
        }
        return new Plan(decisions, Summary.deleting(set, waiting));
    }

    /// Every host is told, and no revision is kept.
    private static List<Decision> withdrawAll(World world, UnitSetSpec.@Nullable DeletionPolicy policy) {
        var decisions = new ArrayList<Decision>();
        for (var assignment : sorted(world.assignments())) {
            if (isGone(world, assignment)) {
                decisions.add(release(assignment));
            } else if (!World.deleting(assignment.metadata())) {
                var own = assignment.spec().deletionPolicy();
                decisions.add(withdraw(assignment, policy == null ? own : policy));
            }
        }
        world.revisions()
                .forEach(revision -> decisions.add(
                        new Decision.ForgetRevision(revision.metadata().name())));
        return decisions;
    }

    private static Plan living(World world, UnitSet set) {
        var decisions = new ArrayList<Decision>();
        if (set.metadata().finalizers() == null || !set.metadata().finalizers().contains(FINALIZER)) {
            decisions.add(new Decision.Guard());
        }
        var content = Contents.of(set.spec());
        var current = current(world, set, content);
        var isNew =
                world.revisions().stream().noneMatch(r -> r.metadata().name().equals(current.name()));
        if (isNew) {
            decisions.add(new Decision.MakeRevision(current.name(), current.spec()));
        }
        var desired = desired(world, set, current);
        if (desired == null) {
            return new Plan(decisions, Summary.pinnedRevisionMissing(set, world));
        }
        var hosts = hosts(world, set, desired);
        decisions.addAll(decide(world, set, hosts));
        decisions.addAll(forget(world, set, current.name(), desired.name()));
        return new Plan(decisions, Summary.of(set, desired.name(), hosts, leaving(world, hosts)));
    }

    /// A Revision by name, stored or about to be.
    private record Named(String name, Revision.Spec spec) {}

    /// The Revision of the content that the spec has now.
    private static Named current(World world, UnitSet set, Revision.Content content) {
        var digest = Contents.digest(content);
        var name = Contents.revisionName(set.metadata().name(), digest);
        return world.revisions().stream()
                .filter(revision -> revision.spec().digest().equals(digest))
                .map(revision -> new Named(revision.metadata().name(), revision.spec()))
                .findFirst()
                .orElseGet(() ->
                        new Named(name, new Revision.Spec(set.metadata().name(), digest, nextNumber(world), content)));
    }

    private static long nextNumber(World world) {
        return 1
                + world.revisions().stream()
                        .mapToLong(revision -> revision.spec().number())
                        .max()
                        .orElse(0);
    }

    /// The Revision that hosts shall run: the current one, or the one that the set is pinned to; null when that is
    /// gone.
    private static @Nullable Named desired(World world, UnitSet set, Named current) {
        var pin = set.spec().pin();
        if (pin == null || pin.revision().equals(current.name())) {
            return current;
        }
        return world.revisions().stream()
                .filter(revision -> revision.metadata().name().equals(pin.revision()))
                .map(revision -> new Named(revision.metadata().name(), revision.spec()))
                .findFirst()
                .orElse(null);
    }

    /// The hosts that the selector picks, each with what it shall run and what it was told and said.
    private static List<SelectedHost> hosts(World world, UnitSet set, Named desired) {
        // Through JSON, so that it equals what comes back from the store: what is empty there is absent.
        var policy = Codec.read(Codec.tree(Contents.policy(set.spec())), Policy.class);
        var byHost = world.assignments().stream()
                .collect(Collectors.toMap(assignment -> assignment.spec().host(), Function.identity()));
        var picked = new ArrayList<SelectedHost>();
        for (var host : new TreeMap<>(world.hosts()).values()) {
            if (!host.deleting() && set.spec().selector().matches(host.labels())) {
                var spec = new Assignment.Spec(
                        set.metadata().name(),
                        Objects.requireNonNullElse(set.metadata().creationTimestamp(), Instant.EPOCH),
                        host.name(),
                        desired.name(),
                        desired.spec().digest(),
                        policy,
                        set.spec().deletionPolicy());
                var assignment = byHost.get(host.name());
                var told = assignment == null ? spec : spec.withWordsOf(assignment.spec());
                picked.add(new SelectedHost(host, told, assignment));
            }
        }
        return picked;
    }

    private static List<Decision> decide(World world, UnitSet set, List<SelectedHost> hosts) {
        boolean paused = Boolean.TRUE.equals(set.spec().paused());
        var decisions = new ArrayList<Decision>();
        for (var host : hosts) {
            if (!paused && !host.view().cordoned() && !host.isTold() && !host.isBeingRemoved()) {
                decisions.add(new Decision.Assign(
                        Assignment.name(set.metadata().name(), host.view().name()), host.desired()));
            }
        }
        var picked = hosts.stream().map(host -> host.view().name()).collect(Collectors.toSet());
        for (var assignment : sorted(world.assignments())) {
            if (isGone(world, assignment)) {
                decisions.add(release(assignment));
            } else if (!paused
                    && !picked.contains(assignment.spec().host())
                    && !World.deleting(assignment.metadata())) {
                decisions.add(withdraw(assignment, set.spec().deletionPolicy()));
            }
        }
        return decisions;
    }

    /// Revisions beyond the history limit that nobody is told to run.
    private static List<Decision> forget(World world, UnitSet set, String current, String desired) {
        var kept = new HashSet<String>();
        kept.add(current);
        kept.add(desired);
        for (var assignment : world.assignments()) {
            kept.add(assignment.spec().revision());
            if (assignment.status() != null && assignment.status().revision() != null) {
                kept.add(assignment.status().revision());
            }
        }
        int limit = Objects.requireNonNullElse(set.spec().revisionHistoryLimit(), Defaults.REVISION_HISTORY_LIMIT);
        return world.revisions().stream()
                .filter(revision -> !kept.contains(revision.metadata().name()))
                .sorted(Comparator.comparingLong(
                                (Revision revision) -> revision.spec().number())
                        .reversed())
                .skip(limit)
                .<Decision>map(revision ->
                        new Decision.ForgetRevision(revision.metadata().name()))
                .toList();
    }

    /// Reachable hosts that still have the set and are no longer picked.
    private static List<String> leaving(World world, List<SelectedHost> hosts) {
        var picked = hosts.stream().map(host -> host.view().name()).collect(Collectors.toSet());
        return world.assignments().stream()
                .map(assignment -> assignment.spec().host())
                .filter(host -> !picked.contains(host) && isReachable(world, host))
                .sorted()
                .toList();
    }

    private static Decision withdraw(Assignment assignment, UnitSetSpec.@Nullable DeletionPolicy policy) {
        return new Decision.Withdraw(assignment.metadata().name(), uid(assignment.metadata()), policy);
    }

    private static Decision release(Assignment assignment) {
        return new Decision.Release(assignment.metadata().name(), uid(assignment.metadata()));
    }

    private static String uid(Metadata metadata) {
        return Objects.requireNonNullElse(metadata.uid(), "");
    }

    private static boolean isGone(World world, Assignment assignment) {
        var host = world.hosts().get(assignment.spec().host());
        return host == null || host.deleting();
    }

    private static boolean isReachable(World world, String name) {
        var host = world.hosts().get(name);
        return host != null && host.reachable();
    }

    private static List<Assignment> sorted(List<Assignment> assignments) {
        return assignments.stream()
                .sorted(Comparator.comparing(assignment -> assignment.metadata().name()))
                .toList();
    }
}
