package dev.underway.plan;

import dev.underway.model.Digests;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Remove;
import dev.underway.plan.Step.PathChange.WriteFile;
import dev.underway.plan.Step.Source;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/// What an operator says of a swappable unit stays with the unit, whichever instance it is.
///
/// `systemctl edit web` and `systemctl set-property web` look through the alias and write beside the instance
/// (`web-4f3a9c01d2.service.d/`), where the next swap would leave it behind (measured). So it is moved beside the
/// unit's own
/// name, from where every instance gets it. The set does not own it there: it is the operator's to remove.
final class OperatorDropIns {
    private static final List<String> DIRECTORIES = List.of(UnitPaths.DIRECTORY, UnitPaths.CONTROL);

    private OperatorDropIns() {}

    /// In an order that loses nothing when it is cut short. Nothing is moved of sets that only report drift.
    static List<PathChange> moves(Collection<ManagedUnit> units, Observed observed) {
        var moves = new ArrayList<PathChange>();
        for (var unit : units) {
            var instance = observed.inventory()
                    .instances()
                    .getOrDefault(unit.name(), Instances.NONE)
                    .current(unit.name(), observed.paths());
            if (!instance.isEmpty() && unit.set().policy().drift() != DriftPolicy.Report) {
                DIRECTORIES.forEach(directory -> moves.addAll(moves(unit, directory, instance, observed)));
            }
        }
        return moves;
    }

    private static List<PathChange> moves(ManagedUnit unit, String directory, String instance, Observed observed) {
        var moves = new ArrayList<PathChange>();
        var id = unit.set().id();
        var owned = observed.inventory().owned().getOrDefault(id, Owned.NOTHING).paths();
        String beside = directory + instance + ".d/";
        String because = " was written beside %s (systemctl edit, set-property?); it stays with %s"
                .formatted(instance, unit.name());
        new TreeMap<>(observed.paths()).forEach((path, state) -> {
            if (!path.startsWith(beside) || path.endsWith("/" + InstanceText.LIVE)) {
                return;
            }
            var recorded = owned.get(path);
            boolean ours = recorded != null && (recorded.equals(Owned.PENDING) || recorded.equals(state.fingerprint()));
            if (ours || !(state instanceof Regular file) || file.text() == null) {
                return;
            }
            String target = directory + unit.name() + ".d/" + path.substring(beside.length());
            var bytes = file.text().getBytes(StandardCharsets.UTF_8);
            moves.add(new WriteFile(
                    target, id.toString(), new Source(bytes, Digests.sha256(bytes)), 0644, "root", "root", because));
            if (recorded == null) {
                moves.add(new Remove(path, id.toString(), because));
            }
        });
        return moves;
    }
}
