package dev.underway.agent;

import dev.underway.model.Policy.UnitPolicy;
import dev.underway.plan.Desired;
import dev.underway.plan.Inventory;
import dev.underway.plan.Observed;
import dev.underway.plan.SetId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// How long processes that serve one connection each have been of an earlier version, where the policy of their socket
/// lets them be that for a while only (`drain`).
///
/// Which ones they are is in the inventory. How long it is known of each is not: it is measured by a clock that nobody
/// sets, and begins anew with an agent that is started, so that a connection may get more time and never less.
final class EarlierConnections {
    private static final Duration ENDING = Duration.ofSeconds(1);

    private final LongSupplier nanos;
    private final Map<String, Long> since = new HashMap<>();

    /// @param nanos a monotonic clock, in nanoseconds
    EarlierConnections(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// `observed` with those whose time is over.
    Observed judged(Desired desired, Observed observed) {
        var overdue = new HashSet<String>();
        left(desired, observed.inventory(), Set.of()).forEach((name, left) -> {
            if (!left.isPositive()) {
                overdue.add(name);
            }
        });
        return overdue.isEmpty() ? observed : observed.overdue(overdue);
    }

    /// When to look at the next one; empty when there is none. What has had its time is looked at until it has ended.
    ///
    /// @param withheld sets of which nothing is done now
    Optional<Duration> next(Desired desired, Inventory inventory, Set<SetId> withheld) {
        return left(desired, inventory, withheld).values().stream()
                .map(left -> left.isPositive() ? left : ENDING)
                .min(Duration::compareTo);
    }

    /// By process, the time that it still has.
    private Map<String, Duration> left(Desired desired, Inventory inventory, Set<SetId> withheld) {
        long now = nanos.getAsLong();
        var left = new HashMap<String, Duration>();
        var known = new HashSet<String>();
        for (var set : desired.sets()) {
            for (var unit : Objects.requireNonNullElse(set.policy().units(), List.<UnitPolicy>of())) {
                var drain = unit.drain();
                if (drain == null) {
                    continue;
                }
                for (String name : inventory.earlierConnections(unit.name())) {
                    known.add(name);
                    long begin = Objects.requireNonNull(since.computeIfAbsent(name, _ -> now));
                    if (!desired.held().containsKey(set.id()) && !withheld.contains(set.id())) {
                        left.put(name, drain.minusNanos(now - begin));
                    }
                }
            }
        }
        since.keySet().retainAll(known);
        return left;
    }
}
