package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SwapHost.App;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a swap is to others, and what others do to a swapped unit, on a booted systemd.
@Tag("e2e")
class SwapBesideOthersTest {
    private static final String UNITS = "/etc/systemd/system/";

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    @Test
    void aMigrationRunsWhatTheSwapPublishes() throws Exception {
        var app = migrated("migrated", 8401, "");
        desire(app, "1");
        on.agent.pass();
        desire(app.version("2"), "2");

        var counted = on.underLoad(app, on.agent::pass);

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.step(app)).startsWith("Swap");
        assertThat(on.host.read("/run/migrated.ran")).isEqualTo("1\n2\n");
        on.converge();
        assertThat(on.host.read("/run/migrated.ran")).as("once per change").isEqualTo("1\n2\n");
    }

    @Test
    void aUnitThatComesAfterItsMigrationIsStartedBesideTheOldOneWhenThatHasRun() throws Exception {
        var app = migrated("ordered", 8402, "After=ordered-migrate.service\n");
        desire(app, "1");
        on.agent.pass();
        desire(app.version("2"), "2");

        var counted = on.underLoad(app, () -> {
            on.agent.pass();
            on.converge();
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.step(app)).contains("not swapped: ordered-migrate.service must run the new /opt/ordered first");
        assertThat(on.host.read("/run/ordered.ran")).isEqualTo("1\n2\n");
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(environment(app)).contains("VERSION=2");
    }

    /// The migration writes down which program it was.
    private static App migrated(String name, int port, String unit) {
        var app = new App(name, port);
        app.restartOn = List.of("/opt/" + name);
        if (!unit.isEmpty()) {
            app.unit.put("After", name + "-migrate.service");
        }
        app.others.add(new UnitText(name + "-migrate.service", """
            [Service]
            Type=oneshot
            ExecStart=/bin/sh -c 'cat /opt/%s >>/run/%s.ran'
            """.formatted(name, name), null));
        return app;
    }

    private static void desire(App app, String program) throws Exception {
        app.files.clear();
        app.files.add(new ManagedFile("/opt/" + app.name, null, null, null, program + "\n", null, null));
        var policy = app.policy();
        var units = new ArrayList<>(policy.units());
        units.add(new UnitPolicy(
                app.name + "-migrate.service",
                null,
                UnitState.Running,
                null,
                null,
                units.getFirst().readiness(),
                null));
        on.agent.desire(app.name, app.content(), new Policy(List.copyOf(units), null, null, null, null));
    }

    @Test
    void anInstanceWhoseFileWasRemovedIsReplacedUnderAnotherName() throws Exception {
        var app = new App("removed", 8403);
        on.apply(app);
        on.apply(app.version("2"));
        on.converge();
        var before = on.current(app);

        var counted = on.underLoad(app, () -> {
            on.host.exec("rm", UNITS + before);
            on.host.exec("systemctl", "daemon-reload");
            on.agent.pass();
        });
        on.converge();

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.current(app)).isNotEqualTo(before);
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(environment(app)).contains("VERSION=2");
        assertThat(on.agent.condition("removed", "Synced")).isEqualTo("True AsDesired");
    }

    /// To read the units anew would now merge two: whoever asks for it.
    @Test
    void anAliasThatSomebodyMadeAnewWhileItsSetIsHeldKeepsEverybodyFromADaemonReload() throws Exception {
        var held = new App("held", 8404);
        on.apply(held);
        on.agent.hold("held", 600);
        on.agent.pass();
        var instance = on.current(held);
        on.host.exec("systemctl", "disable", "held.service");
        on.host.exec("ln", "-s", instance, UNITS + "held.service");
        int calls = on.agent.door.calls.size();
        long pid = pid(instance);

        on.agent.desire("other", PassHost.content(List.of(), PassHost.service("other.service", "/bin/sleep infinity")));
        on.agent.desire("file", PassHost.content(List.of(PassHost.file("/opt/file", "1"))));
        on.agent.pass();

        assertThat(on.agent.door.calls.subList(calls, on.agent.door.calls.size()))
                .doesNotContain("daemon-reload");
        assertThat(on.agent.condition("other", "Synced")).isEqualTo("False UnsafeReload");
        assertThat(on.agent.conditionOf("other", "Synced").message())
                .contains("systemd has held.service and " + instance + " loaded as two units");
        assertThat(on.agent.exists(UNITS + "other.service"))
                .as("what is written is read by anybody's daemon-reload")
                .isFalse();
        assertThat(on.agent.condition("file", "Synced")).isEqualTo("True AsDesired");

        on.agent.hold("held", 0);
        on.agent.nanos += Duration.ofHours(1).toNanos();
        on.converge();
        assertThat(on.agent.condition("other", "Synced")).isEqualTo("True AsDesired");
        assertThat(on.running(held)).containsExactly(on.current(held)).doesNotContain(instance);
        assertThat(on.host.exec("systemctl", "is-system-running", "--wait").strip())
                .isIn("running", "degraded");
        assertThat(on.host.tryExec("test", "-e", "/proc/" + pid).exitCode()).isNotZero();
    }

    /// Only the set that makes the alias has to wait.
    @Test
    void aSetWhoseAliasIsAUnitThatLingersIsHeldBackAlone() throws Exception {
        on.host.write(
                UNITS + "lingers.service",
                "[Unit]\nWants=also-known.service\nAfter=known.service\n[Service]\nExecStart=/bin/sleep infinity\n");
        on.host.write(UNITS + "known.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        on.host.exec("systemctl", "start", "lingers.service");
        var known = new UnitText("known.service", """
            [Service]
            ExecStart=/bin/sleep infinity
            [Install]
            Alias=also-known.service
            """, null);
        var policy = new Policy(
                List.of(new UnitPolicy("known.service", null, UnitState.IfRunning, null, null, null, true)),
                null,
                null,
                null,
                null);

        on.agent.desire("known", PassHost.content(List.of(), known), policy);
        on.agent.desire("free", PassHost.content(List.of(), PassHost.service("free.service", "/bin/sleep infinity")));
        on.agent.pass();

        assertThat(on.agent.condition("known", "Synced")).isEqualTo("False UnsafeReload");
        assertThat(on.agent.exists(UNITS + "also-known.service")).isFalse();
        assertThat(on.agent.condition("free", "Synced")).isEqualTo("True AsDesired");
    }

    private static long pid(String unit) {
        return Long.parseLong(
                on.host.exec("systemctl", "show", "-P", "MainPID", unit).strip());
    }

    private static String environment(App app) {
        return on.host.exec("bash", "-c", "tr '\\0' '\\n' </proc/" + on.agent.pid(app.unit()) + "/environ");
    }
}
