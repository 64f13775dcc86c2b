package dev.underway.plan;

import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Turn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is done about one unit.
///
/// @param unbinds stops that come before systemd reads the files anew: of a socket that is bound anew, which would lose
/// its descriptor, and of those who use it
/// @param stops what comes before the steps of all units: others may need the place
/// @param steps what comes in the unit's turn
/// @param before what its process runs with now, null when it has none that counts
/// @param after what it runs with once the steps have succeeded
/// @param drift what was changed by hand and is only reported, a sentence; or null
record UnitDecision(
        String unit,
        List<OfUnit> unbinds,
        List<OfUnit> stops,
        List<OfUnit> steps,
        @Nullable RunsWith before,
        @Nullable RunsWith after,
        @Nullable String drift) {

    static UnitDecision nothing(String unit, @Nullable RunsWith before, @Nullable RunsWith after) {
        return new UnitDecision(unit, List.of(), List.of(), List.of(), before, after, null);
    }

    static UnitDecision of(OfUnit step, @Nullable RunsWith before, @Nullable RunsWith after) {
        return new UnitDecision(step.unit(), List.of(), List.of(), List.of(step), before, after, null);
    }

    /// The decision to leave the process as it is for now.
    static UnitDecision waiting(String unit, String because, @Nullable RunsWith before) {
        return of(new Step.Wait(unit, because), before, before);
    }

    /// The decision to leave what was changed by hand, and to say so.
    static UnitDecision reported(String unit, @Nullable RunsWith runs, String drift) {
        return new UnitDecision(unit, List.of(), List.of(), List.of(), runs, runs, unit + " " + drift);
    }

    /// The same, and these instances of the unit are drained: afterwards where the unit itself is about to be started,
    /// for until then they may be all that serves.
    UnitDecision draining(Collection<String> instances) {
        if (instances.isEmpty()) {
            return this;
        }
        boolean starts = steps.stream().anyMatch(step -> step instanceof Start || step instanceof Restart);
        var turn = starts ? Turn.LAST : Turn.AT_ONCE;
        var all = new ArrayList<>(steps);
        instances.forEach(instance ->
                all.add(new Step.Drain(unit, instance, turn, instance + " runs and is not " + unit + " any more")));
        return new UnitDecision(unit, unbinds, stops, List.copyOf(all), before, after, drift);
    }

    boolean acts() {
        return Stream.of(unbinds, stops, steps).flatMap(List::stream).anyMatch(step -> !(step instanceof Step.Wait));
    }
}
