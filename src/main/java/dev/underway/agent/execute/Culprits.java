package dev.underway.agent.execute;

import dev.underway.agent.host.HostRoot;
import dev.underway.plan.Plan;
import dev.underway.plan.SetId;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.PathChange;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Whose fault it is when something of the preparation, which is for all sets together, fails.
record Culprits(Plan plan, HostRoot root) {

    /// The sets that change `failed`, or something below it.
    Set<SetId> ofPath(List<? extends PathChange> changes, String failed) {
        return changes.stream()
                .filter(change -> isAtOrBelow(change.path(), failed)
                        || isAtOrBelow(root.resolve(change.path()).toString(), failed))
                .map(change -> SetId.parse(change.set()))
                .collect(Collectors.toSet());
    }

    /// The sets that have one of `files`.
    Set<SetId> ofFiles(Collection<String> files) {
        return plan.after().owned().entrySet().stream()
                .filter(entry -> files.stream().anyMatch(entry.getValue().paths()::containsKey))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /// The sets that have or had the unit.
    Set<SetId> ofUnit(OfUnit step) {
        var sets = new HashSet<SetId>();
        plan.before().owned().forEach((set, owned) -> {
            if (owned.units().contains(step.unit())) {
                sets.add(set);
            }
        });
        return sets;
    }

    private static boolean isAtOrBelow(String path, String place) {
        return path.equals(place) || path.startsWith(place + "/");
    }
}
