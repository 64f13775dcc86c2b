package dev.underway.plan;

import dev.underway.model.Revision;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Wait;
import dev.underway.plan.Step.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Compares what a host shall be with what it is, and says what to do.
///
/// 1. [Admission]: which sets are carried out at all.
/// 2. [Retirement]: units of ours that nobody wants any more.
/// 3. [PathChanges]: what is written and removed.
/// 4. [UnitSteps], [Leftovers]: for every unit, the least disruptive step that is enough.
/// 5. The order: sysusers, writes, tmpfiles, stops of retired units (when what may fail for want of space has not),
///    removals, stops of sockets that are bound anew, at most one daemon-reload, units.
public final class Planner {
    private Planner() {}

    /// The steps that make `observed` as `desired`, by the least disruptive action that is enough.
    public static Plan plan(Desired desired, Observed observed) {
        var admission = Admission.of(desired, observed);
        var retirement = Retirement.of(desired, admission, observed);
        var changes = PathChanges.of(desired, admission, retirement, observed, Set.of());
        var setting = Setting.of(observed, admission, changes);
        var units = admission.admitted().stream()
                .flatMap(wanted -> wanted.units().stream())
                .toList();
        var decisions = new ArrayList<UnitDecision>();
        admission.admitted().forEach(wanted -> decisions.addAll(UnitSteps.decide(wanted, setting)));
        var unread = SocketSteps.unread(decisions, units, setting);
        if (!unread.isEmpty()) {
            changes = PathChanges.of(desired, admission, retirement, observed, unread);
        }
        decisions.addAll(leftovers(desired, admission, retirement, setting, changes));

        var instances = InstanceRecords.of(units, desired, retirement, observed);
        var connections = ConnectionRecords.of(admission.admitted(), decisions, setting);
        var moves = OperatorDropIns.moves(units, observed);
        var steps = pathSteps(changes, retirement);
        write(steps, moves);
        steps.addAll(stops(decisions, UnitDecision::unbinds));
        daemonReload(changes, moves, decisions, units, observed).ifPresent(steps::add);
        changes.postponed()
                .forEach(link -> steps.add(new Wait(
                        link.unit(), "Alias=" + link.name() + " is made when " + link.unit() + " does not run")));
        steps.addAll(unitSteps(decisions, units));
        return new Plan(
                List.copyOf(steps),
                admission.withheld(),
                drift(changes, decisions, units, Overrides.of(admission.admitted(), observed), observed),
                new Inventory(
                        changes.before(),
                        runs(decisions, UnitDecision::before),
                        instances.before(),
                        connections.before()),
                new Inventory(
                        changes.after(), runs(decisions, UnitDecision::after), instances.after(), connections.after()),
                units.stream().map(Expectation::of).toList());
    }

    private static List<UnitDecision> leftovers(
            Desired desired, Admission admission, Retirement retirement, Setting setting, PathChanges changes) {
        var inventory = setting.observed().inventory();
        var touched =
                admission.admitted().stream().map(wanted -> wanted.set().id()).collect(Collectors.toSet());
        desired.removed().forEach(removed -> touched.add(removed.id()));
        var kept = new HashSet<String>();
        inventory.owned().forEach((set, owned) -> {
            if (!touched.contains(set) || retirement.held().contains(set)) {
                kept.addAll(owned.units());
            }
        });
        desired.sets().stream()
                .filter(set -> admission.withheld().containsKey(set.id()))
                .flatMap(set -> set.content().unitsOrEmpty().stream())
                .map(Revision.UnitText::name)
                .forEach(kept::add);
        inventory.runs().keySet().stream()
                .filter(UnitName::isTemplate)
                .filter(template -> kept.stream()
                        .anyMatch(unit -> unit.endsWith(".socket")
                                && PerConnection.template(unit).equals(template)))
                .toList()
                .forEach(kept::add);
        var settled = new HashSet<>(retirement.forgotten());
        retirement.steps().forEach(step -> settled.add(step.unit()));
        settled.addAll(inventory.instances().keySet()); // ours alone, and stopped by their own names
        var wanted = admission.admitted().stream()
                .flatMap(w -> Stream.concat(w.units().stream(), w.connections().values().stream()))
                .map(ManagedUnit::name)
                .collect(Collectors.toSet());
        return Leftovers.decide(setting, changes, kept, settled).stream()
                .filter(decision -> !wanted.contains(decision.unit()))
                .toList();
    }

    private static List<Step> pathSteps(PathChanges changes, Retirement retirement) {
        var steps = new ArrayList<Step>();
        var bySysusers = changes.writes().stream()
                .collect(Collectors.partitioningBy(change -> UnitPaths.isSysusers(change.path())));
        write(steps, bySysusers.getOrDefault(true, List.of()));
        var sysusers = changes.toApply(UnitPaths::isSysusers);
        if (!sysusers.isEmpty()) {
            steps.add(new ApplySysusers(sysusers, changed(sysusers)));
        }
        write(steps, bySysusers.getOrDefault(false, List.of()));
        var tmpfiles = changes.toApply(UnitPaths::isTmpfiles);
        if (!tmpfiles.isEmpty()) {
            steps.add(new ApplyTmpfiles(tmpfiles, changed(tmpfiles)));
        }
        steps.addAll(retirement.steps());
        var removals = changes.removals().stream()
                .collect(Collectors.partitioningBy(change -> changes.isOfEnded(change.path())));
        write(steps, removals.getOrDefault(false, List.of()));
        var ended = removals.getOrDefault(true, List.of());
        if (!ended.isEmpty()) {
            steps.add(new Tidy(List.copyOf(ended), "the files of instances that have ended"));
        }
        return steps;
    }

    private static void write(List<Step> steps, List<? extends PathChange> changes) {
        if (!changes.isEmpty()) {
            var because = Reasons.shortened(changes.stream()
                    .map(change -> change.path() + " " + change.because())
                    .toList());
            steps.add(new Write(List.copyOf(changes), because));
        }
    }

    private static Optional<DaemonReload> daemonReload(
            PathChanges changes,
            List<PathChange> moves,
            List<UnitDecision> decisions,
            Collection<ManagedUnit> units,
            Observed observed) {
        var aliases = InstanceRecords.aliases(units);
        var changed = new ArrayList<>(changes.readBySystemd());
        moves.forEach(move -> changed.add(move.path()));
        if (!changed.isEmpty()) {
            return Optional.of(new DaemonReload(changed(changed)));
        }
        for (var alias : aliases.entrySet()) {
            if (!observed.unit(alias.getKey()).fragmentPath().equals(UnitPaths.unitFile(alias.getValue()))) {
                return Optional.of(new DaemonReload(
                        "systemd does not know yet that " + alias.getKey() + " is " + alias.getValue()));
            }
        }
        var ours =
                units.stream().filter(ManagedUnit::ours).map(ManagedUnit::name).collect(Collectors.toSet());
        return decisions.stream()
                .filter(UnitDecision::acts)
                .filter(d -> observed.unit(d.unit()).needDaemonReload()
                        || (ours.contains(d.unit()) && !observed.unit(d.unit()).exists()))
                .findFirst()
                .map(d -> new DaemonReload("systemd has not read the files of " + d.unit() + " yet"));
    }

    private static String changed(List<String> paths) {
        return Reasons.shortened(paths) + " changed";
    }

    /// Stops first, and of these what may start others; then unit by unit.
    private static List<Step> unitSteps(List<UnitDecision> decisions, Collection<ManagedUnit> units) {
        var steps = new ArrayList<Step>();
        steps.addAll(stops(decisions, UnitDecision::stops));
        var byUnit = new TreeMap<String, List<OfUnit>>();
        // A template is decided once for each of its sockets.
        decisions.forEach(decision -> byUnit.merge(
                decision.unit(),
                decision.steps(),
                (one, two) ->
                        Stream.concat(one.stream(), two.stream()).distinct().toList()));
        var ordered = new ArrayList<OfUnit>();
        for (String unit : StepOrder.of(units)) {
            ordered.addAll(byUnit.getOrDefault(unit, List.of()));
            byUnit.remove(unit);
        }
        byUnit.values().forEach(ordered::addAll);
        steps.addAll(StepOrder.besideSwaps(ordered, units));
        return steps;
    }

    private static List<OfUnit> stops(List<UnitDecision> decisions, Function<UnitDecision, List<OfUnit>> which) {
        return decisions.stream()
                .flatMap(decision -> which.apply(decision).stream())
                .sorted(Comparator.comparingInt((OfUnit stop) -> StepOrder.stopRank(stop.unit()))
                        .thenComparing(OfUnit::unit))
                .toList();
    }

    private static Map<SetId, List<String>> drift(
            PathChanges changes,
            List<UnitDecision> decisions,
            Collection<ManagedUnit> units,
            Map<SetId, List<String>> overrides,
            Observed observed) {
        var drift = new TreeMap<SetId, List<String>>(changes.drift());
        var sets = new HashMap<String, SetId>();
        units.forEach(unit -> sets.put(unit.name(), unit.set().id()));
        for (var decision : decisions) {
            SetId set = sets.get(decision.unit());
            if (decision.drift() != null && set != null) {
                drift.computeIfAbsent(set, _ -> new ArrayList<>()).add(decision.drift());
            }
        }
        overrides.forEach((set, sentences) ->
                drift.computeIfAbsent(set, _ -> new ArrayList<>()).addAll(sentences));
        observed.processes().orphans().forEach((unit, pid) -> {
            SetId set = sets.get(unit);
            if (set != null) {
                drift.computeIfAbsent(set, _ -> new ArrayList<>())
                        .add(("process %d still accepts connections for %s and belongs to no unit any more (systemd"
                                        + " merged two); 'kill %d' on the host lets it end")
                                .formatted(pid, unit, pid));
            }
        });
        return drift;
    }

    private static Map<String, RunsWith> runs(
            List<UnitDecision> decisions, Function<UnitDecision, @Nullable RunsWith> which) {
        var runs = new TreeMap<String, RunsWith>();
        for (var decision : decisions) {
            var known = which.apply(decision);
            if (known != null) {
                runs.put(decision.unit(), known);
            }
        }
        return runs;
    }
}
