package dev.underway.plan;

import dev.underway.plan.Inventory.Owned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What others have to say about units of sets by drop-ins of their own, as far as nothing is done about it: of plain
/// units nothing is, as systemd itself takes it when it next starts them; of instances nothing while drift is only
/// reported.
final class Overrides {
    private Overrides() {}

    /// By set, one sentence per drop-in.
    static Map<SetId, List<String>> of(Collection<Wanted> admitted, Observed observed) {
        var overrides = new TreeMap<SetId, List<String>>();
        for (var wanted : admitted) {
            var paths = new HashSet<String>();
            wanted.paths().forEach(path -> paths.add(path.path()));
            var sentences = new ArrayList<String>();
            wanted.units().stream().filter(ManagedUnit::ours).forEach(unit -> of(unit, paths, observed, sentences));
            if (!sentences.isEmpty()) {
                overrides.put(wanted.set().id(), sentences);
            }
        }
        return overrides;
    }

    private static void of(ManagedUnit unit, Set<String> paths, Observed observed, List<String> sentences) {
        var there = InstancePaths.foreign(unit, paths, observed);
        there.forEach((path, text) -> {
            if (!text.equals(unit.texts().get(path))) {
                sentences.add(unit.name() + " is overridden by " + path);
            }
        });
        var layout = unit.layout();
        if (layout == null || layout.last().isEmpty() || !unit.onlyReportsDrift()) {
            return;
        }
        var owned = observed.inventory().owned().getOrDefault(unit.set().id(), Owned.NOTHING);
        var gone = new TreeSet<>(unit.texts().keySet());
        gone.removeIf(path -> !owned.paths().containsKey(UnitPaths.dropIn(layout.last(), lastPart(path)))
                || paths.contains(path)
                || there.containsKey(path));
        gone.forEach(path -> sentences.add(unit.name() + " runs with " + path + ", which was removed"));
        String edits = UnitPaths.unitFile(layout.last()) + ".d/";
        new TreeSet<>(observed.paths().keySet())
                .stream()
                        .filter(path -> path.startsWith(edits) && !owned.paths().containsKey(path))
                        .filter(path -> !(observed.paths().get(path) instanceof PathState.Absent))
                        .filter(path -> !paths.contains(path))
                        .forEach(path -> sentences.add(unit.name() + " is overridden by " + path));
    }

    private static String lastPart(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
