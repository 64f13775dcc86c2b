package dev.underway.agent.execute;

import dev.underway.plan.SetId;
import dev.underway.plan.Step;
import java.util.Set;

/// The paths of a plan could not be put in place: a failure of the surroundings. No unit was started, reloaded or
/// restarted; what was written is finished by a later pass.
public final class PreparationFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Step step;
    private final transient Set<SetId> sets;
    private final String reason;

    PreparationFailed(Step step, Set<SetId> sets, String reason, Exception cause) {
        super(cause.getMessage(), cause);
        this.step = step;
        this.sets = Set.copyOf(sets);
        this.reason = reason;
    }

    PreparationFailed(Step step, Set<SetId> sets, String reason, String message) {
        super(message);
        this.step = step;
        this.sets = Set.copyOf(sets);
        this.reason = reason;
    }

    public Step step() {
        return step;
    }

    /// Whose paths or units it was; empty when it was no set's in particular.
    public Set<SetId> sets() {
        return sets;
    }

    /// A CamelCase word for a condition.
    public String reason() {
        return reason;
    }
}
