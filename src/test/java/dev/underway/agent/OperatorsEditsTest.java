package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SwapHost.App;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What an operator adds to a swappable unit by systemctl, on a booted systemd: it outlives every swap.
@Tag("e2e")
class OperatorsEditsTest {
    private static final String UNITS = "/etc/systemd/system/";

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    @Test
    void whatSystemctlEditWroteIsTakenByTheProcessAndStaysWithTheUnit() throws Exception {
        var app = new App("typed", 8301);
        on.apply(app);

        edit(app, "[Service]\nEnvironment=ADDED=yes\n");
        assertThat(on.host.exec("ls", UNITS + on.current(app) + ".d")).contains("override.conf");
        var counted = on.underLoad(app, on::converge);

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(environment(app)).contains("ADDED=yes");
        assertThat(on.host.read(UNITS + "typed.service.d/override.conf"))
                .isEqualToIgnoringNewLines("[Service]\nEnvironment=ADDED=yes");
        on.apply(app.version("2"));
        on.converge();
        assertThat(environment(app)).contains("ADDED=yes").contains("VERSION=2");

        edit(app, "[Service]\nEnvironment=ADDED=more\n");
        on.converge();
        assertThat(environment(app)).contains("ADDED=more");
        assertThat(on.host.exec("bash", "-c", "ls -d " + UNITS + "typed*.d"))
                .isEqualTo("""
            %1$styped-%2$s.service.d
            %1$styped.service.d
            """.formatted(UNITS, on.current(app).replaceAll("typed-|\\.service", "")));
    }

    @Test
    void whatSetPropertySaidHoldsForEveryInstance() throws Exception {
        var app = new App("tuned", 8302);
        on.apply(app);
        var before = on.agent.unit(app.unit()).invocationId();

        on.host.exec("systemctl", "set-property", "tuned", "CPUWeight=77");
        on.converge();

        assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(before);
        assertThat(weight()).isEqualTo("77");
        on.apply(app.version("2"));
        on.converge();
        assertThat(on.agent.unit(app.unit()).invocationId()).isNotEqualTo(before);
        assertThat(weight()).isEqualTo("77");
        assertThat(on.agent.condition("tuned", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aDropInThatWouldPartTheInstancesIsTakenWithoutThat() throws Exception {
        var app = new App("bound", 8303);
        on.apply(app);

        on.host.write(UNITS + "bound.service.d/override.conf", """
            [Unit]
            BindsTo=bound.socket
            StartLimitIntervalSec=60
            StartLimitBurst=1
            [Service]
            Environment=NAME=%n
            """);
        on.converge();

        assertThat(environment(app)).contains("NAME=bound.service\n");
        assertThat(on.host
                        .exec("systemctl", "show", "-P", "BindsTo", app.unit())
                        .strip())
                .isEmpty();
        assertThat(on.host
                        .exec("systemctl", "show", "-P", "StartLimitIntervalUSec", app.unit())
                        .strip())
                .isEqualTo("0");
        var counted = on.underLoad(app, () -> {
            on.apply(app.version("2"));
            on.converge();
        });
        assertThat(counted.failed()).as("%s", counted).isZero();
    }

    /// Its file would win over ours, and be gone with it.
    @Test
    void aUnitThatSomebodyMadeBySystemdRunIsRefusedUntilItIsStopped() throws Exception {
        var app = new App("passing", 8304);
        on.host.exec("systemd-run", "--unit=passing", "sleep", "infinity");

        on.apply(app);

        assertThat(on.agent.condition("passing", "Synced")).isEqualTo("False Conflict");
        assertThat(on.agent.conditionOf("passing", "Synced").message())
                .startsWith("passing.service is a transient unit (/run/systemd/transient/passing.service)")
                .contains("systemctl stop passing.service");
        assertThat(on.agent.unit(app.unit()).active()).as("it is left alone").isTrue();
        on.host.exec("systemctl", "stop", "passing");
        on.agent.pass();
        assertThat(on.agent.condition("passing", "Synced")).isEqualTo("True AsDesired");
    }

    /// systemctl(1) wants a terminal, and an editor.
    private static void edit(App app, String text) {
        on.host.write("/opt/typed", text);
        // The file comes last: younger ones name the line first.
        on.host.writeExecutable("/opt/editor", "#!/bin/sh\nfor file; do :; done; cat /opt/typed >\"$file\"\n");
        on.host.exec("script", "-qec", "SYSTEMD_EDITOR=/opt/editor systemctl edit " + app.unit(), "/dev/null");
    }

    private static String weight() {
        return on.host
                .exec("systemctl", "show", "-P", "CPUWeight", "tuned.service")
                .strip();
    }

    private static String environment(App app) {
        return on.host.exec("bash", "-c", "tr '\\0' '\\n' </proc/" + on.agent.pid(app.unit()) + "/environ");
    }
}
