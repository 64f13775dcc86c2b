package dev.underway.agent.execute;

import dev.underway.plan.SetId;
import dev.underway.plan.Step;
import java.util.List;
import java.util.Map;

/// What became of a plan.
///
/// @param results one for each step, in the plan's order
/// @param failures by set, the failure that stopped it: the revision did not work
public record Executed(List<StepResult> results, Map<SetId, Failure> failures) {

    public static final Executed NOTHING = new Executed(List.of(), Map.of());

    /// How one step ended.
    public enum Ending {
        Done,
        Failed,
        /// Not tried, because an earlier step of the set failed.
        Skipped
    }

    /// `message` says what went wrong, or is empty.
    public record StepResult(Step step, Ending ending, String message) {}

    /// `reason` is a CamelCase word for a condition.
    public record Failure(String reason, String message) {}
}
