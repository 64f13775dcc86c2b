package dev.underway.model.unitfile;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/// Spans of time as directives of systemd take them: `90`, `1min 30s`, `2h 500ms`; a number alone is seconds.
/// Not `infinity`, which is none. The form of systemd.time(7).
public final class TimeSpan {
    private static final Pattern PART =
            Pattern.compile("(?<amount>\\d{1,15}(?:\\.\\d{1,15})?)\\s*(?<unit>[a-zA-Zµμ]*)\\s*");
    private static final long SECOND = 1_000_000;
    private static final BigDecimal A_SECOND = BigDecimal.valueOf(SECOND);
    private static final long DAY = 86_400 * SECOND;

    /// In microseconds.
    private static final Map<String, Long> UNITS = Map.ofEntries(
            Map.entry("us", 1L),
            Map.entry("usec", 1L),
            Map.entry("µs", 1L),
            Map.entry("μs", 1L),
            Map.entry("ms", 1_000L),
            Map.entry("msec", 1_000L),
            Map.entry("", SECOND),
            Map.entry("s", SECOND),
            Map.entry("sec", SECOND),
            Map.entry("second", SECOND),
            Map.entry("seconds", SECOND),
            Map.entry("m", 60 * SECOND),
            Map.entry("min", 60 * SECOND),
            Map.entry("minute", 60 * SECOND),
            Map.entry("minutes", 60 * SECOND),
            Map.entry("h", 3_600 * SECOND),
            Map.entry("hr", 3_600 * SECOND),
            Map.entry("hour", 3_600 * SECOND),
            Map.entry("hours", 3_600 * SECOND),
            Map.entry("d", DAY),
            Map.entry("day", DAY),
            Map.entry("days", DAY),
            Map.entry("w", 7 * DAY),
            Map.entry("week", 7 * DAY),
            Map.entry("weeks", 7 * DAY),
            Map.entry("M", 2_629_800 * SECOND),
            Map.entry("month", 2_629_800 * SECOND),
            Map.entry("months", 2_629_800 * SECOND),
            Map.entry("y", 31_557_600 * SECOND),
            Map.entry("year", 31_557_600 * SECOND),
            Map.entry("years", 31_557_600 * SECOND));

    private TimeSpan() {}

    /// Throws IllegalArgumentException for anything else.
    public static Duration parse(String text) {
        var span = text.strip();
        var part = PART.matcher(span);
        var sum = Duration.ZERO;
        int end = 0;
        while (part.find(end) && part.start() == end) {
            Long unit = UNITS.get(part.group("unit"));
            if (unit == null) {
                break;
            }
            var micros = new BigDecimal(part.group("amount")).multiply(BigDecimal.valueOf(unit));
            sum = sum.plus(Duration.ofSeconds(
                    micros.divideToIntegralValue(A_SECOND).longValueExact(),
                    micros.remainder(A_SECOND).longValue() * 1_000));
            end = part.end();
        }
        if (end == 0 || end < span.length()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a span of time such as 90s or 1min 30s");
        }
        return sum;
    }
}
