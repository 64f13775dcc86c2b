package dev.underway.server.store;

import dev.underway.model.Condition;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Stamps conditions with the time since when they are so. Only the server does: clocks of hosts are not trusted.
public final class Conditions {
    private Conditions() {}

    /// `next` with the times of `before` where the status is the same, and with `now` where it is not.
    public static List<Condition> stamped(@Nullable List<Condition> before, List<Condition> next, Instant now) {
        return next.stream()
                .map(condition -> new Condition(
                        condition.type(),
                        condition.status(),
                        condition.reason(),
                        condition.message(),
                        condition.observedGeneration(),
                        since(before, condition, now)))
                .toList();
    }

    /// The condition of this type, or null.
    public static @Nullable Condition find(@Nullable List<Condition> conditions, String type) {
        return conditions == null
                ? null
                : conditions.stream()
                        .filter(condition -> type.equals(condition.type()))
                        .findFirst()
                        .orElse(null);
    }

    public static boolean isTrue(@Nullable List<Condition> conditions, String type) {
        var condition = find(conditions, type);
        return condition != null && condition.status() == Condition.Status.True;
    }

    private static Instant since(@Nullable List<Condition> before, Condition condition, Instant now) {
        var earlier = find(before, condition.type());
        return earlier != null && earlier.status() == condition.status() && earlier.lastTransitionTime() != null
                ? earlier.lastTransitionTime()
                : now;
    }
}
