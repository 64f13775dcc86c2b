package dev.underway.server.api;

import dev.underway.model.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/// How long ago something was, as kubectl prints it. Tables carry this text because kubectl prints cells as they come.
final class Age {
    private Age() {}

    static String since(String timestamp, Instant now) {
        if (timestamp.isEmpty()) {
            return "<unknown>";
        }
        try {
            return Durations.human(Duration.between(Instant.parse(timestamp), now));
        } catch (DateTimeParseException _) {
            return "<unknown>";
        }
    }
}
