package dev.underway.plan;

import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Step.Repair;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Finds the units that read as ended while their process runs: [Observed.UnitStatus#hasLostItsProcess]. Until that is
/// repaired, nothing else is done to such a unit.
final class LostProcesses {
    private LostProcesses() {}

    /// The repair of `unit`, or of the first of its instances that needs one.
    static Optional<Repair> repair(String unit, Observed observed) {
        var instances = observed.inventory().instances().getOrDefault(unit, Instances.NONE);
        var names = new TreeSet<>(instances.known().keySet());
        names.add(unit);
        return Stream.concat(
                        Stream.of(unit), instances.known().keySet().stream().sorted())
                .map(observed::unit)
                .filter(Observed.UnitStatus::hasLostItsProcess)
                .findFirst()
                .map(status -> new Repair(
                        unit,
                        status.name(),
                        status.mainPid(),
                        names,
                        "systemd calls it " + status.activeState() + " while its process " + status.mainPid()
                                + " runs; the end of that one could end systemd"));
    }
}
