package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A person's word that nothing is done to a host, or to one set on it, until it ends: no change, no healing. What runs
/// goes on running.
@Describe("Nothing is done until it ends: no change, no healing.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Hold(
        @Describe("Why, for those who wonder.") String reason,
        @Describe("When it ends by itself.") Instant until,

        @Describe("Who said so; written by the server.") @Nullable
        String by) {
    /// Most characters of a reason.
    public static final int LONGEST_REASON = 256;

    static void check(@Nullable Hold hold, Findings findings) {
        if (hold != null && (hold.reason().isBlank() || hold.reason().length() > LONGEST_REASON)) {
            findings.invalid("spec.hold.reason", "must have 1 to " + LONGEST_REASON + " characters: say why");
        }
    }

    /// As everything prints it: `held by ann until 2026-01-01T00:00:00Z: we look into it`.
    public String sentence() {
        return "held by " + (by == null ? "somebody" : by) + " until " + until + ": " + reason;
    }
}
