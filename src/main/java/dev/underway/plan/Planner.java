package dev.underway.plan;

/// Compares what a host shall be with what it is, and says what to do.
public final class Planner {
    private Planner() {}

    /// The steps that make `observed` as `desired`, by the least disruptive action that is enough.
    public static Plan plan(Desired desired, Observed observed) {
        throw new UnsupportedOperationException();
    }
}
