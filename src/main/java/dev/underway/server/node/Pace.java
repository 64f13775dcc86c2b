package dev.underway.server.node;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Bounds how often one address or host may do something that costs: a burst, then once per interval.
final class Pace {
    /// More than this are forgotten, those first that did nothing the longest; an attacker with so many addresses is
    /// not stopped by this bound.
    private static final int MOST = 10_000;

    private final int burst;
    private final Duration interval;
    /// For each, the time at which what it did is made good.
    private final Map<String, Instant> settled = new LinkedHashMap<>();

    Pace(int burst, Duration interval) {
        this.burst = burst;
        this.interval = interval;
    }

    /// Whether `who` may do it now.
    synchronized boolean allows(String who, Instant now) {
        var debt = settled.get(who);
        return debt == null || debt.isBefore(now.plus(interval.multipliedBy(burst)));
    }

    /// `who` does it.
    synchronized void count(String who, Instant now) {
        var debt = settled.remove(who);
        settled.put(who, (debt == null || debt.isBefore(now) ? now : debt).plus(interval));
        if (settled.size() > MOST) {
            settled.remove(settled.keySet().iterator().next());
        }
    }
}
