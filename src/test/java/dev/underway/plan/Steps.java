package dev.underway.plan;

import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Remove;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Write;
import java.util.stream.Collectors;

/// Steps as the tables print them.
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
}
