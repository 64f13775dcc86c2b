package dev.underway.testing.bench;

import java.util.Arrays;
import java.util.Locale;

/// How measured values lie: the median, the one that 99 of 100 do not exceed, and the greatest.
record Spread(double median, double p99, double greatest, int count) {
    /// Of at least one value.
    static Spread of(double... values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return new Spread(
                sorted[(sorted.length - 1) / 2],
                sorted[(int) Math.ceil(sorted.length * 0.99) - 1],
                sorted[sorted.length - 1],
                sorted.length);
    }

    /// Median, p99 and greatest in a format such as `%.0f ms`.
    String in(String format) {
        return String.format(Locale.ROOT, String.join(", ", format, format, format), median, p99, greatest);
    }
}
