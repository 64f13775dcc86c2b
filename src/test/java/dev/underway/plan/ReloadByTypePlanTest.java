package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Observed.UnitStatus;
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
        assertThat(OtherSystemd.steps(host, before, now, this::canReload)).isEqualTo(steps);
    }

    /// As a systemd says it that knows reloads by `ExecReload=` only.
    private UnitStatus canReload(UnitStatus unit) {
        boolean can = !host.text(host.named(unit.name()))
                .values("Service", "ExecReload")
                .isEmpty();
        return OtherSystemd.of(unit, can, false);
    }
}
