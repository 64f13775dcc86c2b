package dev.underway.testing.bench;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/// When something first came to each of so many hosts, by [System#nanoTime].
final class Arrivals {
    private static final long CHECK_MILLIS = 5;

    private final AtomicLongArray at;
    private final AtomicInteger arrived = new AtomicInteger();

    Arrivals(int hosts) {
        this.at = new AtomicLongArray(hosts);
    }

    /// It is at the host now.
    void at(int host) {
        if (at.compareAndSet(host, 0, System.nanoTime())) {
            arrived.incrementAndGet();
        }
    }

    int count() {
        return arrived.get();
    }

    /// Waits until it is everywhere; fails after `longest`.
    void awaitEverywhere(String what, Duration longest) throws InterruptedException {
        var deadline = System.nanoTime() + longest.toNanos();
        while (count() < at.length()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "%s: %d of %d hosts after %d s".formatted(what, count(), at.length(), longest.toSeconds()));
            }
            Thread.sleep(CHECK_MILLIS);
        }
    }

    /// How long it took from `begin` to each of them, in seconds; a host that had it before counts as 0.
    Spread since(long begin) {
        return Spread.of(IntStream.range(0, at.length())
                .mapToDouble(host -> Math.max(0, at.get(host) - begin) / 1e9)
                .toArray());
    }
}
