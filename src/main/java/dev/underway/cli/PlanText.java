package dev.underway.cli;

import dev.underway.model.UnitSetPlan;
import dev.underway.model.UnitSetPlan.Group;

/// A forecast for people: what would be done over the fleet, and with `wide` step by step on which hosts.
final class PlanText {
    private static final int MOST_NAMES = 3;

    private PlanText() {}

    static String of(UnitSetPlan plan, boolean wide) {
        var text = new StringBuilder("%s/%s: %d of %d hosts change, disruption: %s%n"
                .formatted(
                        plan.metadata().namespace(),
                        plan.metadata().name(),
                        plan.hosts() - plan.unchanged() - plan.unknown(),
                        plan.hosts(),
                        plan.disruption()));
        if (!plan.summary().isEmpty()) {
            text.append(wide ? steps(plan) : lines(plan));
        }
        plan.notes().forEach(note -> text.append("note: ").append(note).append('\n'));
        return text.toString();
    }

    private static TextTable lines(UnitSetPlan plan) {
        var table = new TextTable("ACTION", "UNIT", "HOSTS", "DISRUPTION", "BECAUSE");
        for (var line : plan.summary()) {
            var others = line.otherReasons() == 0 ? "" : " (and " + line.otherReasons() + " other reasons)";
            table.row(
                    line.action(),
                    FleetStatus.orNone(line.unit()),
                    Integer.toString(line.hosts()),
                    line.disruption(),
                    line.because() + others);
        }
        return table;
    }

    private static TextTable steps(UnitSetPlan plan) {
        var table = new TextTable("HOSTS", "RUNNING", "STATE", "ACTION", "UNIT", "DISRUPTION", "BECAUSE");
        for (var group : plan.groups()) {
            for (var step : group.steps()) {
                table.row(
                        names(group),
                        FleetStatus.orNone(group.running()),
                        group.state().name(),
                        step.action(),
                        FleetStatus.orNone(step.unit()),
                        step.disruption(),
                        step.because());
            }
        }
        return table;
    }

    /// `web1,web2,web3 and 7 more`.
    private static String names(Group group) {
        var hosts = group.hosts();
        var few = String.join(",", hosts.subList(0, Math.min(MOST_NAMES, hosts.size())));
        return hosts.size() <= MOST_NAMES ? few : few + " and " + (hosts.size() - MOST_NAMES) + " more";
    }
}
