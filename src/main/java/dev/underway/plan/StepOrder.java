package dev.underway.plan;

import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Step.OfUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// The order in which units are acted on: what another one needs comes first, as `After=`, `Before=`,
/// `Requires=` and sockets say; where they say nothing, sockets, then services, then what starts them by
/// itself; then by name. A circle is cut where it is entered.
final class StepOrder {
    private static final Comparator<String> BY_RANK =
            Comparator.comparingInt(StepOrder::startRank).thenComparing(Comparator.naturalOrder());

    private StepOrder() {}

    /// The names of `units` in order.
    static List<String> of(Collection<ManagedUnit> units) {
        var before = new HashMap<String, Set<String>>();
        units.forEach(unit -> before.put(unit.name(), new TreeSet<>(BY_RANK)));
        for (var unit : units) {
            var shape = unit.shape();
            var own = Objects.requireNonNull(before.get(unit.name()));
            List.of("After", "Requires", "BindsTo", "Requisite")
                    .forEach(key -> shape.words("Unit", key).stream()
                            .filter(before::containsKey)
                            .forEach(own::add));
            shape.words("Unit", "Before").stream()
                    .map(before::get)
                    .filter(Objects::nonNull)
                    .forEach(later -> later.add(unit.name()));
            unit.sockets().stream().filter(before::containsKey).forEach(own::add);
        }
        var ordered = new ArrayList<String>();
        var seen = new HashSet<String>();
        before.keySet().stream().sorted(BY_RANK).forEach(unit -> visit(unit, before, seen, ordered));
        return ordered;
    }

    private static void visit(String unit, Map<String, Set<String>> before, Set<String> seen, List<String> ordered) {
        if (seen.add(unit)) {
            before.getOrDefault(unit, Set.of()).forEach(earlier -> visit(earlier, before, seen, ordered));
            ordered.add(unit);
        }
    }

    /// What may start others is stopped before them.
    static int stopRank(String unit) {
        return switch (UnitName.type(unit)) {
            case "socket", "timer", "path", "automount" -> 0;
            case "service" -> 1;
            default -> 2;
        };
    }

    /// Where something is swapped: what it may need comes first, all swaps come together, so that all candidates can
    /// prove themselves before the first is committed, and what drops something comes after them.
    static int rankBesideSwaps(OfUnit step) {
        return switch (step) {
            case Step.Start start when startRank(start.unit()) < 2 -> 0;
            case Step.Restart restart when startRank(restart.unit()) < 2 -> 0;
            case Step.Start _ -> 1;
            case Step.Swap _ -> 2;
            case Step.Restart _, Step.Reload _, Step.Stop _, Step.Wait _ -> 3;
            case Step.Drain _ -> 4;
        };
    }

    private static int startRank(String unit) {
        return switch (UnitName.type(unit)) {
            case "slice", "mount" -> 0;
            case "socket" -> 1;
            case "service" -> 2;
            default -> 3;
        };
    }
}
