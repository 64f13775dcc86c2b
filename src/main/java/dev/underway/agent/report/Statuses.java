package dev.underway.agent.report;

import dev.underway.agent.execute.Executed;
import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Assignment.Status;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.model.Condition;
import dev.underway.plan.Plan.Withheld;
import dev.underway.plan.PlannedSteps;
import dev.underway.plan.SetId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Says of one set what a pass found and did: the one place where an Assignment's status is made.
public final class Statuses {
    private static final int MOST_STEPS = 100;

    private Statuses() {}

    /// What is known of one set at the end of a pass.
    ///
    /// @param running name of the revision whose content is in place, or null before the first
    /// @param problem what kept the pass from making the set as desired, or null
    /// @param drift differences that the policy only reports
    /// @param waits steps that wait for something
    /// @param steps the last plan that did something
    /// @param pending units that are on their way and neither healthy nor ill
    public record Findings(
            long generation,
            @Nullable String running,
            @Nullable Problem problem,
            List<String> drift,
            List<String> waits,
            List<PlannedStep> steps,
            List<UnitReport> units,
            List<String> pending) {}

    /// Why a set is not as desired, and whose fault it is: only a problem of the revision makes the set unhealthy.
    public sealed interface Problem {
        Withheld why();

        record OfRevision(Withheld why) implements Problem {}

        record OfSurroundings(Withheld why) implements Problem {}

        /// `desired` failed here, and `good` is back in its place.
        record Reverted(Withheld why, String desired, String good) implements Problem {}

        static Problem ofRevision(Withheld why) {
            return new OfRevision(why);
        }

        static Problem ofSurroundings(Withheld why) {
            return new OfSurroundings(why);
        }
    }

    public static Status of(Findings found) {
        return new Status(
                found.generation(),
                found.running(),
                List.of(synced(found), healthy(found)),
                found.steps(),
                found.units(),
                null);
    }

    private static Condition synced(Findings found) {
        var problem = found.problem();
        if (problem instanceof Problem.Reverted(var why, var desired, var good)) {
            return Condition.of(
                    "Synced",
                    Condition.Status.False,
                    "Reverted",
                    "%s failed and %s was put back: %s. It is tried again when another revision is desired, or by"
                                    .formatted(desired, good, why.message())
                            + " 'underway retry'");
        }
        if (problem != null) {
            return Condition.of(
                    "Synced",
                    Condition.Status.False,
                    problem.why().reason(),
                    problem.why().message());
        }
        if (!found.drift().isEmpty()) {
            return Condition.of("Synced", Condition.Status.False, "Drifted", String.join("; ", found.drift()));
        }
        if (!found.waits().isEmpty()) {
            return Condition.of("Synced", Condition.Status.False, "Waiting", String.join("; ", found.waits()));
        }
        return Condition.of("Synced", Condition.Status.True, "AsDesired", "everything on the host is as desired");
    }

    private static Condition healthy(Findings found) {
        if (found.problem() instanceof Problem.Reverted(var why, var desired, var good)) {
            return Condition.of(
                    "Healthy",
                    Condition.Status.False,
                    why.reason(),
                    "%s failed: %s. %s runs".formatted(desired, why.message(), good));
        }
        if (found.problem() instanceof Problem.OfRevision(var why)) {
            return Condition.of("Healthy", Condition.Status.False, why.reason(), why.message());
        }
        var ill = found.units().stream()
                .filter(unit -> !unit.healthy() && !found.pending().contains(unit.name()))
                .map(unit -> unit.name() + ": " + unit.message())
                .collect(Collectors.joining("; "));
        if (!ill.isEmpty()) {
            return Condition.of("Healthy", Condition.Status.False, "UnitUnhealthy", ill);
        }
        if (!found.pending().isEmpty()) {
            return Condition.of(
                    "Healthy", Condition.Status.Unknown, "Pending", String.join(", ", found.pending()) + " on the way");
        }
        if (found.running() == null) {
            return Condition.of("Healthy", Condition.Status.Unknown, "NotApplied", "nothing of the set is applied yet");
        }
        return Condition.of("Healthy", Condition.Status.True, "UnitsHealthy", "every unit is as it should be");
    }

    /// The steps of a pass that concern one set, as an operator reads them.
    public static List<PlannedStep> steps(SetId set, Set<String> units, Executed executed) {
        return executed.results().stream()
                .flatMap(result -> PlannedSteps.of(
                        set,
                        units,
                        result.step(),
                        result.ending().name(),
                        result.message().isEmpty() ? null : result.message()))
                .limit(MOST_STEPS)
                .toList();
    }

    /// Whether any of `steps` is the set's own: a daemon-reload alone concerns whoever caused it.
    public static boolean concern(List<PlannedStep> steps) {
        var own = new ArrayList<>(steps);
        own.removeIf(step -> step.action().equals("DaemonReload"));
        return !own.isEmpty();
    }
}
