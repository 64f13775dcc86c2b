package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Assignment.PlannedStep;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a UnitSet would do to the fleet, as the `plan` subresource answers it: told from what the hosts last reported,
/// before anything is done.
///
/// @param hosts that the set concerns: those that it selects, and those that have it and would lose it
/// @param unchanged of these, hosts on which nothing would be done
/// @param unknown of these, hosts of which it cannot be told
/// @param disruption the worst that any step does to the clients of a unit: `none`, `queued` or `dropped`
/// @param summary what would be done, over all hosts; the most disruptive first
/// @param groups the hosts, those together that would do the same
/// @param notes sentences about what the forecast rests on, and what stands against it
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UnitSetPlan(
        String apiVersion,
        String kind,
        Metadata metadata,
        int hosts,
        int unchanged,
        int unknown,
        String disruption,
        List<Line> summary,
        List<Group> groups,
        List<String> notes) {
    public static final String KIND = "UnitSetPlan";

    /// One kind of step on one unit.
    ///
    /// @param unit null for what concerns no unit, such as a daemon-reload
    /// @param because the reason of the first host
    /// @param otherReasons how many other reasons hosts have for it
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Line(
            String action, @Nullable String unit, String disruption, int hosts, String because, int otherReasons) {}

    /// Hosts that run the same, are in the same state, and would do the same.
    ///
    /// @param running name of the revision that they run; null when they have none
    /// @param state whether they would do it at once
    /// @param oldestReport the oldest of the reports that this rests on; null when there is none
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Group(
            List<String> hosts,
            @Nullable String running,
            State state,
            @Nullable Instant oldestReport,
            List<PlannedStep> steps) {}

    /// Whether a host does what it is told.
    public enum State {
        /// It would begin at once.
        Ready,
        /// When it is heard of again.
        Offline,
        /// When its hold ends.
        Held,
        /// When it is uncordoned.
        Cordoned
    }

    /// Whether connections are refused or cut somewhere.
    public boolean drops() {
        return disruption.equals("dropped");
    }
}
