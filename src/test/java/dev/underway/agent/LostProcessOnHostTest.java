package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.underway.agent.SwapHost.App;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A systemd that has merged two units into one, and would abort when the process ends that it has lost track of: on a
/// host of its own, which may not survive a mistake. What comes of a merge depends on the order in a hash table, so it
/// is made again with other names until it went wrong: about every second time (measured on 252).
@Tag("e2e")
class LostProcessOnHostTest {
    private static final int MOST_TRIES = 16;

    private SwapHost on;

    @BeforeEach
    void boot() throws Exception {
        on = new SwapHost();
    }

    @AfterEach
    void remove() throws Exception {
        on.close();
    }

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

    /// The other end of a merge: the unit is well, and one of the two processes is nobody's.
    @Test
    void aProcessThatAMergeHasCutOffIsToldUntilItIsGone() throws Exception {
        var app = new App("orphaned", 8520);
        on.apply(app);
        var units = "cd /etc/systemd/system; ";
        var plain =
                "rm orphaned.service; sed 's/^# One instance/# No instance/' %1$s >orphaned.service; systemctl daemon-reload; systemctl start orphaned.service; ";
        var merge = "ln -sfn %1$s orphaned.service; systemctl daemon-reload";
        on.host.exec("bash", "-c", (units + plain + merge).formatted(on.current(app)));
        assertThat(on.agent.unit(app.unit()).activeState()).isEqualTo("active");

        on.converge();

        var told = on.agent.conditionOf("orphaned", "Synced").message();
        assertThat(told).contains("still accepts connections for orphaned.service and belongs to no unit any more");
        var orphan = told.replaceAll("(?s).*process (\\d+) still.*", "$1");
        assertThat(on.host.exec("cat", "/proc/" + orphan + "/cmdline")).contains("/opt/app");
        assertThat(on.agent.pid(app.unit())).isNotEqualTo(Long.parseLong(orphan));
        on.host.exec("bash", "-c", "kill %1$s; tail --pid=%1$s -f /dev/null".formatted(orphan));
        on.converge();
        assertThat(on.agent.condition("orphaned", "Synced")).isEqualTo("True AsDesired");
        assertThat(on.get(app)).contains("200 OK");
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
