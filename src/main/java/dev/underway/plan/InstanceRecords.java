package dev.underway.plan;

import dev.underway.plan.Inventory.Instances;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What is remembered of instances, by unit.
///
/// @param before with every instance that the plan may make
/// @param after with those that then live
record InstanceRecords(Map<String, Instances> before, Map<String, Instances> after) {

    /// `units` are those of the sets that are carried out. Units of sets that are not touched keep what they have.
    static InstanceRecords of(
            Collection<ManagedUnit> units, Desired desired, Retirement retirement, Observed observed) {
        var inventory = observed.inventory();
        var before = new TreeMap<>(inventory.instances());
        var after = new TreeMap<>(inventory.instances());
        after.keySet().removeAll(retired(desired, retirement, inventory));
        var layouts = new HashSet<String>();
        for (var unit : units) {
            layouts.add(unit.name());
            var layout = unit.layout();
            if (layout != null) {
                var known = inventory.instances().getOrDefault(unit.name(), Instances.NONE);
                before.put(unit.name(), layout.before(known));
                after.put(unit.name(), layout.after(known));
            }
        }
        after.values().removeIf(instances -> instances.known().isEmpty());
        after.keySet().removeIf(unit -> !layouts.contains(unit) && orphan(unit, inventory, retirement));
        return new InstanceRecords(before, after);
    }

    /// By unit, the instance that its name stands for when the paths are in place, and that systemd has to know by it.
    static Map<String, String> aliases(Collection<ManagedUnit> units) {
        var aliases = new TreeMap<String, String>();
        for (var unit : units) {
            if (unit.layout() != null
                    && !unit.layout().placed().isEmpty()
                    && !unit.layout().isLeftNameless()) {
                aliases.put(unit.name(), unit.layout().placed());
            }
        }
        return aliases;
    }

    private static Set<String> retired(Desired desired, Retirement retirement, Inventory inventory) {
        var retired = new HashSet<String>();
        desired.removed().stream()
                .filter(removed -> !retirement.held().contains(removed.id()))
                .forEach(removed -> retired.addAll(inventory
                        .owned()
                        .getOrDefault(removed.id(), Inventory.Owned.NOTHING)
                        .units()));
        return retired;
    }

    /// A unit that no set has any more, in the inventory or in the plan.
    private static boolean orphan(String unit, Inventory inventory, Retirement retirement) {
        boolean stopped = retirement.steps().stream()
                .anyMatch(step -> step instanceof Step.Stop stop
                        && inventory.instances().containsKey(unit)
                        && inventory.instances().get(unit).known().containsKey(stop.unit()));
        return stopped
                || inventory.owned().values().stream()
                        .noneMatch(owned -> owned.units().contains(unit));
    }
}
