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
}
