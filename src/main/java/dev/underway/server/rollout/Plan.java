package dev.underway.server.rollout;

import dev.underway.model.UnitSet;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is to be written for one UnitSet, in order, and what its status says then; null when there is no UnitSet.
/// Conditions carry no times.
///
/// @param wake when there is something to decide although nothing has changed; null for never
record Plan(
        List<Decision> decisions,
        UnitSet.@Nullable Status status,
        @Nullable Instant wake) {
    Plan(List<Decision> decisions, UnitSet.@Nullable Status status) {
        this(decisions, status, null);
    }
}
