package dev.underway.agent;

import dev.underway.agent.execute.Executed;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.plan.Observed;
import dev.underway.plan.Observed.UnitStatus;
import java.util.HashMap;
import java.util.Map;

/// How units are at the end of a pass: as observed, or read anew when something was done.
final class UnitHealth {
    private final Systemd systemd;

    UnitHealth(Systemd systemd) {
        this.systemd = systemd;
    }

    Map<String, UnitReport> verify(Observed observed, Executed executed) throws SystemdException {
        var units = executed.results().isEmpty()
                ? observed.units()
                : systemd.status(observed.units().keySet());
        var reports = new HashMap<String, UnitReport>();
        units.forEach((name, unit) -> reports.put(name, report(unit)));
        return reports;
    }

    private static UnitReport report(UnitStatus unit) {
        boolean failed = unit.activeState().equals("failed");
        return new UnitReport(
                unit.name(),
                unit.activeState(),
                unit.subState(),
                unit.mainPid() == 0 ? null : unit.mainPid(),
                unit.invocationId().isEmpty() ? null : unit.invocationId(),
                !failed,
                failed ? "it failed (" + unit.result() + "); see journalctl -u " + unit.name() : null);
    }
}
