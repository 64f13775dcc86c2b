package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// What a table shows of the last plan of an Assignment.
final class PlanCells {
    /// From the gentlest: what a step costs the clients of its unit.
    private static final List<String> DISRUPTIONS = List.of("none", "queued", "dropped");

    private PlanCells() {}

    /// `Swap web.service; Reload …`: the actions of the plan, each of several alike once.
    static String steps(JsonNode assignment) {
        var steps = new ArrayList<String>();
        for (var step : assignment.at("/status/plan")) {
            var text = words(step);
            if (steps.isEmpty() || !steps.getLast().equals(text)) {
                steps.add(text);
            }
        }
        return String.join("; ", steps);
    }

    /// `Restart web.service (dropped)`: the most disruptive step, of equal ones the last that has a unit, because a
    /// plan
    /// begins with files.
    static String last(JsonNode assignment) {
        String most = "";
        int worst = -1;
        for (var step : assignment.at("/status/plan")) {
            var disruption = DISRUPTIONS.indexOf(step.path("disruption").asText());
            boolean ofUnit = !step.path("unit").asText("").isEmpty();
            if (disruption > worst || (disruption == worst && ofUnit)) {
                worst = disruption;
                most = words(step) + (disruption > 0 ? " (" + DISRUPTIONS.get(disruption) + ")" : "");
            }
        }
        return most;
    }

    private static String words(JsonNode step) {
        var unit = step.path("unit").asText("");
        return step.path("action").asText() + (unit.isEmpty() ? "" : " " + unit);
    }
}
