package dev.underway.model;

import java.time.Duration;
import java.util.regex.Pattern;

/// Durations as people write them: `500ms`, `5s`, `10m`, `1h30m` (the form of Kubernetes and Go).
public final class Durations {
    /// What a duration looks like; published in the schemas.
    public static final String PATTERN = "(\\d{1,9}(ms|s|m|h|d))+";

    private static final Pattern TERM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private Durations() {}

    /// Throws IllegalArgumentException for anything that [#PATTERN] does not match.
    public static Duration parse(String text) {
        if (!text.matches(PATTERN)) {
            throw new IllegalArgumentException("\"" + text + "\" is not a duration such as 30s, 5m or 1h30m");
        }
        var sum = Duration.ZERO;
        for (var term = TERM.matcher(text); term.find(); ) {
            long amount = Long.parseLong(term.group(1));
            sum = sum.plus(
                    switch (term.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    });
        }
        return sum;
    }

    /// The shortest text that [#parse] reads back to the same value, to the millisecond.
    public static String format(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        var text = new StringBuilder();
        append(text, duration.toHours(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.toString();
    }

    private static void append(StringBuilder text, long amount, String suffix) {
        if (amount > 0) {
            text.append(amount).append(suffix);
        }
    }

    /// As kubectl prints an age: two units while they matter, one later (`duration.HumanDuration` of apimachinery).
    public static String human(Duration age) {
        long seconds = age.toSeconds();
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 120) {
            return Math.max(0, seconds) + "s";
        }
        if (minutes < 10) {
            return two(minutes, "m", seconds % 60, "s");
        }
        if (hours < 3) {
            return minutes + "m";
        }
        if (hours < 8) {
            return two(hours, "h", minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        if (days < 8) {
            return two(days, "d", hours % 24, "h");
        }
        if (days < 365 * 2) {
            return days + "d";
        }
        if (days < 365 * 8) {
            return two(days / 365, "y", days % 365, "d");
        }
        return days / 365 + "y";
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + largeUnit + (small == 0 ? "" : small + smallUnit);
    }
}
