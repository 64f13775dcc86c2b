package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.agent.SwapHost.App;
import dev.underway.model.Assignment.Draining;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.plan.Observed;
import dev.underway.testing.HostLoad.Counted;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What goes wrong in a swap on a booted systemd: the old process serves on, and no request fails.
@Tag("e2e")
class SwapFailureTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    private static int singles;

    /// A change that must not come about.
    private static void refused(App app, App changed, String reason) throws Exception {
        on.apply(app);
        var before = on.agent.unit(app.unit());
        var instance = on.current(app);

        Counted counted = on.underLoad(app, () -> on.apply(changed));

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(before.invocationId());
        assertThat(on.current(app)).isEqualTo(instance);
        assertThat(on.running(app)).containsExactly(instance);
        assertThat(on.agent.unit(app.name + ".socket")).matches(Observed.UnitStatus::active, "is active");
        assertThat(on.agent.condition(app.name, "Healthy")).isEqualTo("False " + reason);
    }

    private static App app(String name, int port) {
        return new App(name, port);
    }

    @Test
    void aNewProcessThatNeverGetsReady() throws Exception {
        refused(
                app("unready", 8201),
                app("unready", 8201)
                        .version("2")
                        .with("ExecStart", "/bin/sleep 60")
                        .with("TimeoutStartSec", "1"),
                "StartFailed");
    }

    @Test
    void aNewProcessThatDiesAfterItWasReady() throws Exception {
        refused(
                app("dies", 8202),
                app("dies", 8202)
                        .with("NotifyAccess", "all")
                        .with("ExecStart", "/bin/sh -c 'systemd-notify --ready; sleep 0.1; exit 1'"),
                "Crashed");
    }

    @Test
    void aPreparationThatFails() throws Exception {
        refused(app("pre", 8203), app("pre", 8203).with("ExecStartPre", "/bin/false"), "StartFailed");
    }

    @Test
    void aNewProcessThatDoesNotTakeTheSocket() throws Exception {
        refused(
                app("deaf", 8204),
                app("deaf", 8204)
                        .with("NotifyAccess", "all")
                        .with("ExecStart", "/bin/bash -c 'exec 3<&-; systemd-notify --ready; exec sleep infinity'"),
                "SocketNotTaken");
    }

    /// An instance that has ended a moment before can lose its cgroup when it is started again. That cannot be had at
    /// will, so the unit says systemd's words itself, the first time; systemd is about to restart it then.
    @Test
    void aStartThatLostItsCgroupIsMadeOnceMore() throws Exception {
        var app = app("lost", 8216);
        on.apply(app);
        var before = on.current(app);

        var counted = on.underLoad(
                app,
                () -> on.apply(app("lost", 8216)
                        .version("2")
                        .with("Restart", "on-failure")
                        .with(
                                "ExecStartPre",
                                "+/bin/sh -c 'test -e /run/lost || { touch /run/lost;"
                                        + " echo Failed at step CGROUP spawning; exit 1; }'")));

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.current(app)).isNotEqualTo(before);
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.agent.condition("lost", "Healthy")).startsWith("True");
    }

    /// More lives than the start limit of a unit allows, each of which would count against the socket.
    @Test
    void aCandidateInACrashLoopDoesNotHurtTheSocket() throws Exception {
        on.agent.door.meanwhile = call -> {
            if (call.startsWith("start loops-")) {
                on.agent.door.meanwhile = _ -> {};
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> Integer.parseInt(on.host
                                        .exec("systemctl", "show", "-P", "NRestarts", call.substring(6))
                                        .strip())
                                > 10);
            }
        };
        refused(
                app("loops", 8205),
                app("loops", 8205)
                        .with("ExecStart", "/bin/false")
                        .with("Restart", "always")
                        .with("RestartSec", "1ms"),
                "StartFailed");
    }

    @Test
    void aServiceThatIsRestartedOverAndOverDoesNotHurtTheSocket() throws Exception {
        var app = app("again", 8214);
        on.apply(app);

        var counted = on.underLoad(app, () -> {
            long begin = System.nanoTime();
            on.host.exec("bash", "-c", "for i in {1..7}; do systemctl restart again; done");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("within the interval of the start limit")
                    .isLessThan(Duration.ofSeconds(10));
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.agent.unit("again.socket").active()).isTrue();
        assertThat(on.running(app)).containsExactly(on.current(app));
    }

    @Test
    void aConditionThatIsFalse() throws Exception {
        var changed = app("idle", 8206).version("2");
        changed.unit.put("ConditionPathExists", "/nowhere");
        refused(app("idle", 8206), changed, "StartFailed");
    }

    @Test
    void anOldProcessThatIgnoresItsEndIsNotWaitedFor() throws Exception {
        // The shell is told to end, and does not; the server beside it answers until both are killed.
        var app = app("stubborn", 8207)
                .with("ExecStart", "/bin/bash /opt/stubborn")
                .with("NotifyAccess", "all")
                .with("KillMode", "mixed")
                .with("TimeoutStopSec", "60");
        on.host.writeExecutable("/opt/stubborn", """
            trap '' TERM
            (LISTEN_PID=$BASHPID exec /opt/app) &
            while :; do sleep 1; done
            """);
        on.apply(app);
        var old = on.current(app);

        var counted = on.underLoad(app, () -> {
            on.apply(app("stubborn", 8207).version("2"));
            var second = on.current(app);
            assertThat(on.agent.unit(old).activeState()).isEqualTo("deactivating");
            on.apply(app("stubborn", 8207).version("3"));
            assertThat(on.current(app)).isNotEqualTo(second).isNotEqualTo(old);
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.agent.unit(old).activeState())
                .as("a change does not wait for what drains")
                .isEqualTo("deactivating");
        assertThat(on.agent.condition("stubborn", "Synced")).isEqualTo("True AsDesired");
        assertThat(on.agent.status("stubborn").units())
                .filteredOn(unit -> unit.name().equals(app.unit()))
                .singleElement()
                .satisfies(unit -> assertThat(unit.drainingOrEmpty())
                        .extracting(Draining::instance)
                        .contains(old));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # lines of the service                                              | why
        PIDFile=/run/single.pid                                             | Type=forking and PIDFile=
        BusName=dev.underway.single                                         | BusName= allows one process only
        Type=forking;ExecStart=/bin/sh -c "sleep infinity &"                | Type=forking and PIDFile=
        Type=oneshot;RemainAfterExit=yes;Restart=no;ExecStart=/bin/true     | Type=oneshot is not a server
        DynamicUser=yes                                                     | DynamicUser= gives each process another user
        ExecStop=/bin/true                                                  | ExecStop= of the old process runs
        ExecStopPost=/bin/true                                              | ExecStopPost= of the old process runs
        User=nobody;LimitNPROC=1000                                         | LimitNPROC= counts the processes of both
        """)
    void servicesThatMustNotRunTwiceAreRestartedWithTheReason(String lines, String why) throws Exception {
        int n = ++singles;
        var app = app("single" + n, 8220 + n);
        for (var line : lines.split(";")) {
            app.with(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        on.apply(app);
        assertThat(on.agent.condition(app.name, "Healthy")).isEqualTo("True UnitsHealthy");
        var before = on.agent.unit(app.unit());

        on.apply(app.version("2"));

        assertThat(on.step(app)).startsWith("Restart (").contains("not swapped: " + why);
        assertThat(on.agent.unit(app.unit()).active()).isTrue();
        assertThat(on.agent.unit(app.unit()).invocationId()).isNotEqualTo(before.invocationId());
        assertThat(on.host.exec("ls", "/etc/systemd/system").lines())
                .as("there is one unit only")
                .noneMatch(name -> name.startsWith(app.name + "-"));
    }

    @Test
    void aFailedSwapIsTriedAgainWhenSomethingElseIsDesired() throws Exception {
        var app = app("mended", 8209);
        on.apply(app);
        on.apply(app("mended", 8209).version("2").with("ExecStartPre", "/bin/false"));
        assertThat(on.agent.condition("mended", "Synced")).startsWith("False");

        var counted = on.underLoad(app, () -> on.apply(app("mended", 8209).version("3")));
        on.converge();

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.agent.condition("mended", "Healthy")).isEqualTo("True UnitsHealthy");
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.host.exec("bash", "-c", "ls /etc/systemd/system | grep -c '^mended-.*service$'"))
                .isEqualTo("1\n");
    }

    @Test
    void severalServicesAreSwappedTogetherOrNotAtAll() throws Exception {
        var app = app("pair", 8210);
        var second = app("other", 8211);
        app.others.addAll(second.content().unitsOrEmpty());
        on.apply(app);
        var before = List.of(on.current(app), on.current(second));

        var broken = app("pair", 8210).version("2");
        broken.others.addAll(
                app("other", 8211).with("ExecStartPre", "/bin/false").content().unitsOrEmpty());
        var counted = on.underLoad(app, () -> on.apply(broken));

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(List.of(on.current(app), on.current(second))).isEqualTo(before);
        assertThat(on.running(app)).containsExactly(before.getFirst());

        var good = app("pair", 8210).version("3");
        good.others.addAll(app("other", 8211).version("3").content().unitsOrEmpty());
        var both = on.underLoad(second, () -> on.apply(good));

        assertThat(both.failed()).as("%s", both).isZero();
        assertThat(on.current(app)).isNotEqualTo(before.get(0));
        assertThat(on.current(second)).isNotEqualTo(before.get(1));
    }

    @Test
    void theWordOfTheAuthorStandsForReadiness() throws Exception {
        var app = app("simple", 8212).with("Type", "exec");
        on.apply(app);
        on.apply(app("simple", 8212).with("Type", "exec").version("2"));
        assertThat(on.step(app)).startsWith("Restart (queued)").contains("not swapped: Type=exec");

        var word = app("simple", 8212).with("Type", "exec").version("3");
        word.update = UpdateMode.Swap;
        var counted = on.underLoad(app, () -> on.apply(word));

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.step(app)).startsWith("Swap");
    }

    @Test
    void aSwapWaitsForTheMemoryOfTwoProcesses() throws Exception {
        var app = app("tight", 8240);
        on.apply(app);
        var before = on.agent.unit(app.unit());
        on.host.exec(
                "bash",
                "-c",
                "sed 's/^MemAvailable:.*/MemAvailable: 1024 kB/' /proc/meminfo >/run/meminfo;"
                        + " mount --bind /run/meminfo /proc/meminfo");

        on.apply(app.version("2"));

        assertThat(on.agent.condition("tight", "Synced")).isEqualTo("False MemoryShort");
        assertThat(on.agent.conditionOf("tight", "Synced").message())
                .contains("tight.service would run twice")
                .contains("only 1 MiB are available");
        assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(before.invocationId());
        on.host.exec("umount", "/proc/meminfo");
        on.agent.nanos += Duration.ofSeconds(6).toNanos();
        on.agent.pass();
        assertThat(on.environment(app)).contains("VERSION=2");
    }
}
