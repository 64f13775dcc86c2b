package dev.underway.cli;

import dev.underway.model.Condition;
import dev.underway.model.UnitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds one condition among those of a status.
final class Conditions {
    private Conditions() {}

    static @Nullable Condition find(@Nullable List<Condition> conditions, String type) {
        return conditions == null
                ? null
                : conditions.stream()
                        .filter(condition -> condition.type().equals(type))
                        .findFirst()
                        .orElse(null);
    }

    static boolean isTrue(UnitSet.Status status, String type) {
        var condition = find(status.conditions(), type);
        return condition != null && condition.status() == Condition.Status.True;
    }
}
