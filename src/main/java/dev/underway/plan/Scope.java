package dev.underway.plan;

import dev.underway.model.Revision;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.DesiredPath.EnablementLink;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What has to be observed of a host before a plan can be made: every path and unit that the desired sets name
/// or that the inventory remembers.
///
/// @param dropIns directories of which every `.conf` file is of interest, whoever wrote it
/// @param templates whose instances are of interest, each of which serves one connection
public record Scope(Set<String> paths, Set<String> units, Set<String> dropIns, Set<String> templates) {
    private static final String BY_SYSTEMCTL_EDIT = "override.conf";

    /// `inventory` is part of the question because what is no longer desired must be removed. A set that cannot
    /// be read or is held back adds nothing: what the host's owner denies is not even read.
    public static Scope of(Desired desired, Inventory inventory) {
        var scope = new Scope(new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
        for (var set : desired.sets()) {
            if (desired.held().containsKey(set.id())) {
                continue;
            }
            try {
                for (var path : DesiredPaths.of(set, Map.of())) {
                    scope.paths.add(path.path());
                    if (path instanceof EnablementLink link && link.alias() && !UnitName.isTemplate(link.name())) {
                        scope.units.add(link.name());
                    }
                }
                set.content().unitsOrEmpty().stream()
                        .filter(unit -> !UnitName.isTemplate(unit.name()))
                        .forEach(scope::add);
                for (var unit : set.content().unitsOrEmpty()) {
                    var text = EffectiveText.of(DesiredPaths.texts(set.content(), unit));
                    PerConnection.template(new UnitShape(unit.name(), text, UnitShape.HostWord.NOTHING))
                            .ifPresent(scope.templates::add);
                }
            } catch (UnitFileException _) {
                // The set is withheld for it; nothing of it is looked at.
            }
        }
        inventory.owned().values().forEach(owned -> {
            scope.paths.addAll(owned.paths().keySet());
            scope.units.addAll(owned.units());
            owned.paths().keySet().stream()
                    .map(UnitPaths::bridgeAt)
                    .filter(bridge -> !bridge.isEmpty())
                    .forEach(scope.units::add);
        });
        inventory.instances().forEach((unit, instances) -> {
            scope.units.add(unit);
            scope.units.addAll(instances.known().keySet());
            scope.paths.add(UnitPaths.unitFile(unit));
            instances.known().keySet().forEach(scope::addEdits);
        });
        inventory.runs().forEach((unit, runs) -> {
            if (!UnitName.isTemplate(unit)) {
                scope.units.add(unit);
            }
            scope.paths.addAll(runs.texts().keySet());
            scope.paths.addAll(runs.inputs().keySet());
        });
        return scope;
    }

    /// Where `systemctl edit` and `systemctl set-property` write when they are asked to change a unit that is
    /// `instance`.
    private void addEdits(String instance) {
        dropIns.add(UnitPaths.DIRECTORY + instance + ".d");
        dropIns.add(UnitPaths.CONTROL + instance + ".d");
        paths.add(UnitPaths.dropIn(instance, BY_SYSTEMCTL_EDIT));
    }

    /// What an operator adds to a service of ours goes with it when it is swapped.
    private void add(Revision.UnitText unit) {
        units.add(unit.name());
        if (unit.content() != null && UnitName.type(unit.name()).equals("service")) {
            dropIns.add(UnitPaths.DIRECTORY + unit.name() + ".d");
            paths.add(UnitPaths.dropIn(unit.name(), BY_SYSTEMCTL_EDIT));
        }
    }
}
