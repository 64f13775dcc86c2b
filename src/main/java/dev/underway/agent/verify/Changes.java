package dev.underway.agent.verify;

import dev.underway.agent.systemd.Systemd;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Lets a thread sleep until a unit changes. Who reads [#of] before looking at the unit misses nothing.
final class Changes {
    private final Map<String, Long> ofUnits = new HashMap<>();
    private long ofEverything;

    synchronized void changed(String unit) {
        if (unit.equals(Systemd.EVERYTHING)) {
            ofEverything++;
        } else {
            ofUnits.merge(unit, 1L, Long::sum);
        }
        notifyAll();
    }

    synchronized long of(String unit) {
        return ofEverything + ofUnits.getOrDefault(unit, 0L);
    }

    /// Returns when `unit` has changed more often than `seen`, or after `longest`.
    synchronized void await(String unit, long seen, Duration longest) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        while (of(unit) == seen) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(left / 1_000_000 + 1);
        }
    }
}
