package dev.underway.plan;

import dev.underway.plan.Inventory.RunsWith;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What every unit's decision looks at: the disk before the steps, and what the steps do to it.
///
/// @param wantedPaths every path that an admitted set wants
/// @param leftAlone paths changed by hand of sets that only report drift
/// @param unsettled paths that an earlier pass changed before it was cut short
/// @param swaps by unit, what its swap puts in place
record Setting(
        Observed observed,
        Disk disk,
        Set<String> wantedPaths,
        Set<String> leftAlone,
        Set<String> unsettled,
        Map<String, PathChanges.OfSwap> swaps) {

    static Setting of(Observed observed, Admission admission, PathChanges changes) {
        return new Setting(
                observed,
                Disk.of(observed, admission.paths()),
                admission.lastingPaths(),
                changes.leftAlone(),
                changes.unsettled(),
                changes.swaps());
    }

    /// Before it is known what is wanted.
    static Setting ofDisk(Observed observed) {
        return new Setting(observed, Disk.of(observed, Set.of()), Set.of(), Set.of(), Set.of(), Map.of());
    }

    /// Whether systemd may not have read the unit's texts since they were written.
    boolean midPass(ManagedUnit unit) {
        return unsettled.stream().anyMatch(path -> UnitPaths.speaksOf(path, unit.name()));
    }

    /// Whether an earlier pass was cut short that was changing what the unit reads, so that nobody can tell which of it
    /// a process of meanwhile has read.
    boolean isOnItsWay(ManagedUnit unit) {
        var owned = observed.inventory().owned().get(unit.set().id());
        return owned != null
                && owned.paths().entrySet().stream()
                        .filter(path -> path.getValue().equals(Inventory.Owned.PENDING))
                        .anyMatch(path -> UnitPaths.speaksOf(path.getKey(), unit.name())
                                || unit.inputs().containsKey(path.getKey()));
    }

    /// What a process reads that is started once the paths are in place.
    RunsWith fresh(ManagedUnit unit) {
        var texts = new TreeMap<>(unit.texts());
        var inputs = new TreeMap<String, String>();
        var there = disk.texts(unit.name());
        for (String path : leftAlone) {
            if (texts.remove(path) != null && there.containsKey(path)) {
                texts.put(path, there.get(path));
            }
        }
        unit.inputs()
                .forEach((path, input) ->
                        inputs.put(path, leftAlone.contains(path) ? disk.digest(path) : input.digest()));
        var restartedAt = unit.set().policy().restartedAt();
        return new RunsWith("", texts, inputs, restartedAt == null ? null : restartedAt.toString());
    }

    /// What an instance is made of that is made now: of its inputs those of which it gets its own copy.
    RunsWith freshInstance(ManagedUnit unit) {
        var all = fresh(unit);
        var own = new TreeMap<>(all.inputs());
        own.keySet().removeIf(path -> {
            var input = unit.inputs().get(path);
            return input == null || input.effect() != Effect.NEW_PROCESS;
        });
        return new RunsWith("", all.texts(), own, all.restartedAt());
    }

    /// What the inventory has of a unit's process, corrected by what systemd says.
    Map<String, RunsWith> recorded() {
        return observed.inventory().runs();
    }
}
