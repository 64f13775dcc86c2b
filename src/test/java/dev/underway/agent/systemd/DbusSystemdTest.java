package dev.underway.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.underway.plan.Observed.UnitStatus;
import dev.underway.testing.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The contract, and what only a real bus can show, on a booted systemd.
@Tag("e2e")
class DbusSystemdTest extends SystemdContract {
    @AutoClose
    private static final TestHost host = TestHost.boot();

    private static DbusSystemd systemd;
    private static DbusSystemd operator;

    @BeforeAll
    static void boot() {
        systemd = DbusSystemd.open(host.systemBus());
        operator = DbusSystemd.open(host.systemBus());
    }

    @AfterAll
    static void remove() {
        systemd.close();
        operator.close();
    }

    @Override
    Systemd systemd() {
        return systemd;
    }

    @Override
    Systemd operator() {
        return operator;
    }

    @Override
    void unitFile(String path, String text) {
        host.write("/etc/systemd/system/" + path, text);
    }

    @Override
    void removeUnitFile(String name) {
        host.exec("rm", "/etc/systemd/system/" + name);
    }

    @Override
    void link(String path, String target) {
        host.exec("install", "-d", "/etc/systemd/system/multi-user.target.wants");
        host.exec("ln", "-sfn", target, "/etc/systemd/system/" + path);
    }

    @Override
    void crash(UnitStatus unit) {
        host.exec("kill", "-KILL", Long.toString(unit.mainPid()));
    }

    @Test
    void readsWhatSystemctlShows() throws Exception {
        unitFile("shown.service", "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n");
        var status = systemd.start("shown.service").after();

        var shown = host.exec(
                "systemctl",
                "show",
                "shown.service",
                "-p",
                "MainPID,InvocationID,UnitFileState,FragmentPath,NeedDaemonReload,NRestarts,Result,SubState");

        assertThat(shown.lines())
                .containsExactlyInAnyOrder(
                        "MainPID=" + status.mainPid(),
                        "InvocationID=" + status.invocationId(),
                        "UnitFileState=" + status.unitFileState(),
                        "FragmentPath=" + status.fragmentPath(),
                        "NeedDaemonReload=" + (status.needDaemonReload() ? "yes" : "no"),
                        "NRestarts=" + status.nRestarts(),
                        "Result=" + status.result(),
                        "SubState=" + status.subState());
    }

    @Test
    void matchesManyJobsAtOnceEachWithItsOwnResult() throws Exception {
        var starts = new ArrayList<Callable<Systemd.JobOutcome>>();
        for (int i = 0; i < 30; i++) {
            var name = "many" + i + ".service";
            unitFile(name, "[Service]\nType=oneshot\nExecStart=/bin/" + (i % 3 == 0 ? "false" : "true") + "\n");
            starts.add(() -> systemd.start(name));
        }

        List<Future<Systemd.JobOutcome>> outcomes;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            outcomes = threads.invokeAll(starts);
        }

        for (int i = 0; i < outcomes.size(); i++) {
            assertThat(outcomes.get(i).get().unit()).isEqualTo("many" + i + ".service");
            assertThat(outcomes.get(i).get().result()).isEqualTo(i % 3 == 0 ? "failed" : "done");
        }
    }

    @Test
    void aJobThatRunsIsSeenAndAJobThatSomebodyCancelsIsNotDone() throws Exception {
        unitFile("slow.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 60\n");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var start = threads.submit(() -> systemd.start("slow.service"));
            await().until(() -> "start".equals(status("slow.service").jobType()));

            operator.stop("slow.service");

            assertThat(start.get().result()).isEqualTo("canceled");
            assertThat(start.get().message()).contains("somebody else");
        }
    }

    @Test
    void aJobThatTakesTooLongIsNotWaitedForButGoesOn() throws Exception {
        unitFile("long.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 60\n");
        var limits = new DbusSystemd.Limits(Duration.ofSeconds(60), Duration.ofMillis(200));

        try (var hasty = DbusSystemd.open(host.systemBus(), limits)) {
            assertThatThrownBy(() -> hasty.start("long.service"))
                    .isInstanceOf(SystemdException.class)
                    .hasMessageContaining("the start of long.service did not end");
        }

        assertThat(status("long.service").jobType()).isEqualTo("start");
        systemd.stop("long.service");
    }

    @Test
    void comesBackWhenTheBusWasKilledAndTellsEverything() throws Exception {
        var told = new CopyOnWriteArrayList<String>();
        systemd.onChange(told::add);
        var before = status("dbus.service");

        crash(before);

        await().atMost(Duration.ofSeconds(30)).until(() -> told.contains(Systemd.EVERYTHING));
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> status("dbus.service").active());
        assertThat(status("dbus.service").mainPid()).isNotEqualTo(before.mainPid());
        tellsWhatSomebodyElseDid();
    }

    @Test
    void aJobWhoseEndCannotBeHeardOfFailsAtOnce() throws Exception {
        unitFile("deaf.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 60\n");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var start = threads.submit(() -> systemd.start("deaf.service"));
            await().until(() -> "start".equals(status("deaf.service").jobType()));

            crash(status("dbus.service"));

            assertThatThrownBy(start::get)
                    .hasCauseInstanceOf(SystemdException.class)
                    .hasMessageContaining("read again in the next pass");
        }
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> operator.stop("deaf.service").done());
    }

    @Test
    void comesBackWhenSystemdExecutedItselfAnew() throws Exception {
        var told = new CopyOnWriteArrayList<String>();
        systemd.onChange(told::add);

        host.exec("systemctl", "daemon-reexec");

        await().atMost(Duration.ofSeconds(30)).until(() -> told.contains(Systemd.EVERYTHING));
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> systemd.version() > 0);
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> operator.version() > 0);
        tellsWhatSomebodyElseDid();
    }

    @Test
    void moreUnitsAreWatchedThanTheBusAllowsRules() throws Exception {
        var names = new ArrayList<String>();
        for (int i = 0; i < 600; i++) {
            names.add("crowd" + i + ".service");
        }
        unitFile("crowd0.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        unitFile("crowd599.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        try (var watching = DbusSystemd.open(host.systemBus())) {
            assertThat(watching.status(names)).hasSize(600);
            var told = new CopyOnWriteArrayList<String>();
            watching.onChange(told::add);

            operator.start("crowd0.service");
            operator.start("crowd599.service");

            await().atMost(Duration.ofSeconds(10))
                    .until(() -> told.containsAll(List.of("crowd0.service", "crowd599.service")));
            assertThat(watching.status(names))
                    .allSatisfy((name, unit) -> assertThat(unit.active())
                            .isEqualTo(name.equals("crowd0.service") || name.equals("crowd599.service")));
        }
    }

    @Test
    void saysWhatIsWrongWhenThereIsNoBus() {
        try (var nowhere = DbusSystemd.open("unix:path=/nowhere/bus")) {
            assertThatThrownBy(() -> nowhere.status(List.of("a.service")))
                    .isInstanceOf(SystemdException.class)
                    .hasMessageContaining("unix:path=/nowhere/bus");
        }
    }
}
