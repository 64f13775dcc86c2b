package dev.underway.server.node;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Bounds how often one address may fail: a burst, then one failure per interval. Those who succeed are not bounded
/// by it.
final class FailureBound {
    /// More addresses than this are forgotten, oldest first; an attacker with so many is not stopped by this bound.
    private static final int MOST_ADDRESSES = 10_000;

    private final int burst;
    private final Duration interval;
    /// For each address, the time at which its failures are made good.
    private final Map<String, Instant> settled = new LinkedHashMap<>();

    FailureBound(int burst, Duration interval) {
        this.burst = burst;
        this.interval = interval;
    }

    /// Whether `address` may try now.
    synchronized boolean allows(String address, Instant now) {
        var debt = settled.get(address);
        return debt == null || debt.isBefore(now.plus(interval.multipliedBy(burst)));
    }

    synchronized void failed(String address, Instant now) {
        var debt = settled.remove(address);
        settled.put(address, (debt == null || debt.isBefore(now) ? now : debt).plus(interval));
        if (settled.size() > MOST_ADDRESSES) {
            settled.remove(settled.keySet().iterator().next());
        }
    }
}
