package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.server.store.Conditions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One host that a UnitSet picks: what it shall run, and the Assignment that says what it was told and what it
/// reports.
record SelectedHost(
        World.HostView view,
        Assignment.Spec desired,
        @Nullable Assignment assignment) {
    /// Not in order, but on its way: nobody needs to do anything.
    private static final Set<String> ON_ITS_WAY =
            Set.of("Waiting", "Progressing", "Applying", "Drifted", "Pending", "Held");

    /// How far the host is, as `kubectl get unitset` counts it. A host counts in the first that fits.
    enum Progress {
        HEALTHY,
        OFFLINE,
        FAILED,
        CORDONED,
        PENDING
    }

    /// The tombstone of an earlier Assignment must be carried out first.
    boolean isBeingRemoved() {
        return assignment != null && World.deleting(assignment.metadata());
    }

    /// Whether the host has been told to run exactly this.
    boolean isTold() {
        return assignment != null && !isBeingRemoved() && assignment.spec().equals(desired);
    }

    boolean isSynced() {
        var status = answer();
        return isTold()
                && status != null
                && desired.revision().equals(status.revision())
                && Conditions.isTrue(status.conditions(), "Synced");
    }

    boolean isHealthy() {
        var status = answer();
        return isSynced() && status != null && Conditions.isTrue(status.conditions(), "Healthy");
    }

    /// The condition that says why the host cannot, or null when it can.
    @Nullable
    Condition failure() {
        var status = answer();
        if (status == null || !isTold()) {
            return null;
        }
        var conditions = Objects.requireNonNullElse(status.conditions(), List.<Condition>of());
        return conditions.stream()
                .filter(condition -> condition.status() == Condition.Status.False)
                .filter(condition -> !ON_ITS_WAY.contains(condition.reason()))
                .findFirst()
                .orElse(null);
    }

    Progress progress() {
        if (isHealthy() && view.reachable()) {
            return Progress.HEALTHY;
        }
        if (!view.reachable()) {
            return Progress.OFFLINE;
        }
        if (failure() != null) {
            return Progress.FAILED;
        }
        return view.cordoned() && !isTold() ? Progress.CORDONED : Progress.PENDING;
    }

    /// What the host says of the Assignment as it is now; null when it has not answered yet.
    private Assignment.@Nullable Status answer() {
        return assignment != null
                        && assignment.status() != null
                        && Objects.equals(
                                assignment.status().observedGeneration(),
                                assignment.metadata().generation())
                ? assignment.status()
                : null;
    }
}
