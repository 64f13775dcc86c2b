package dev.underway.server.forecast;

import dev.underway.model.Assignment;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.model.Policy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a host has of one set, as it last reported.
///
/// @param revision name of the revision that it runs; null when it has none yet
/// @param active ActiveState by unit
/// @param values that it was told for the templates of that revision; null when that is not known
/// @param reportedAt when it said so; null when it never did
record Share(
        @Nullable String revision,
        Policy policy,
        Map<String, String> active,
        @Nullable Instant reportedAt,
        @Nullable Instant heldUntil,
        @Nullable Map<String, String> values) {
    Share(
            @Nullable String revision,
            Policy policy,
            Map<String, String> active,
            @Nullable Instant reportedAt,
            @Nullable Instant heldUntil) {
        this(revision, policy, active, reportedAt, heldUntil, null);
    }

    static Share of(Assignment assignment) {
        var spec = assignment.spec();
        var status = assignment.status();
        var units = status == null
                ? List.<UnitReport>of()
                : Objects.requireNonNullElse(status.units(), List.<UnitReport>of());
        return new Share(
                status == null ? null : status.revision(),
                Objects.requireNonNullElse(spec.policy(), Policy.NONE),
                units.stream().collect(Collectors.toUnmodifiableMap(UnitReport::name, UnitReport::active, (a, b) -> b)),
                status == null ? null : status.reportedAt(),
                spec.hold() == null ? null : spec.hold().until(),
                status != null && spec.revision().equals(status.revision()) ? spec.values() : null);
    }
}
