package dev.underway.agent;

import dev.underway.plan.Desired;
import dev.underway.plan.Observed;
import dev.underway.plan.Plan;
import dev.underway.plan.Planner;
import org.jspecify.annotations.Nullable;

/// The last plan, given again as long as nothing that it was made from has changed: the planner is pure, and most
/// passes find everything as the one before did.
final class LastPlan {
    private @Nullable Made last;

    private record Made(Desired desired, Observed observed, Plan plan) {}

    Plan of(Desired desired, Observed observed) {
        if (last == null || !last.observed.equals(observed) || !last.desired.equals(desired)) {
            last = new Made(desired, observed, Planner.plan(desired, observed));
        }
        return last.plan;
    }
}
