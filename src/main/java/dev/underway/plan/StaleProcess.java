package dev.underway.plan;

import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.PathState.Regular;
import java.util.Optional;

/// Why the process of a unit is not what the disk says, although the unit is as it shall be: its program was replaced
/// under it, or it was started from another definition than the one that counts for it now.
final class StaleProcess {
    private StaleProcess() {}

    static Optional<String> of(String unit, Observed observed) {
        if (observed.processes().outdated().contains(unit)) {
            return Optional.of("its program was replaced on the host (upgraded?)");
        }
        String instance = observed.inventory()
                .instances()
                .getOrDefault(unit, Instances.NONE)
                .current(unit, observed.paths());
        String startedAs = observed.processes().startedAs().get(instance);
        if (startedAs == null || startedAs.equals(instance) || !saysSo(instance, observed)) {
            return Optional.empty();
        }
        return Optional.of("its process was not started as " + instance
                + (startedAs.isEmpty() ? ", but from another definition" : " but as " + startedAs));
    }

    /// Whether a process of the instance has its name in the environment. Not one that was a plain unit's, and not
    /// where somebody's drop-in takes the environment away: that would never end.
    private static boolean saysSo(String instance, Observed observed) {
        boolean says = observed.paths().get(UnitPaths.unitFile(instance)) instanceof Regular file
                && file.text() != null
                && file.text().lines().anyMatch(InstanceText.startedAs(instance)::equals);
        return says
                && observed.paths().entrySet().stream()
                        .filter(entry -> UnitPaths.speaksOf(entry.getKey(), instance))
                        .noneMatch(entry -> entry.getValue() instanceof Regular file
                                && file.text() != null
                                && file.text().lines().map(String::strip).anyMatch(StaleProcess::takesAway));
    }

    private static boolean takesAway(String line) {
        return line.matches("UnsetEnvironment\\s*=.*") || line.matches("Environment\\s*=\\s*");
    }
}
