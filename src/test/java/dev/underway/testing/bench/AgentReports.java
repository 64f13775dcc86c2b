package dev.underway.testing.bench;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.wire.DesiredState;
import dev.underway.wire.Report;
import dev.underway.wire.Wire;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the agent of a host with one service in each set reports.
public final class AgentReports {
    private AgentReports() {}

    /// How the services are.
    public enum Health {
        ON_THE_WAY,
        WELL
    }

    /// @param run another one after each restart of the services
    public static Report of(
            String machine,
            long serial,
            @Nullable Map<String, String> facts,
            List<DesiredState.Entry> entries,
            Health health,
            int run) {
        var reports = entries.stream()
                .map(entry -> new Report.AssignmentReport(
                        entry.namespace(), entry.unitSet(), entry.uid(), status(entry, health, run)))
                .toList();
        return new Report(Wire.VERSION, machine, serial, facts, reports, List.of());
    }

    private static Assignment.Status status(DesiredState.Entry entry, Health health, int run) {
        var isWell = health == Health.WELL;
        return new Assignment.Status(
                entry.generation(),
                entry.revision(),
                List.of(
                        Condition.of("Synced", Condition.Status.True, "AsDesired", "everything is as desired"),
                        isWell
                                ? Condition.of("Healthy", Condition.Status.True, "UnitsHealthy", "every unit is well")
                                : Condition.of(
                                        "Healthy", Condition.Status.Unknown, "Pending", "bench.service on the way")),
                List.of(new Assignment.PlannedStep(
                        "Restart", "bench.service", "ExecStart= changed", "dropped", "Done", null)),
                List.of(new Assignment.UnitReport(
                        "bench.service",
                        isWell ? "active" : "activating",
                        isWell ? "running" : "start",
                        1000L + run,
                        "i" + run,
                        isWell,
                        null,
                        null)),
                null);
    }
}
