package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.agent.SwapHost.App;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What two instances of a unit share, and what starts one of them besides the agent, on a booted systemd.
@Tag("e2e")
class SwapTrapsTest {
    private static final Duration LONGEST = Duration.ofSeconds(20);

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    @AfterEach
    void handsOff() {
        on.agent.door.meanwhile = _ -> {};
    }

    /// Does `deed` once, right after the candidate of `app` was started.
    private static void afterTheStart(App app, Runnable deed) {
        on.agent.door.meanwhile = call -> {
            if (call.startsWith("start " + app.name + "-")) {
                on.agent.door.meanwhile = _ -> {};
                deed.run();
            }
        };
    }

    private static void awaitOnlyTheCurrent(App app) {
        await().atMost(LONGEST).until(() -> on.running(app).equals(List.of(on.current(app))));
    }

    @Test
    void anOldProcessThatCrashesBeforeTheCommitRunsItsOldCodeOnItsOldFiles() throws Exception {
        var app = new App("crashes", 8701).input("1");
        on.apply(app);
        long old = on.agent.pid(app.unit());
        var restarted = new ArrayList<String>();

        on.desire(new App("crashes", 8701).version("2").input("2"));
        afterTheStart(app, () -> {
            on.host.exec("kill", "-KILL", Long.toString(old));
            await().atMost(LONGEST).until(() -> {
                var unit = on.agent.unit(app.unit());
                return unit.active() && unit.mainPid() != old;
            });
            restarted.addAll(on.environment(app).lines().toList());
            restarted.add(on.host.read("/etc/crashes.env"));
        });
        on.agent.pass();

        assertThat(restarted).contains("VERSION=1", "INPUT=1").doesNotContain("VERSION=2", "INPUT=2");
        awaitOnlyTheCurrent(app);
        assertThat(on.environment(app)).contains("VERSION=2").contains("INPUT=2");
    }

    private static App touching(String name, int port, String version) {
        var app = new App(name, port).with("RuntimeDirectory", name);
        return app.with("Environment", "VERSION=" + version + " TOUCH=/run/" + name + "/touched");
    }

    @Test
    void theRuntimeDirectoryOutlivesAPlainUnitThatIsTakenOver() throws Exception {
        var plain = touching("keeps", 8702, "1");
        plain.update = UpdateMode.Restart;
        on.apply(plain);
        assertThat(on.running(plain)).containsExactly("keeps.service");
        var next = touching("keeps", 8702, "2");

        var counted = on.underLoad(next, () -> {
            on.apply(next);
            on.converge();
            awaitOnlyTheCurrent(next);
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.step(next)).startsWith("Swap");
        assertThat(on.get(next)).contains("200 OK").contains("\n2 ");
        assertThat(on.running(next)).containsExactly(on.current(next)).doesNotContain("keeps.service");
    }

    @Test
    void theRuntimeDirectoryOutlivesACandidateThatFails() throws Exception {
        var app = touching("holds", 8703, "1");
        on.apply(app);

        var counted =
                on.underLoad(app, () -> on.apply(touching("holds", 8703, "2").with("ExecStartPre", "/bin/false")));

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.agent.condition("holds", "Healthy")).isEqualTo("False StartFailed");
        assertThat(on.get(app)).contains("200 OK").contains("\n1 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timer", "path"})
    void whatStartsTheUnitByItsNameStartsTheNewInstance(String kind) throws Exception {
        var app = new App("by" + kind, kind.equals("timer") ? 8704 : 8705);
        var lines = kind.equals("timer")
                ? "[Timer]\nOnUnitInactiveSec=500ms\nAccuracySec=1ms\n"
                : "[Path]\nPathExists=/run/bypath\n";
        on.apply(app);
        on.host.write("/etc/systemd/system/own." + kind, lines + "Unit=" + app.unit() + "\n");
        on.host.exec("systemctl", "start", "own." + kind);
        on.apply(app.version("2"));
        on.converge();
        awaitOnlyTheCurrent(app);
        long before = on.agent.pid(app.unit());

        on.host.exec("systemctl", "stop", app.unit());
        on.host.write("/run/bypath", "");

        await().atMost(LONGEST).until(() -> {
            var unit = on.agent.unit(app.unit());
            return unit.active() && unit.mainPid() != before;
        });
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.environment(app)).contains("VERSION=2");
        on.host.exec("systemctl", "stop", "own." + kind);
    }

    @Test
    void anotherServiceOfTheSameSocketIsNotTouched() throws Exception {
        var app = new App("one", 8706);
        app.others.add(new UnitText("beside.service", """
            [Service]
            Type=notify
            Sockets=one.socket
            ExecStart=/opt/app
            Environment=VERSION=beside
            """, null));
        on.apply(app);
        var beside = on.agent.unit("beside.service");
        assertThat(beside.active()).isTrue();

        var counted = on.underLoad(app, () -> {
            on.apply(app.version("2"));
            awaitOnlyTheCurrent(app);
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.step(app)).startsWith("Swap");
        assertThat(on.agent.unit("beside.service").invocationId()).isEqualTo(beside.invocationId());
        assertThat(counted.answerers()).anyMatch(name -> name.startsWith("beside "));
        assertThat(counted.answerers()).anyMatch(name -> name.startsWith("2 "));
    }

    /// Old and new process share more than the socket: whether it blocks is one flag for both, and an old process that
    /// blocks in accept(2) would not hear that it shall end.
    @Test
    void aNewProcessDoesNotMakeTheOldOneBlock() throws Exception {
        var app = new App("flags", 8707);
        on.apply(app);
        var old = on.current(app);
        long pid = on.agent.pid(app.unit());
        var flags = new ArrayList<Integer>();
        afterTheStart(app, () -> flags.add(flags(pid)));

        on.apply(new App("flags", 8707)
                .with("NotifyAccess", "all")
                .with("ExecStart", "/bin/bash -c 'systemd-notify --ready; exec sleep infinity'"));

        assertThat(on.step(app)).startsWith("Swap");
        assertThat(flags)
                .singleElement()
                .satisfies(it -> assertThat(it & 04000).as("O_NONBLOCK").isNotZero());
        await().atMost(LONGEST)
                .until(() -> !on.agent.unit(old).active() && on.agent.unit(old).mainPid() == 0);
    }

    /// As of proc(5); the socket is the first descriptor that is passed.
    private static int flags(long pid) {
        var said = on.host.exec("sed", "-n", "s/^flags:\\s*//p", "/proc/" + pid + "/fdinfo/3");
        return Integer.parseInt(said.strip(), 8);
    }

    @Test
    void presetsEnableNoInstance() throws Exception {
        var app = new App("preset", 8708);
        on.apply(app);
        var links = links(app);

        on.host.exec("systemctl", "preset-all");

        assertThat(links(app)).isEqualTo(links).doesNotContain("wants/preset-");
        on.agent.pass();
        assertThat(on.agent.condition("preset", "Synced")).isEqualTo("True AsDesired");
    }

    private static String links(App app) {
        return on.host.exec(
                "bash", "-c", "find /etc/systemd/system -type l -path '*" + app.name + "*' -printf '%p %l\\n' | sort");
    }

    @Test
    void aUnitThatSomebodyReenabledIsPutRight() throws Exception {
        var app = new App("reenabled", 8709);
        on.apply(app);

        var counted = on.underLoad(app, () -> {
            on.host.tryExec("systemctl", "reenable", "reenabled");
            on.agent.pass();
        });
        on.converge();
        awaitOnlyTheCurrent(app);

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.host.exec("systemctl", "is-enabled", "reenabled")).isEqualTo("alias\n");
        assertThat(links(app)).contains("multi-user.target.wants/reenabled.service");
        assertThat(on.agent.condition("reenabled", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aSwapGoesOnWhenSystemdExecutesItselfAnew() throws Exception {
        var app = new App("reexec", 8710);
        on.apply(app);
        on.desire(app.version("2"));

        var counted = on.underLoad(app, () -> {
            afterTheStart(app, () -> on.host.exec("systemctl", "daemon-reexec"));
            await().atMost(LONGEST).until(() -> {
                on.agent.nanos += Duration.ofMinutes(10).toNanos();
                on.agent.pass();
                return on.agent.condition("reexec", "Synced").equals("True AsDesired");
            });
            awaitOnlyTheCurrent(app);
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.environment(app)).contains("VERSION=2");
        assertThat(on.host.exec("systemctl", "is-system-running").strip()).isIn("running", "degraded");
    }

    /// The wrong merge, which can end systemd: here somebody removed the symlink, had systemd forget it, and put it
    /// back. What a daemon-reload would merge now gets a third name, which systemd has never heard of.
    @Test
    void aSymlinkThatWasPutBackByHandIsNeverMerged() throws Exception {
        var app = new App("merge", 8711);
        on.apply(app);
        var instance = on.current(app);
        on.host.exec("systemctl", "disable", "merge");
        on.host.exec("ln", "-s", instance, "/etc/systemd/system/merge.service");
        on.desire(app.with("CPUWeight", "50"));

        var counted = on.underLoad(app, () -> {
            on.converge();
            awaitOnlyTheCurrent(app);
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.current(app)).isNotEqualTo(instance);
        assertThat(on.host.exec("cat", "/proc/1/comm")).isEqualTo("systemd\n");
        assertThat(on.agent.condition("merge", "Synced")).isEqualTo("True AsDesired");
        assertThat(on.host.exec("systemctl", "show", "-P", "CPUWeight", "merge.service"))
                .isEqualTo("50\n");
        assertThat(on.host.tryExec("systemctl", "is-active", instance).exitCode())
                .isNotZero();
    }
}
