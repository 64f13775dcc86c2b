package dev.underway.agent;

import java.time.Duration;

/// How a pass ended, named by what the agent does next.
public sealed interface Outcome {
    /// The same, but not longer than until something that `on` names.
    default Outcome atMost(Duration longest, String on) {
        return switch (this) {
            case Settled _ -> new Waiting(longest, on);
            case Waiting(var until, var _) when until.compareTo(longest) > 0 -> new Waiting(longest, on);
            case Stalled(var reason, var message, var until)
            when until.compareTo(longest) > 0 -> new Stalled(reason, message, longest);
            case Waiting _, Stalled _ -> this;
        };
    }

    /// Everything is as desired, or as far as it can be: sleep until something changes.
    record Settled() implements Outcome {}

    /// Try again after a while even if nothing changes.
    record Waiting(Duration until, String on) implements Outcome {}

    /// A revision did not work on this host: reported, and tried again ever more rarely until another one comes.
    record Stalled(String reason, String message, Duration until) implements Outcome {}
}
