package dev.underway.plan;

import dev.underway.model.Assignment.PlannedStep;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Write;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Steps as an operator reads them, in reports and forecasts.
public final class PlannedSteps {
    private PlannedSteps() {}

    /// What a step is for one set: a line for every path that it writes, none when it concerns another set.
    ///
    /// @param units of the set
    /// @param result Done, Failed or Pending; null for what nobody has begun
    /// @param message what went wrong, or null
    public static Stream<PlannedStep> of(
            SetId set, Set<String> units, Step step, @Nullable String result, @Nullable String message) {
        return switch (step) {
            case Write write ->
                write.changes().stream()
                        .filter(change -> change.set().equals(set.toString()))
                        .map(change -> new PlannedStep(
                                change.action(),
                                null,
                                change.path() + " " + change.because(),
                                write.disruption().word(),
                                result,
                                message));
            case Tidy _ -> Stream.empty();
            case OfUnit ofUnit ->
                units.contains(ofUnit.unit())
                        ? Stream.of(planned(step, ofUnit.unit(), result, message))
                        : Stream.empty();
            default -> Stream.of(planned(step, null, result, message));
        };
    }

    private static PlannedStep planned(
            Step step, @Nullable String unit, @Nullable String result, @Nullable String message) {
        return new PlannedStep(
                step.action(), unit, step.because(), step.disruption().word(), result, message);
    }
}
