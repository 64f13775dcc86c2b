package dev.underway.agent;

import java.time.Duration;

/// How a pass ended, named by what the agent does next.
public sealed interface Outcome {
    /// Everything is as desired, or as far as it can be: sleep until something changes.
    record Settled() implements Outcome {}

    /// Try again after a while even if nothing changes.
    record Waiting(Duration until, String on) implements Outcome {}

    /// A revision did not work on this host: reported, and tried again ever more rarely until another one comes.
    record Stalled(String reason, String message, Duration until) implements Outcome {}
}
