package dev.underway.agent.report;

import dev.underway.agent.verify.Health;
import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Health.Pending;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.model.Assignment.Draining;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Observed.UnitStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Units as people read them.
public final class UnitReports {
    private UnitReports() {}

    /// One for each of `units`, by name. A unit without a verdict is one of a set that waits for its next try.
    /// `instances` are those of swappable units, by unit.
    public static Map<String, UnitReport> of(
            Map<String, UnitStatus> units, Map<String, Health> health, Map<String, Instances> instances) {
        var reports = new HashMap<String, UnitReport>();
        units.forEach((name, unit) -> {
            var known = instances.getOrDefault(name, Instances.NONE);
            reports.put(name, report(unit, health.get(name), draining(known, units)));
        });
        return reports;
    }

    private static List<Draining> draining(Instances known, Map<String, UnitStatus> units) {
        return known.known().keySet().stream()
                .filter(name -> !name.equals(known.current()))
                .filter(name -> stillRuns(units.get(name)))
                .sorted()
                .map(Draining::of)
                .toList();
    }

    private static boolean stillRuns(@Nullable UnitStatus unit) {
        return unit != null && (unit.active() || unit.inTransition());
    }

    private static UnitReport report(UnitStatus unit, @Nullable Health health, List<Draining> draining) {
        var message =
                switch (health) {
                    case null -> unit.activeState().equals("failed") ? "it failed" : null;
                    case Healthy() -> null;
                    case Pending(var on) -> on;
                    case Unhealthy(var _, var why) -> why;
                };
        return new UnitReport(
                unit.name(),
                unit.activeState(),
                unit.subState(),
                unit.mainPid() == 0 ? null : unit.mainPid(),
                unit.invocationId().isEmpty() ? null : unit.invocationId(),
                message == null,
                message,
                draining.isEmpty() ? null : draining);
    }
}
