package dev.underway.plan;

import dev.underway.model.Proxy;
import dev.underway.plan.Desired.RemovedSet;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Stop;
import dev.underway.plan.Step.Wait;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Units of ours that nobody wants any more: they are stopped before their files go, what starts others first.
///
/// @param steps stops, repairs, and waits for what must not be interrupted
/// @param held sets that lose nothing in this pass, because a unit of theirs is busy
/// @param forgotten units of orphaned sets: nothing is done about them
record Retirement(List<OfUnit> steps, Set<SetId> held, Set<String> forgotten) {

    static Retirement of(Desired desired, Admission admission, Observed observed) {
        var retirement = new Retirement(new ArrayList<>(), new HashSet<>(), new HashSet<>());
        var inventory = observed.inventory();
        for (var wanted : admission.admitted()) {
            var owned = inventory.owned().getOrDefault(wanted.set().id(), Owned.NOTHING);
            retirement.retireBridges(owned, admission, observed);
            retirement.retire(
                    wanted.set().id(),
                    owned,
                    admission,
                    observed,
                    inUse(wanted, observed),
                    "no longer part of " + wanted.set().id());
        }
        for (RemovedSet removed : desired.removed()) {
            var owned = inventory.owned().getOrDefault(removed.id(), Owned.NOTHING);
            if (removed.orphan()) {
                retirement.forgotten.addAll(owned.units());
            } else {
                retirement.retireBridges(owned, admission, observed);
                retirement.retire(removed.id(), owned, admission, observed, Map.of(), removed.id() + " was removed");
            }
        }
        retirement.steps.sort(Comparator.comparingInt((OfUnit step) -> StepOrder.stopRank(step.unit()))
                .thenComparing(OfUnit::unit));
        return retirement;
    }

    /// What leads to ports that their proxies no longer name, by unit, where a process still serves there.
    private static Map<String, String> inUse(Wanted wanted, Observed observed) {
        var inUse = new TreeMap<String, String>();
        for (var unit : wanted.units()) {
            var instances = observed.inventory().instances().getOrDefault(unit.name(), Instances.NONE);
            for (String instance :
                    unit.proxy() == null ? Set.<String>of() : instances.known().keySet()) {
                int port = Proxy.port(instance);
                if (port != 0 && !hasEnded(observed.unit(instance))) {
                    inUse.put(Proxy.socket(unit.name(), port), instance);
                    inUse.put(Proxy.service(unit.name(), port), instance);
                }
            }
        }
        return inUse;
    }

    /// @param inUse units that wait for an instance, by name
    private void retire(
            SetId set, Owned owned, Admission admission, Observed observed, Map<String, String> inUse, String because) {
        var wantedPaths = admission.paths();
        for (String unit : owned.units()) {
            var status = observed.units().get(unit);
            boolean ours = owned.paths().keySet().stream()
                    .anyMatch(path -> UnitPaths.makes(path, unit) && !wantedPaths.contains(path));
            boolean wanted = admission.admitted().stream().anyMatch(w -> w.names(unit));
            if (!ours || wanted || status == null) {
                continue;
            }
            var repair = LostProcesses.repair(unit, observed);
            var instances = observed.inventory().instances().get(unit);
            if (repair.isPresent()) {
                held.add(set);
                steps.add(repair.get());
            } else if (instances != null) {
                retireInstances(set, unit, instances, observed, because);
            } else if (inUse.containsKey(unit)) {
                held.add(set);
                steps.add(new Wait(unit, because + "; it goes when " + inUse.get(unit) + " has ended"));
            } else if (busy(status)) {
                held.add(set);
                steps.add(new Wait(unit, because + "; it is busy and will be stopped when it has settled"));
            } else if (status.active() || status.awaitsRestart() || status.failed()) {
                steps.add(new Stop(unit, because, UnitDisruption.ofStop(status)));
            }
        }
    }

    /// Who was given the address keeps it until it ends.
    private void retireBridges(Owned owned, Admission admission, Observed observed) {
        for (String path : owned.paths().keySet()) {
            String bridge = UnitPaths.bridgeAt(path);
            if (!bridge.isEmpty()
                    && !admission.paths().contains(path)
                    && (observed.unit(bridge).active() || observed.unit(bridge).failed())) {
                steps.add(new Stop(bridge, "the address that it holds is wanted no more", Disruption.NONE));
            }
        }
    }

    private void retireInstances(SetId set, String unit, Instances instances, Observed observed, String because) {
        for (String instance : instances.known().keySet()) {
            var status = observed.unit(instance);
            if (busy(status)) {
                held.add(set);
                steps.add(new Wait(unit, because + "; " + instance + " is still ending"));
            } else if (status.active() || status.awaitsRestart() || status.failed()) {
                steps.add(new Stop(instance, because, UnitDisruption.ofStop(status)));
            }
        }
    }

    /// A job or a oneshot that is under way is never interrupted.
    static boolean busy(UnitStatus status) {
        return status.jobType() != null || status.inTransition();
    }

    /// Whether nothing of it runs, and nothing is about to.
    static boolean hasEnded(UnitStatus status) {
        return (status.activeState().equals("inactive") || status.failed())
                && status.mainPid() == 0
                && status.jobType() == null;
    }
}
