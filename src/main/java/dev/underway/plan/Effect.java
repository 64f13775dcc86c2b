package dev.underway.plan;

/// What makes a changed directive effective on a unit that runs, from least to most disruptive.
public enum Effect {
    /// Nothing: systemd does not look at it, or only when a unit is enabled.
    NOTHING,
    /// systemd reads it anew; the process is untouched. Effective at once or at the next event it speaks of.
    DAEMON_RELOAD,
    /// Fixed when the socket is bound, but it can be changed on the open one.
    OPEN_SOCKET,
    /// The unit's own reload takes it.
    RELOAD,
    /// Fixed when the process is executed.
    NEW_PROCESS,
    /// Fixed when the socket is bound: it is bound anew, or where only addresses change, a [Rebind].
    NEW_SOCKET;

    public Effect or(Effect other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
