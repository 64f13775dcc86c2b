package dev.underway.agent.verify;

import dev.underway.agent.systemd.Systemd;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Lets a thread sleep until a unit changes. Who reads [#of] before looking at the unit misses nothing.
final class Changes {
    private final Map<String, Long> ofUnits = new HashMap<>();
    private long ofEverything;
    private long told;
    private long ofOthers;
    private Set<String> onTrial = Set.of();

    synchronized void changed(String unit) {
        if (unit.equals(Systemd.EVERYTHING)) {
            ofEverything++;
        } else {
            ofUnits.merge(unit, 1L, Long::sum);
        }
        if (!onTrial.contains(unit)) {
            ofOthers++;
        }
        notifyAll();
    }

    synchronized void tell() {
        told++;
        notifyAll();
    }

    synchronized long of(String unit) {
        return ofEverything + ofUnits.getOrDefault(unit, 0L);
    }

    synchronized Moment now() {
        return new Moment(told, Map.copyOf(ofUnits));
    }

    /// From now on a change of a unit that is not one of `units` is news, as is all that was told since `since`, and
    /// each change of `others` since then. The amount of [#news] beyond which there is some.
    synchronized long listen(Set<String> units, Moment since, Set<String> others) {
        onTrial = Set.copyOf(units);
        long missed = others.stream()
                .filter(unit -> !onTrial.contains(unit))
                .mapToLong(
                        unit -> ofUnits.getOrDefault(unit, 0L) - since.changes().getOrDefault(unit, 0L))
                .sum();
        return since.told() + ofOthers - missed;
    }

    synchronized long news() {
        return told + ofOthers;
    }

    /// Returns when `unit` has changed more often than `seen`, when there is more news than `heard`, or after
    /// `longest`.
    synchronized void await(String unit, long seen, long heard, Duration longest) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        while (of(unit) == seen && news() <= heard) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(left / 1_000_000 + 1);
        }
    }
}
