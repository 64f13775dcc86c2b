package dev.underway.plan;

import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Remove;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Write;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Steps as the tables print them, and other tests read them.
final class Steps {
    private Steps() {}

    static String of(Plan plan) {
        return plan.isEmpty() ? "nothing" : plan.steps().stream().map(Steps::of).collect(Collectors.joining(", "));
    }

    private static String of(Step step) {
        return switch (step) {
            case Write write -> write.changes().stream().map(Steps::of).collect(Collectors.joining(" "));
            case Tidy tidy -> "Tidy " + tidy.changes().stream().map(Steps::of).collect(Collectors.joining(" "));
            case ApplySysusers _ -> "Sysusers";
            case ApplyTmpfiles _ -> "Tmpfiles";
            case DaemonReload _ -> "DaemonReload";
            case OfUnit s ->
                s.action() + " " + s.unit()
                        + (s.disruption() == Disruption.NONE
                                ? ""
                                : " (" + s.disruption().word() + ")");
        };
    }

    private static String of(PathChange change) {
        String path = change.path().replace(UnitPaths.DIRECTORY, "");
        return (change instanceof Remove ? "-" : "+") + path;
    }

    /// What is done to units.
    static List<String> ofUnits(Plan plan) {
        return unitSteps(plan).map(step -> step.action() + " " + step.unit()).toList();
    }

    /// What is done to units, and why.
    static String because(Plan plan) {
        return unitSteps(plan)
                .map(step -> step.action() + " " + step.unit() + ": " + step.because())
                .collect(Collectors.joining(", "));
    }

    private static Stream<OfUnit> unitSteps(Plan plan) {
        return plan.steps().stream().filter(OfUnit.class::isInstance).map(OfUnit.class::cast);
    }
}
