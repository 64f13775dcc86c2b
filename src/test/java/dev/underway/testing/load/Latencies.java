package dev.underway.testing.load;

/// How long requests took, in buckets that are at most 2 % wide: bounded memory for any number of requests. One writer;
/// merged when the writers have ended.
final class Latencies {
    /// Buckets for each doubling.
    private static final int FINE_BITS = 6;

    private static final int FINE = 1 << FINE_BITS;

    /// Up to 2^36 microseconds, which is longer than any timeout here.
    private static final int DOUBLINGS = 30;

    private final long[] buckets = new long[FINE * (DOUBLINGS + 1)];
    private long count;
    private long longest;

    void add(long micros) {
        buckets[bucket(micros)]++;
        count++;
        longest = Math.max(longest, micros);
    }

    void addAll(Latencies others) {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] += others.buckets[i];
        }
        count += others.count;
        longest = Math.max(longest, others.longest);
    }

    long count() {
        return count;
    }

    long longest() {
        return longest;
    }

    /// The latency in microseconds that `share` of the requests did not exceed; 0 when there were none.
    long quantile(double share) {
        long still = Math.max(1, (long) Math.ceil(count * share));
        for (int i = 0; i < buckets.length; i++) {
            still -= buckets[i];
            if (still <= 0) {
                return Math.min(upperEnd(i), longest);
            }
        }
        return longest;
    }

    private static int bucket(long micros) {
        if (micros < FINE) {
            return (int) Math.max(0, micros);
        }
        int doubling = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros) - FINE_BITS;
        if (doubling >= DOUBLINGS) {
            return FINE * (DOUBLINGS + 1) - 1;
        }
        return FINE * (doubling + 1) + (int) (micros >>> doubling) - FINE;
    }

    private static long upperEnd(int bucket) {
        if (bucket < FINE) {
            return bucket;
        }
        int doubling = bucket / FINE - 1;
        return ((long) (bucket % FINE + FINE + 1) << doubling) - 1;
    }
}
