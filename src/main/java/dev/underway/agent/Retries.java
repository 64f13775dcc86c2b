package dev.underway.agent;

import dev.underway.agent.fetch.Backoff;
import dev.underway.plan.Plan.Withheld;
import dev.underway.plan.SetId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Sets that failed, why, and when they are tried again: after 5 s at first and ever more rarely, to every 5 minutes.
/// Another version of the set is tried at once.
final class Retries {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Map<SetId, Held> held = new HashMap<>();

    /// @param until when the pause is over, in nanoseconds; null once the set is being tried again
    private record Held(
            String version,
            Withheld why,
            Backoff backoff,
            @Nullable Long until) {}

    /// `nanos` is a monotonic clock in nanoseconds.
    Retries(LongSupplier nanos, RandomGenerator random) {
        this.nanos = nanos;
        this.random = random;
    }

    /// Why this version of the set is not tried now. Empty when it shall be tried: it then waits for nothing any more,
    /// whatever becomes of it, until it has [#failed] again.
    Optional<Withheld> holding(SetId set, String version) {
        var entry = held.get(set);
        if (entry == null) {
            return Optional.empty();
        }
        var until = entry.until();
        if (entry.version().equals(version) && until != null && nanos.getAsLong() - until < 0) {
            return Optional.of(entry.why());
        }
        held.put(set, new Held(entry.version(), entry.why(), entry.backoff(), null));
        return Optional.empty();
    }

    void failed(SetId set, String version, Withheld why) {
        var before = held.get(set);
        var backoff = before != null && before.version().equals(version)
                ? before.backoff()
                : new Backoff(FIRST, LONGEST, random);
        held.put(
                set,
                new Held(
                        version,
                        why,
                        backoff,
                        nanos.getAsLong() + backoff.next().toNanos()));
    }

    void succeeded(SetId set) {
        held.remove(set);
    }

    /// Forgets all others.
    void keepOnly(Predicate<SetId> wanted) {
        held.keySet().removeIf(wanted.negate());
    }

    /// How long until the next of the sets that count may be tried again; empty when none waits.
    Optional<Duration> next(Predicate<SetId> counts) {
        return held.entrySet().stream()
                .filter(each -> counts.test(each.getKey()))
                .map(each -> each.getValue().until())
                .filter(Objects::nonNull)
                .map(until -> Duration.ofNanos(Math.max(0, until - nanos.getAsLong())))
                .min(Duration::compareTo);
    }
}
