package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Observed.UnitStatus;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `Type=notify-reload` on hosts whose systemd does not know it, takes it for `Type=simple` and says of the unit that
/// it cannot reload (measured on 252).
class ReloadByTypePlanTest {
    private final ModelHost host = new ModelHost();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # before                                                                             | now                                                                                | steps
        web.service[Type=notify-reload;ExecStart=/a] /c/c=1                                  | web.service[Type=notify-reload;ExecStart=/a] /c/c=2                                | Restart: /c/c changed; the systemd of this host does not know Type=notify-reload, and cannot reload it
        web.service{update=Reload}[Type=notify-reload;ExecStart=/a] /c/c=1                   | web.service{update=Reload}[Type=notify-reload;ExecStart=/a] /c/c=2                 | Wait: pending restart: /c/c changed; the systemd of this host does not know Type=notify-reload, and cannot reload it
        web.service{reloadOn=/c}[Type=notify-reload;ExecStart=/a] /c/c=1                     | web.service{reloadOn=/c}[Type=notify-reload;ExecStart=/a] /c/c=2                   | Restart: /c/c changed; the systemd of this host does not know Type=notify-reload, and cannot reload it
        web.service[Type=notify-reload;ExecStart=/a;ExecReload=/r] /c/c=1                    | web.service[Type=notify-reload;ExecStart=/a;ExecReload=/r] /c/c=2                  | Reload: /c/c changed
        web.socket[ListenStream=80] web.service[Type=notify-reload;ExecStart=/a;WantedBy=x.target] | web.socket[ListenStream=80] web.service[Type=notify-reload;ExecStart=/b;WantedBy=x.target] | Stop: ExecStart= /a → /b; it can no longer be swapped; then Start: ExecStart= /a → /b; it can no longer be swapped
        web.socket[ListenStream=80] web.service{update=Restart}[Type=notify-reload;ExecStart=/a;WantedBy=x.target] | web.socket[ListenStream=80] web.service[Type=notify-reload;ExecStart=/b;WantedBy=x.target] | Restart: ExecStart= /a → /b; not swapped: the systemd of this host does not know Type=notify-reload, and takes it for Type=simple: use Type=notify
        web.socket[ListenStream=80] web.service{update=Restart}[Type=notify-reload;ExecStart=/a;WantedBy=x.target] | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/b;WantedBy=x.target] | Swap: ExecStart= /a → /b, Type= notify-reload → notify
        web.service[Type=notify-reload;ExecStart=/a]                                         | web.service[Type=notify-reload;ExecStart=/a]                                       | ''
        """)
    void promisesNoReloadToAHostThatCannot(String before, String now, String steps) {
        host.converge(desired(before));

        var plan = Planner.plan(desired(now), old(host.observe(desired(now))));

        assertThat(plan.actions().stream()
                        .map(step -> step.action() + ": " + step.because())
                        .collect(Collectors.joining("; then ")))
                .isEqualTo(steps);
    }

    private static Desired desired(String sketch) {
        return new Desired(List.of(Sketch.set(sketch)), List.of());
    }

    /// As a systemd says it that knows reloads by `ExecReload=` only.
    private Observed old(Observed seen) {
        var units = new TreeMap<String, UnitStatus>();
        seen.units().forEach((name, unit) -> units.put(name, canReload(unit)));
        return new Observed(seen.paths(), units, seen.inventory(), seen.storePaths(), seen.processes());
    }

    private UnitStatus canReload(UnitStatus unit) {
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
                !host.text(host.named(unit.name()))
                        .values("Service", "ExecReload")
                        .isEmpty(),
                unit.needDaemonReload(),
                unit.fragmentPath(),
                unit.fragmentText(),
                unit.jobType(),
                unit.startedAtMicros());
    }
}
