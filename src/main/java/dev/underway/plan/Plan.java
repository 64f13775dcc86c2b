package dev.underway.plan;

import java.util.List;
import java.util.Map;

/// What the agent will do, and what it will not do and why.
///
/// @param steps in the order in which they are carried out; empty when everything is as desired
/// @param withheld sets of which nothing is done in this pass, with the reason
/// @param after what each unit's process runs with once the steps have succeeded; what the agent records
public record Plan(List<Step> steps, Map<SetId, Withheld> withheld, Map<String, Observed.RunsWith> after) {

    /// `reason` is a CamelCase word for a condition, such as `Conflict` or `Denied`; `message` says what to do.
    public record Withheld(String reason, String message) {}

    public boolean isEmpty() {
        return steps.isEmpty();
    }
}
