package dev.underway.plan;

import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.plan.Desired.RemovedSet;
import dev.underway.plan.DesiredPath.EnablementLink;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Other;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Remove;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is written and removed, and what that makes of the inventory.
///
/// @param writes in order of path
/// @param removals in order of path, deepest first
/// @param unsettled paths of unit files, sysusers.d and tmpfiles.d that are in place although an earlier pass
/// was cut short before anybody took note of them
/// @param leftAlone paths changed by hand of sets that only report drift
/// @param postponed aliases of running units, which are not made: a daemon-reload could merge two units
/// (measured)
/// @param drift by set, one sentence per path that was left alone
/// @param swaps by unit, what its swap puts in place later
/// @param ended instances of which nothing is left but their files
/// @param before what each set owns now, with the paths that change marked
/// @param after what each set owns once all is done
record PathChanges(
        List<PathChange> writes,
        List<Remove> removals,
        Set<String> unsettled,
        Set<String> leftAlone,
        List<EnablementLink> postponed,
        Map<SetId, List<String>> drift,
        Map<String, OfSwap> swaps,
        Set<String> ended,
        Map<SetId, Owned> before,
        Map<SetId, Owned> after) {

    /// The paths of one swap.
    ///
    /// @param settled by path, what is owned once the swap is done
    record OfSwap(
            List<PathChange> candidate, PathChange alias, List<PathChange> publish, Map<String, String> settled) {}

    /// `unread` are units of which systemd must not read another text now.
    static PathChanges of(
            Desired desired, Admission admission, Retirement retirement, Observed observed, Set<String> unread) {
        var inventory = observed.inventory().owned();
        var changes = new PathChanges(
                new ArrayList<>(),
                new ArrayList<>(),
                new TreeSet<>(),
                new TreeSet<>(),
                new ArrayList<>(),
                new TreeMap<>(),
                new HashMap<>(),
                ended(observed),
                new HashMap<>(inventory),
                new HashMap<>(inventory));
        var wantedPaths = admission.paths();
        for (var wanted : admission.admitted()) {
            changes.write(wanted, observed, unread);
        }
        for (var wanted : admission.admitted()) {
            SetId id = wanted.set().id();
            changes.remove(id, "no longer part of " + id, wantedPaths, retirement, observed, unread);
        }
        for (RemovedSet removed : desired.removed()) {
            SetId id = removed.id();
            if (!retirement.held().contains(id)) {
                changes.after.remove(id);
            }
            if (!removed.orphan()) {
                changes.remove(id, id + " was removed", wantedPaths, retirement, observed, Set.of());
            }
        }
        changes.handOver(admission, wantedPaths);
        changes.writes.sort(Comparator.comparing(PathChange::path));
        changes.removals.sort(Comparator.comparing(PathChange::path).reversed());
        return changes;
    }

    /// Whether systemd must read its units anew, and because of which path.
    List<String> readBySystemd() {
        var paths = new TreeSet<>(unsettled);
        writes.forEach(change -> paths.add(change.path()));
        removals.forEach(change -> paths.add(change.path()));
        return paths.stream()
                .filter(UnitPaths::needsDaemonReload)
                .filter(path -> !isOfEnded(path))
                .toList();
    }

    boolean isOfEnded(String path) {
        return ended.stream().anyMatch(instance -> UnitPaths.belongsTo(path, instance));
    }

    /// systemd has forgotten an instance that has ended, and need not be told that its files go.
    private static Set<String> ended(Observed observed) {
        var ended = new TreeSet<String>();
        observed.inventory()
                .instances()
                .forEach((unit, instances) -> instances.known().keySet().stream()
                        .filter(name -> !name.equals(instances.current()))
                        .filter(name -> observed.unit(name).activeState().equals("inactive")
                                || observed.unit(name).activeState().equals("failed"))
                        .filter(name -> !observed.unit(name).hasLostItsProcess())
                        .filter(name ->
                                !(observed.paths().get(UnitPaths.unitFile(unit)) instanceof PathState.Symlink link
                                        && link.target().equals(name)))
                        .forEach(ended::add));
        return ended;
    }

    /// The paths of this kind that were written or are [#unsettled].
    List<String> toApply(Predicate<String> kind) {
        var paths = new TreeSet<>(unsettled);
        writes.forEach(change -> paths.add(change.path()));
        return paths.stream().filter(kind).toList();
    }

    private void write(Wanted wanted, Observed observed, Set<String> unread) {
        SetId id = wanted.set().id();
        var owned = observed.inventory().owned().getOrDefault(id, Owned.NOTHING);
        boolean reportOnly = wanted.set().policy().drift() == DriftPolicy.Report;
        var marked = new TreeMap<>(owned.paths());
        var settled = new TreeMap<String, String>();
        var digest = wanted.set().digest();
        for (var path : wanted.paths()) {
            var there = observed.paths().getOrDefault(path.path(), new Absent());
            String recorded = recorded(path.path(), id, observed);
            var difference = PathDifference.between(there, path, recorded);
            if (difference != null && path instanceof EnablementLink link && isPostponed(link, observed)) {
                postponed.add(link);
                continue;
            }
            if (difference != null && speaksOfAny(path.path(), unread)) {
                digest = owned.digest();
                if (recorded != null) {
                    settled.put(path.path(), recorded);
                }
                continue;
            }
            settled.put(path.path(), path.state().fingerprint());
            if (difference == null) {
                marked.putIfAbsent(path.path(), path.state().fingerprint());
                if (PathDifference.unsettled(path, recorded)) {
                    unsettled.add(path.path());
                }
            } else if (difference.byHand() && reportOnly) {
                leftAlone.add(path.path());
                drift.computeIfAbsent(id, _ -> new ArrayList<>()).add(path.path() + " " + difference.because());
            } else {
                marked.put(path.path(), Owned.PENDING);
                writes.add(path.change(difference.because()));
            }
        }
        for (var later : wanted.later()) {
            swaps.put(later.unit(), ofSwap(later, observed, marked, settled));
        }
        var units = new TreeSet<String>();
        wanted.units().forEach(unit -> units.add(unit.name()));
        after.put(id, new Owned(digest, settled, units));
        var known = new TreeSet<>(units);
        known.addAll(owned.units());
        before.put(id, new Owned(owned.digest(), marked, known));
    }

    private static OfSwap ofSwap(
            InstancePaths.Later later, Observed observed, Map<String, String> marked, Map<String, String> settled) {
        var end = new TreeMap<String, String>();
        later.all().forEach(path -> {
            end.put(path.path(), path.state().fingerprint());
            settled.put(path.path(), path.state().fingerprint());
            marked.put(path.path(), Owned.PENDING);
        });
        var publish = changes(later.publish(), observed);
        // What the candidate has put there is not what was seen.
        later.publish().stream()
                .filter(path ->
                        later.candidate().stream().anyMatch(c -> c.path().equals(path.path())))
                .filter(path ->
                        publish.stream().noneMatch(change -> change.path().equals(path.path())))
                .forEach(path -> publish.add(path.change("is part of the commit")));
        for (String path : later.retract()) {
            settled.remove(path);
            publish.add(new Remove(path, later.alias().set().toString(), "is no longer an input of " + later.unit()));
        }
        return new OfSwap(
                changes(later.candidate(), observed),
                later.alias().change(later.unit() + " becomes " + later.alias().instance()),
                publish,
                end);
    }

    private static List<PathChange> changes(List<? extends DesiredPath> paths, Observed observed) {
        var changes = new ArrayList<PathChange>();
        for (var path : paths) {
            var there = observed.paths().getOrDefault(path.path(), new Absent());
            var difference = PathDifference.between(there, path, Owned.PENDING);
            if (difference != null) {
                changes.add(path.change(difference.because()));
            }
        }
        return changes;
    }

    /// A path that another set of ours had may be written like one's own.
    private static @Nullable String recorded(String path, SetId id, Observed observed) {
        var inventory = observed.inventory().owned();
        String own = inventory.getOrDefault(id, Owned.NOTHING).paths().get(path);
        if (own != null) {
            return own;
        }
        return inventory.values().stream().anyMatch(o -> o.paths().containsKey(path)) ? Owned.PENDING : null;
    }

    private static boolean isPostponed(EnablementLink link, Observed observed) {
        var status = observed.units().get(link.unit());
        return link.alias() && status != null && (status.active() || status.inTransition());
    }

    private void remove(
            SetId id,
            String because,
            Set<String> wantedPaths,
            Retirement retirement,
            Observed observed,
            Set<String> unread) {
        var owned = observed.inventory().owned().getOrDefault(id, Owned.NOTHING);
        for (var path : owned.paths().keySet()) {
            if (wantedPaths.contains(path)) {
                continue;
            }
            if (retirement.held().contains(id) || speaksOfAny(path, unread)) {
                keep(id, path, owned);
                continue;
            }
            var there = observed.paths().getOrDefault(path, new Absent());
            if (there instanceof Absent && UnitPaths.needsDaemonReload(path)) {
                unsettled.add(path);
            } else if (!(there instanceof Absent || there instanceof Other)) {
                removals.add(new Remove(path, id.toString(), because));
            }
        }
    }

    private static boolean speaksOfAny(String path, Set<String> units) {
        return units.stream().anyMatch(unit -> UnitPaths.speaksOf(path, unit));
    }

    private void keep(SetId id, String path, Owned owned) {
        var kept = after.getOrDefault(id, owned);
        var paths = new TreeMap<>(kept.paths());
        paths.put(path, owned.paths().getOrDefault(path, Owned.PENDING));
        var units = new TreeSet<>(kept.units());
        units.addAll(owned.units());
        after.put(id, new Owned(kept.digest(), paths, units));
    }

    /// What an admitted set has taken over is no longer owned by another.
    private void handOver(Admission admission, Set<String> wantedPaths) {
        var admitted = new TreeSet<SetId>();
        admission.admitted().forEach(wanted -> admitted.add(wanted.set().id()));
        after.replaceAll((id, owned) -> {
            if (admitted.contains(id)) {
                return owned;
            }
            var paths = new TreeMap<>(owned.paths());
            paths.keySet().removeAll(wantedPaths);
            return new Owned(owned.digest(), paths, owned.units());
        });
    }
}
