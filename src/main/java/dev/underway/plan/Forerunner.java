package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UnitState;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeMap;

/// A unit that has to run with a new input before another one may be started with it, such as the migration that
/// comes with a program. It keeps the other one from being swapped: a swap lets nobody have the new input before the
/// new process has proved itself.
///
/// @param input the path that both read
record Forerunner(String unit, String input) {

    /// Of `siblings`, the one that comes before `unit`, and is going to be started for a change of what both read.
    static Optional<Forerunner> of(ManagedUnit unit, Collection<ManagedUnit> siblings, Disk disk, Observed observed) {
        return siblings.stream()
                .filter(other -> !other.name().equals(unit.name()) && unit.startsAfter(other))
                .filter(other -> isStarted(other, observed))
                .flatMap(other -> new TreeMap<>(unit.inputs())
                        .entrySet().stream()
                                .filter(input -> input.getValue().effect() == Effect.NEW_PROCESS)
                                .filter(input -> other.inputs().containsKey(input.getKey()))
                                .filter(input -> !disk.digest(input.getKey())
                                        .equals(input.getValue().digest()))
                                .map(input -> new Forerunner(other.name(), input.getKey())))
                .findFirst();
    }

    private static boolean isStarted(ManagedUnit unit, Observed observed) {
        var status = observed.unit(unit.name());
        return unit.state() == UnitState.Running
                && !status.active()
                && !status.awaitsRestart()
                && !Retirement.busy(status);
    }

    String because() {
        return "not swapped: " + unit + " must run the new " + input + " first";
    }
}
