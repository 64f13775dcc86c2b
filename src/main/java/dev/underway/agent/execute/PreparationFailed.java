package dev.underway.agent.execute;

import dev.underway.plan.Step;

/// The paths of a plan could not be put in place: a failure of the surroundings. No unit was started, reloaded or
/// restarted; what was written is finished by a later pass.
public final class PreparationFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Step step;
    private final String reason;

    PreparationFailed(Step step, String reason, Exception cause) {
        super(cause.getMessage(), cause);
        this.step = step;
        this.reason = reason;
    }

    PreparationFailed(Step step, String reason, String message) {
        super(message);
        this.step = step;
        this.reason = reason;
    }

    public Step step() {
        return step;
    }

    /// A CamelCase word for a condition.
    public String reason() {
        return reason;
    }
}
