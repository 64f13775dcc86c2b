package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SwapHost.App;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A process that was started from a definition that is no longer there gets found out by what is in its environment.
@Tag("e2e")
class StaleProcessOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    @Test
    void aProcessOfAnotherDefinitionIsSwapped() throws Exception {
        var app = new App("stale", 8300).version("1");
        on.apply(app);
        on.settle(app);
        var instance = on.current(app);
        on.host.exec(
                "sh",
                "-c",
                "cd /etc/systemd/system && cp %1$s /root/aside && sed -i 's/VERSION=1/VERSION=by-hand/; s/=%1$s/=stale-by-hand.service/' %1$s && systemctl daemon-reload && systemctl restart stale && cp /root/aside %1$s && systemctl daemon-reload"
                        .formatted(instance));
        assertThat(on.environment(app)).contains("VERSION=by-hand");

        var counted = on.underLoad(app, () -> {
            on.agent.pass();
            assertThat(on.step(app))
                    .isEqualTo("Swap (none): its process was not started as " + instance
                            + " but as stale-by-hand.service");
            on.settle(app);
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.environment(app)).contains("VERSION=1", "UNDERWAY_INSTANCE=" + on.current(app));
        assertThat(on.running(app)).containsExactly(on.current(app));
    }

    @Test
    void aProgramThatSomebodyReplacesIsRunWhenItHasBeenWritten() throws Exception {
        on.host.exec("cp", "/bin/sleep", "/opt/kept");
        on.agent.desire("kept", PassHost.content(List.of(), PassHost.service("kept.service", "/opt/kept 600")));
        on.agent.pass();
        long before = on.agent.pid("kept.service");
        on.host.exec("sleep", "10.5"); // a program that replaces itself within ten seconds is left alone

        on.host.exec("sh", "-c", "rm /opt/kept; head -c 9000 /bin/sleep >/opt/kept; chmod +x /opt/kept");
        var outcome = on.agent.pass();

        assertThat(outcome).isEqualTo(new Outcome.Waiting(Duration.ofSeconds(5), "a program that is being replaced"));
        assertThat(on.agent.pid("kept.service")).isEqualTo(before);
        on.host.exec("sh", "-c", "cat /bin/sleep >/opt/kept; echo >>/opt/kept");
        on.agent.nanos += Duration.ofSeconds(5).toNanos();
        assertThat(on.agent.pass()).isEqualTo(new Outcome.Settled());
        assertThat(on.agent.pid("kept.service")).isNotEqualTo(before);
        on.agent.remove("kept", false);
        on.converge();
    }

    @Test
    void aProcessThatWasAPlainUnitsIsNoStranger() throws Exception {
        var app = new App("adopted", 8301).version("1");
        app.update = UpdateMode.Restart;
        on.apply(app);
        app.update = null;
        on.apply(app);
        var pid = on.agent.pid(app.unit());
        on.apply(app.version("2").with("ExecStartPre", "/bin/false"));
        assertThat(on.agent.condition("adopted", "Synced")).startsWith("False");

        on.desire(new App("adopted", 8301).version("1"));
        on.settle(app);

        assertThat(on.current(app)).startsWith("adopted-");
        assertThat(on.agent.pid(app.unit())).isEqualTo(pid);
    }
}
