package dev.underway.agent.fetch;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next try: twice as long after each failure, with jitter so that a fleet does not come
/// back in step.
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /// The wait after one more failure: between half of the doubled time and all of it.
    public Duration next() {
        long doubled = first.toMillis() << Math.min(failures++, 20);
        long whole = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(whole / 2 + random.nextLong(whole / 2 + 1));
    }

    public void reset() {
        failures = 0;
    }
}
