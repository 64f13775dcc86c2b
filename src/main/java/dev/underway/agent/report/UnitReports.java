package dev.underway.agent.report;

import dev.underway.agent.verify.Health;
import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Health.Pending;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.plan.Observed.UnitStatus;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Units as people read them.
public final class UnitReports {
    private UnitReports() {}

    /// One for each of `units`, by name. A unit without a verdict is one of a set that waits for its next try.
    public static Map<String, UnitReport> of(Map<String, UnitStatus> units, Map<String, Health> health) {
        var reports = new HashMap<String, UnitReport>();
        units.forEach((name, unit) -> reports.put(name, report(unit, health.get(name))));
        return reports;
    }

    private static UnitReport report(UnitStatus unit, @Nullable Health health) {
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
                message);
    }
}
