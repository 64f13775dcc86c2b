package dev.underway.plan;

import dev.underway.model.Contents;
import dev.underway.model.UnitSetSpec;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Swappability.NotSwappable;
import dev.underway.plan.Swappability.Swappable;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What to tell the author of a set about services behind a socket of the set: what keeps one from being swapped, and
/// what two processes side by side will share or not. Told when the set is applied, because the moment itself is a bad
/// one to learn it.
public final class SwapAdvice {
    private static final List<String> LIMITS = List.of("MemoryMax", "MemoryHigh", "MemoryLimit", "TasksMax");

    private SwapAdvice() {}

    /// Sentences, each of which begins with the unit's name; none for a set that cannot be read.
    public static List<String> of(UnitSetSpec spec) {
        var set =
                new DesiredSet(new SetId("", ""), "", Instant.EPOCH, "", "", Contents.of(spec), Contents.policy(spec));
        try {
            var units = Wanted.of(set, new Observed(Map.of(), Map.of(), Inventory.EMPTY, Map.of()))
                    .units();
            return Stream.concat(
                            units.stream().flatMap(unit -> sentences(unit, units)),
                            PerConnectionAdvice.of(set.content(), units))
                    .toList();
        } catch (UnitFileException _) {
            return List.of();
        }
    }

    private static Stream<String> sentences(ManagedUnit unit, Collection<ManagedUnit> units) {
        return switch (Swappability.of(unit)) {
            case NotSwappable(var because, var near)
            when near ->
                Stream.of(unit.name() + ": is behind a socket, but a change restarts it instead of swapping it: "
                        + because);
            case NotSwappable _ -> Stream.empty();
            case Swappable _ -> Stream.concat(ownTmp(unit.shape()).stream(), limits(unit, units));
        };
    }

    /// systemd.exec(5): every unit has a /tmp of its own, and an instance is a unit.
    private static Optional<String> ownTmp(UnitShape unit) {
        String value = unit.file().last("Service", "PrivateTmp", "no");
        return UnitShape.isTrue(value) || value.equals("disconnected")
                ? Optional.of(unit.name() + ": PrivateTmp= gives the new process of a swap an empty /tmp: what must"
                        + " outlive a process belongs in StateDirectory= or RuntimeDirectory=")
                : Optional.empty();
    }

    /// systemd.resource-control(5): a limit of a slice is that of all that is in it.
    private static Stream<String> limits(ManagedUnit unit, Collection<ManagedUnit> units) {
        String name = unit.shape().file().last("Service", "Slice", "");
        return units.stream()
                .filter(slice -> slice.name().equals(name))
                .flatMap(slice -> LIMITS.stream()
                        .filter(key -> slice.shape().file().values("Slice", key).stream()
                                .anyMatch(value -> !value.equals("infinity"))))
                .map(key -> unit.name() + ": during a swap both processes count against " + key + "= of " + name
                        + ": it must be enough for two");
    }
}
