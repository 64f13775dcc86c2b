package dev.underway.plan;

import dev.underway.plan.Observed.UnitStatus;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Plans for hosts whose systemd says other things of their units than that of [ModelHost].
final class OtherSystemd {
    private OtherSystemd() {}

    /// What is done, and why, on a host that has `before` and shall have `now`, both as [Sketch] has them.
    static String steps(ModelHost host, String before, String now, UnaryOperator<UnitStatus> says) {
        host.converge(desired(before));
        var seen = host.observe(desired(now));
        var units = new TreeMap<String, UnitStatus>();
        seen.units().forEach((name, unit) -> units.put(name, says.apply(unit)));
        var said = new Observed(seen.paths(), units, seen.inventory(), seen.storePaths(), seen.processes());
        return Planner.plan(desired(now), said).actions().stream()
                .map(step -> step.action() + ": " + step.because())
                .collect(Collectors.joining("; then "));
    }

    private static Desired desired(String sketch) {
        return new Desired(List.of(Sketch.set(sketch)), List.of());
    }

    static UnitStatus of(UnitStatus unit, boolean canReload, boolean knowsRefresh) {
        return new UnitStatus(
                unit.name(),
                unit.loadState(),
                unit.activeState(),
                unit.subState(),
                unit.unitFileState(),
                unit.mainPid(),
                unit.invocationId(),
                unit.nRestarts(),
                unit.result(),
                canReload,
                knowsRefresh,
                unit.needDaemonReload(),
                unit.fragmentPath(),
                unit.fragmentText(),
                unit.jobType(),
                unit.startedAtMicros());
    }
}
