package dev.underway.plan;

import dev.underway.model.Digests;
import dev.underway.plan.Inventory.RunsWith;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What is remembered of connections whose processes are of an earlier version, by template: [PerConnection].
///
/// Nobody can see on a process which version it was started with, and the clock of a host may be set. So before a
/// change is written, those that run are written down by name, and whoever is not among them is of the last version.
/// Where it is not sure that they have what is about to be replaced, because a pass was cut short or the disk was
/// changed by hand, they are not written down: they count as new and are left alone.
///
/// @param before with those that run while the change is made
/// @param after with those that are of an earlier version once it is made
record ConnectionRecords(Map<String, Map<String, String>> before, Map<String, Map<String, String>> after) {

    static ConnectionRecords of(Collection<Wanted> admitted, Collection<UnitDecision> decisions, Setting setting) {
        var observed = setting.observed();
        var before = new TreeMap<>(observed.inventory().connections());
        var after = new TreeMap<>(before);
        var kept = new TreeMap<String, RunsWith>();
        decisions.forEach(decision -> {
            if (decision.after() != null) {
                kept.put(decision.unit(), decision.after());
            }
        });
        after.keySet().retainAll(kept.keySet());
        for (var wanted : admitted) {
            for (var template : wanted.connections().values()) {
                var running = observed.connections().running().getOrDefault(template.name(), Set.of());
                var known = new TreeMap<>(before.getOrDefault(template.name(), Map.of()));
                known.keySet().retainAll(running);
                var has = PerConnection.knowledge(template, setting);
                if (has != null
                        && !Differences.between(has, template, setting).none()
                        && PerConnection.isOnDisk(has, template, setting.disk())) {
                    running.forEach(name -> known.putIfAbsent(name, version(has)));
                }
                put(before, template.name(), known);
                var shall = kept.get(template.name());
                var earlier = new TreeMap<>(known);
                earlier.values().removeIf(version -> shall == null || version.equals(version(shall)));
                put(after, template.name(), earlier);
            }
        }
        return new ConnectionRecords(before, after);
    }

    private static void put(Map<String, Map<String, String>> records, String template, Map<String, String> known) {
        if (known.isEmpty()) {
            records.remove(template);
        } else {
            records.put(template, known);
        }
    }

    /// Names what a process is started with.
    static String version(RunsWith runs) {
        return Digests.sha256(
                        new TreeMap<>(runs.texts()) + "\n" + new TreeMap<>(runs.inputs()) + "\n" + runs.restartedAt())
                .substring(0, 10);
    }
}
