package dev.underway.plan;

import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Swap;
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

    /// `ordered` where something is swapped: what a swap may need comes first, all swaps of a set come together, so
    /// that all candidates can prove themselves before the first is committed, and what drops something comes after
    /// them. So does what shall read what the swaps publish: until then it would read what was there before.
    static List<OfUnit> besideSwaps(List<OfUnit> ordered, Collection<ManagedUnit> units) {
        var swaps = ordered.stream()
                .filter(Swap.class::isInstance)
                .map(Swap.class::cast)
                .toList();
        if (swaps.isEmpty()) {
            return ordered;
        }
        var sets = swaps.stream().map(swap -> swap.takeover().set()).distinct().toList();
        var readers = readers(units, swaps);
        return ordered.stream()
                .sorted(Comparator.comparingInt((OfUnit step) -> rankBesideSwaps(step, readers))
                        .thenComparingInt(step -> step instanceof Swap swap
                                ? sets.indexOf(swap.takeover().set())
                                : 0))
                .toList();
    }

    private static int rankBesideSwaps(OfUnit step, Set<String> readers) {
        return switch (step) {
            case Step.Repair _ -> 0;
            case Step.Start start when readers.contains(start.unit()) -> 3;
            case Step.Start start when startRank(start.unit()) < 2 -> 0;
            case Step.Restart restart when startRank(restart.unit()) < 2 -> 0;
            case Step.Start _ -> 1;
            case Swap _ -> 2;
            // What a swap adds to a socket is open only after it.
            case Step.Restart _, Step.Reload _, Step.Adjust _, Step.Renew _, Step.Stop _, Step.Wait _ -> 3;
            case Step.Drain drain -> drain.turn() == Step.Turn.AT_ONCE ? 0 : 4;
        };
    }

    /// The units that read what `swaps` publish, and those that systemd starts after them or together with them.
    private static Set<String> readers(Collection<ManagedUnit> units, List<Swap> swaps) {
        var published = new HashSet<String>();
        var readers = new HashSet<String>();
        for (var swap : swaps) {
            swap.takeover().publish().forEach(change -> published.add(change.path()));
        }
        var others = units.stream()
                .filter(unit -> swaps.stream().noneMatch(swap -> swap.unit().equals(unit.name())))
                .toList();
        others.stream().filter(unit -> unit.readsAnyOf(published)).forEach(unit -> readers.add(unit.name()));
        for (int before = -1; before != readers.size(); ) {
            before = readers.size();
            others.stream()
                    .filter(unit -> others.stream()
                            .anyMatch(other -> readers.contains(other.name()) && unit.startsAfter(other)))
                    .forEach(unit -> readers.add(unit.name()));
        }
        return readers;
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
