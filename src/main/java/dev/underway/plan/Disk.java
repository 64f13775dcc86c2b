package dev.underway.plan;

import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Other;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.PathState.Symlink;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a process that starts now, before any step, would read.
record Disk(Map<String, PathState> paths, Map<String, String> storePaths) {

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
            if (UnitPaths.speaksOf(path, unit) && state instanceof Regular file && file.text() != null) {
                texts.put(path, file.text());
            }
        });
        return texts;
    }
}
