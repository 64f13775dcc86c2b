package dev.underway.plan;

import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Other;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.PathState.Symlink;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a process that starts now, before any step, would read.
///
/// @param foreign drop-ins that are nobody's but the host's: a unit is not compared by them
record Disk(Map<String, PathState> paths, Map<String, String> storePaths, Set<String> foreign) {

    static Disk of(Observed observed, Set<String> wantedPaths) {
        var owned = observed.inventory().owned().values();
        var foreign = observed.paths().keySet().stream()
                .filter(path -> path.startsWith(UnitPaths.DIRECTORY) && path.contains(".d/"))
                .filter(path -> !wantedPaths.contains(path))
                .filter(path -> owned.stream().noneMatch(o -> o.paths().containsKey(path)))
                .collect(Collectors.toSet());
        return new Disk(observed.paths(), observed.storePaths(), foreign);
    }

    /// The digest of an input; that of an artifact is the sha256 of its download.
    String digest(String path) {
        return switch (paths.getOrDefault(path, new Absent())) {
            case Absent _ -> RunsWith.ABSENT;
            case Regular file -> file.sha256();
            case Symlink link ->
                storePaths.entrySet().stream()
                        .filter(e -> e.getValue().equals(link.target()))
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElse("link " + link.target());
            case Other other -> "a " + other.what();
        };
    }

    /// The texts of `unit` that lie in our directory, by path.
    SortedMap<String, String> texts(String unit) {
        var texts = new TreeMap<String, String>();
        paths.forEach((path, state) -> {
            if (UnitPaths.speaksOf(path, unit)
                    && !foreign.contains(path)
                    && state instanceof Regular file
                    && file.text() != null) {
                texts.put(path, file.text());
            }
        });
        return texts;
    }
}
