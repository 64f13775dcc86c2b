package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to `GET …/unitsets/NAME/rollout`: every host of a set, and why it has or does not have what is rolled
/// out. Worked out when it is asked for, by the planner that also decides.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UnitSetRollout(
        String apiVersion,
        String kind,
        Metadata metadata,
        @Nullable RolloutStatus rollout,
        List<OfHost> hosts) {
    public static final String KIND = "UnitSetRollout";

    /// One host of the set.
    ///
    /// @param wave null when it is in none: it goes straight, or it leaves
    /// @param wanted name of the revision that it shall run in the end
    /// @param told name of the revision that it was told to run; null for none yet
    /// @param running name of the revision that it reported last
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OfHost(
            String host,
            @Nullable String wave,
            @Nullable String wanted,
            @Nullable String told,
            @Nullable String running,
            State state,
            String reason,
            String message) {}

    /// Where one host stands.
    public enum State {
        /// It has what is wanted, and works.
        Verified,
        /// It was told, and is not there yet.
        Changing,
        /// It will be told when it is its turn.
        Waiting,
        /// It is passed over until it is back, released or uncordoned.
        Skipped,
        /// It was told, and failed.
        Failed,
        /// The set is being removed from it.
        Leaving
    }
}
