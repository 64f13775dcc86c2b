package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Defaults;
import dev.underway.model.Host;
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
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides what is to be written for one UnitSet: its Revisions, which hosts are told what now, and its status.
/// Pure.
///
/// What the hosts are told follows from the [Gate]. A set that is deleted is taken from its hosts within the same
/// budget; it waits for the hosts that can be reached, and the tombstones of the others stay behind and are carried
/// out when those come back.
final class RolloutPlanner {
    /// Held by a UnitSet until its hosts are clean.
    static final String FINALIZER = "underway.dev/assignments";

    private RolloutPlanner() {}

    /// @param now by the server's clock
    static Plan plan(World world, Instant now) {
        var set = world.set();
        if (set == null) {
            return new Plan(withdrawAll(world), null);
        }
        return World.deleting(set.metadata()) ? deleting(world, set, now) : living(world, set, now);
    }

    private static Plan deleting(World world, UnitSet set, Instant now) {
        var members = world.assignments().stream()
                .filter(assignment -> !isGone(world, assignment))
                .map(assignment -> new Member(
                        Objects.requireNonNull(
                                world.hosts().get(assignment.spec().host())),
                        assignment))
                .sorted(Comparator.comparing(Member::name))
                .toList();
        var rules = set.spec().rollout();
        var budget = new Budget(rules == null ? null : rules.maxUnavailable(), members, now);
        var decisions = new ArrayList<Decision>();
        released(world, decisions);
        for (var member : members) {
            if (!member.isBeingRemoved() && (!member.view().reachable() || budget.take(member))) {
                decisions.add(withdraw(
                        Objects.requireNonNull(member.assignment()), set.spec().deletionPolicy()));
            }
        }
        var waiting = members.stream()
                .filter(member -> member.view().reachable())
                .map(Member::name)
                .toList();
        if (members.stream().allMatch(Member::isBeingRemoved) || waiting.isEmpty()) {
            forgetAll(world, decisions);
        }
        if (waiting.isEmpty()) {
            decisions.add(new Decision.LetGo());
        }
        return new Plan(decisions, Summary.deleting(set, waiting));
    }

    /// The set is gone, and with it its budget: every host is told, and no revision is kept.
    private static List<Decision> withdrawAll(World world) {
        var decisions = new ArrayList<Decision>();
        released(world, decisions);
        for (var assignment : sorted(world.assignments())) {
            if (!isGone(world, assignment) && !World.deleting(assignment.metadata())) {
                decisions.add(withdraw(assignment, assignment.spec().deletionPolicy()));
            }
        }
        forgetAll(world, decisions);
        return decisions;
    }

    /// Nobody will ever answer for hosts that are gone.
    private static void released(World world, List<Decision> decisions) {
        for (var assignment : sorted(world.assignments())) {
            if (isGone(world, assignment)) {
                decisions.add(release(assignment));
            }
        }
    }

    private static void forgetAll(World world, List<Decision> decisions) {
        world.revisions()
                .forEach(revision -> decisions.add(
                        new Decision.ForgetRevision(revision.metadata().name())));
    }

    private static Plan living(World world, UnitSet set, Instant now) {
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
        var known = world.with(current.name(), current.spec());
        var decided = decide(known, set, current, now);
        if (decided == null) {
            return new Plan(decisions, Summary.pinnedRevisionMissing(set, world));
        }
        var members = members(known, set);
        decisions.addAll(told(known, set, members, decided, now));
        if (Removals.isConfirmationSpent(set, leaving(known, set))) {
            decisions.add(new Decision.SpendConfirmation());
        }
        decisions.addAll(forget(world, set, current.name(), decided));
        return new Plan(decisions, Summary.of(set, members, decided), decided.wake());
    }

    /// What the gate says of a living set; null when it is pinned to a revision that is gone.
    static @Nullable Decided decide(World world, UnitSet set, Instant now) {
        var current = current(world, set, Contents.of(set.spec()));
        return decide(world.with(current.name(), current.spec()), set, current, now);
    }

    private static @Nullable Decided decide(World world, UnitSet set, Named current, Instant now) {
        var desired = desired(world, set, current);
        if (desired == null) {
            return null;
        }
        var stable = stable(world, set);
        var wanted = new Order(desired.name(), desired.spec().digest(), policy(set));
        var pin = set.spec().pin();
        if (pin != null && stable != null && stable.revision().equals(pin.revision())) {
            wanted = stable;
        }
        boolean back = stable != null && stable.runsAs(wanted);
        boolean undone = pin != null
                && History.of(Objects.requireNonNullElse(set.status(), UnitSet.Status.NONE))
                        .hasCompleted(desired.name());
        return new Gate(world, set, wanted, back || undone, stable, members(world, set), leaving(world, set), now)
                .decide();
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

    /// Through JSON, so that it equals what comes back from the store: what is empty there is absent.
    private static Policy policy(UnitSet set) {
        return Codec.read(Codec.tree(Contents.policy(set.spec())), Policy.class);
    }

    /// What the fleet had before the present rollout, and what a failed one goes back to. A set whose status says
    /// nothing of it (of an earlier version of the server) has what most of its hosts were told.
    private static @Nullable Order stable(World world, UnitSet set) {
        var status = Objects.requireNonNullElse(set.status(), UnitSet.Status.NONE);
        if (status.stable() != null) {
            var revision = world.revision(status.stable());
            return revision == null
                    ? null
                    : new Order(
                            status.stable(),
                            revision.digest(),
                            Objects.requireNonNullElse(status.stablePolicy(), Policy.NONE));
        }
        if (status.rollout() != null) {
            return null;
        }
        return world.assignments().stream()
                .filter(assignment -> !World.deleting(assignment.metadata()))
                .map(assignment -> Order.of(assignment.spec()).ofFleet())
                .filter(order -> world.revision(order.revision()) != null)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.<Order, Long>comparingByValue()
                        .thenComparing(entry -> entry.getKey().revision()))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /// The hosts that shall have the set, by name.
    private static List<Member> members(World world, UnitSet set) {
        var byHost = byHost(world);
        var tailor = new Tailor(world);
        return new TreeMap<>(world.hosts())
                .values().stream()
                        .filter(host -> isPicked(set, host))
                        .map(host -> member(tailor, host, byHost.get(host.name())))
                        .toList();
    }

    private static Member member(Tailor tailor, World.HostView host, @Nullable Assignment assignment) {
        return new Member(host, assignment, assignment == null ? null : tailor.told(assignment.spec(), host));
    }

    /// The hosts that have the set and shall not any more, by name.
    private static List<Member> leaving(World world, UnitSet set) {
        return sorted(world.assignments()).stream()
                .filter(assignment -> !isGone(world, assignment))
                .map(assignment -> new Member(
                        Objects.requireNonNull(
                                world.hosts().get(assignment.spec().host())),
                        assignment))
                .filter(member -> !isPicked(set, member.view()))
                .sorted(Comparator.comparing(Member::name))
                .toList();
    }

    private static Map<String, Assignment> byHost(World world) {
        return world.assignments().stream()
                .collect(Collectors.toMap(assignment -> assignment.spec().host(), Function.identity()));
    }

    private static boolean isPicked(UnitSet set, World.HostView host) {
        return !host.deleting()
                && host.drain() != Host.Drain.Decommissioned
                && set.spec().selector().matches(host.labels());
    }

    private static List<Decision> told(World world, UnitSet set, List<Member> members, Decided decided, Instant now) {
        var decisions = new ArrayList<Decision>();
        released(world, decisions);
        var tailor = new Tailor(world);
        boolean paused = Boolean.TRUE.equals(set.spec().paused());
        for (var member : members) {
            var name = Assignment.name(set.metadata().name(), member.name());
            var move = decided.moves().get(member.name());
            var goal = decided.goals().get(member.name());
            var assignment = member.assignment();
            if (move != null) {
                var told = new Assignment.Told(now, 0, move.unhealthyBefore() ? true : null);
                var spec =
                        tailor.tailored(spec(set, member, move.order()), member).with(told);
                decisions.add(
                        new Decision.Assign(name, assignment == null ? spec : spec.withWordsOf(assignment.spec())));
            } else if (goal != null
                    && assignment != null
                    && !paused
                    && !member.view().cordoned()) {
                var spec = tailor.tailored(spec(set, member, goal), member)
                        .with(assignment.spec().told())
                        .withWordsOf(assignment.spec());
                if (!spec.equals(assignment.spec())) {
                    decisions.add(new Decision.Treat(name, spec));
                }
            }
        }
        decided.leaves()
                .forEach(member -> decisions.add(withdraw(
                        Objects.requireNonNull(member.assignment()), set.spec().deletionPolicy())));
        return decisions;
    }

    private static Assignment.Spec spec(UnitSet set, Member member, Order order) {
        return new Assignment.Spec(
                set.metadata().name(),
                Objects.requireNonNullElse(set.metadata().creationTimestamp(), Instant.EPOCH),
                member.name(),
                order.revision(),
                order.digest(),
                order.policy(),
                set.spec().deletionPolicy());
    }

    /// Revisions beyond the history limit that nobody is told to run.
    private static List<Decision> forget(World world, UnitSet set, String current, Decided decided) {
        var kept = new HashSet<String>();
        kept.add(current);
        kept.add(decided.rollout().revision());
        if (decided.stable() != null) {
            kept.add(decided.stable().revision());
        }
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

    private static List<Assignment> sorted(List<Assignment> assignments) {
        return assignments.stream()
                .sorted(Comparator.comparing(assignment -> assignment.metadata().name()))
                .toList();
    }
}
