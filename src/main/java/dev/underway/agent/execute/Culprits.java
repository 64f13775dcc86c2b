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

    /// The sets that would have to do without a daemon-reload that could not be done because of `aliases`: those that
    /// make one of them; when they are there already, all for which systemd would have to read its units anew; when
    /// nothing has changed, those that have them.
    Set<SetId> ofReload(Collection<String> aliases) {
        var makers = plan.pathChanges()
                .filter(change -> change instanceof PathChange.Link)
                .filter(link -> aliases.stream().anyMatch(alias -> link.path().endsWith("/system/" + alias)))
                .map(change -> SetId.parse(change.set()))
                .collect(Collectors.toSet());
        if (!makers.isEmpty()) {
            return makers;
        }
        var readers = plan.readAnew();
        return readers.isEmpty() ? plan.having(aliases) : readers;
    }

    private static boolean isAtOrBelow(String path, String place) {
        return path.equals(place) || path.startsWith(place + "/");
    }
}
