package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.underway.agent.SwapHost.App;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A systemd that has merged two units into one, and would abort when the process ends that it has lost track of: on a
/// host of its own, which may not survive a mistake. What comes of a merge depends on the order in a hash table, so it
/// is made again with other names until it went wrong: about every second time (measured on 252).
@Tag("e2e")
class LostProcessOnHostTest {
    private static final int MOST_TRIES = 16;

    @AutoClose
    private final SwapHost on = SwapHost.boot();

    @Test
    void theUnitGetsAnotherProcessAndTheLostOneEndsWithoutSystemd() throws Exception {
        var app = merged();
        var lost = on.agent.unit(app.unit());
        assumeTrue(lost.hasLostItsProcess(), "no merge went wrong in " + MOST_TRIES + " tries");

        on.agent.pass();

        assertThat(on.step(app)).startsWith("Repair (none): systemd calls it inactive while its process");
        var now = on.agent.unit(app.unit());
        assertThat(now.activeState()).isEqualTo("active");
        assertThat(now.mainPid()).isPositive().isNotEqualTo(lost.mainPid());
        assertThat(on.host
                        .tryExec(
                                "timeout", "20", "tail", "--pid=" + lost.mainPid(), "--follow", "--silent", "/dev/null")
                        .exitCode())
                .as("the lost process ended by what it was told")
                .isZero();
        assertThat(on.host.exec("systemctl", "is-active", app.unit())).isEqualTo("active\n");
        on.converge();
        var counted = on.underLoad(app, () -> on.apply(app.version("2")));
        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.step(app)).startsWith("Swap");
    }

    /// What `systemctl disable`, a new alias by hand and a daemon-reload do.
    private App merged() throws Exception {
        for (int i = 1; ; i++) {
            var app = new App("lost" + i, 8500 + i);
            on.apply(app);
            var instance = on.current(app);
            on.host.exec("systemctl", "disable", app.unit());
            on.host.exec("ln", "-s", instance, "/etc/systemd/system/" + app.unit());
            on.host.exec("systemctl", "daemon-reload");
            if (i == MOST_TRIES || on.agent.unit(app.unit()).hasLostItsProcess()) {
                return app;
            }
        }
    }
}
