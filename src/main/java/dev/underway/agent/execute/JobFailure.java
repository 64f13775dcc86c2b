package dev.underway.agent.execute;

import dev.underway.agent.execute.Executed.Failure;
import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.agent.verify.Health.Reason;
import dev.underway.plan.Step;
import dev.underway.plan.Step.Adjust;
import dev.underway.plan.Step.Reload;
import dev.underway.plan.Step.Stop;
import org.jspecify.annotations.Nullable;

/// What is wrong with a unit after its job. The unit is believed, not the job: a job's result says `done` for a reload
/// that killed the process.
///
/// The reasons are those of [Reason], so that it does not depend on who looks first what a failure is called: a start
/// job that failed never got a unit up, and one that is done did, however soon it died.
final class JobFailure {
    /// A unit runs on that shall not.
    private static final String STOP_FAILED = "StopFailed";

    /// A socket that is open serves on with the settings that it has.
    private static final String NOT_ADJUSTED = "NotAdjusted";

    private JobFailure() {}

    /// Null when nothing is wrong, or `outcome` is null because nothing was done.
    static @Nullable Failure of(Step step, @Nullable JobOutcome outcome) {
        if (outcome == null || isFine(step, outcome)) {
            return null;
        }
        if (step instanceof Adjust) {
            var message = "%s of %s failed: %s".formatted(step.action(), outcome.unit(), outcome.message());
            return outcome.result().equals(OpenSockets.BAD_SETTING)
                    ? Failure.ofRevision(NOT_ADJUSTED, message)
                    : Failure.ofSurroundings(NOT_ADJUSTED, message);
        }
        var unit = outcome.after();
        var said = outcome.message().isEmpty() ? "the job is done, but the unit is not" : outcome.message();
        return Failure.ofRevision(
                reason(step, outcome),
                "%s of %s failed: %s; it is %s (%s), result %s; see journalctl -u %s"
                        .formatted(
                                step.action(),
                                outcome.unit(),
                                said,
                                unit.activeState(),
                                unit.subState(),
                                unit.result(),
                                outcome.unit()));
    }

    private static boolean isFine(Step step, JobOutcome outcome) {
        var unit = outcome.after();
        return switch (step) {
            case Stop _ -> !unit.active();
            case Reload _ -> outcome.done() && unit.active();
            case Adjust _ -> outcome.done();
            default -> outcome.done() && !unit.activeState().equals("failed");
        };
    }

    private static String reason(Step step, JobOutcome outcome) {
        return switch (step) {
            case Stop _ -> STOP_FAILED;
            case Reload _ -> Reason.ReloadFailed.name();
            default -> (outcome.done() ? Reason.Crashed : Reason.StartFailed).name();
        };
    }
}
