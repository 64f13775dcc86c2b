package dev.underway.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.plan.Observed.UnitStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the agent relies on. A real systemd and the fake keep the same promises.
abstract class SystemdContract {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static final String RUNS = """
        [Service]
        Type=exec
        ExecStart=/bin/sleep infinity
        ExecReload=/bin/true
        """;

    private String unit = "";

    abstract Systemd systemd();

    /// Somebody else at the same systemd.
    abstract Systemd operator();

    /// Writes `/etc/systemd/system/PATH`: a unit file, or a drop-in such as `a.service.d/10-limits.conf`.
    abstract void unitFile(String path, String text);

    abstract void removeUnitFile(String name);

    /// Makes `/etc/systemd/system/PATH` a symlink, as `systemctl mask` and `enable` do; whatever was there is gone.
    abstract void link(String path, String target);

    /// The main process dies by SIGKILL.
    abstract void crash(UnitStatus unit);

    @BeforeEach
    void aUnitOfItsOwnForEachTest() {
        unit = "contract" + COUNT.incrementAndGet() + ".service";
    }

    @Test
    void tellsItsVersion() throws Exception {
        assertThat(systemd().version()).isBetween(240, 400);
    }

    @Test
    void aUnitWithoutFileIsNotFound() throws Exception {
        var status = status("no-such.service");

        assertThat(status.exists()).isFalse();
        assertThat(status.loadState()).isEqualTo("not-found");
        assertThat(status.active()).isFalse();
        assertThat(status.mainPid()).isZero();
        assertThat(status.jobType()).isNull();
    }

    @Test
    void namesThatCannotBeLoadedAreNotFoundAndSpoilNothing() throws Exception {
        unitFile(unit, RUNS);

        var all = systemd().status(List.of("web@.service", "not a unit", unit));

        assertThat(all.keySet()).containsExactly("web@.service", "not a unit", unit);
        assertThat(all.get("web@.service").exists()).isFalse();
        assertThat(all.get("not a unit").exists()).isFalse();
        assertThat(all.get(unit).exists()).isTrue();
    }

    @Test
    void listsInstancesThatAreUp() throws Exception {
        var name = unit.replace(".service", "\\x2dof");
        unitFile(name + "@.service", RUNS);
        systemd().start(name + "@a.service");
        systemd().start(name + "@b.1-2:3.service");
        systemd().start(name + "@c.service");
        systemd().stop(name + "@c.service");

        assertThat(systemd().instances(List.of(name + "@.service", "none@.service")))
                .containsOnly(Map.entry(name + "@.service", Set.of(name + "@a.service", name + "@b.1-2:3.service")));
    }

    @Test
    void startsAServiceWhoseFileIsNewWithoutADaemonReload() throws Exception {
        unitFile(unit, RUNS);

        var outcome = systemd().start(unit);

        assertThat(outcome.done()).isTrue();
        assertThat(outcome.message()).isEmpty();
        assertThat(outcome.after().activeState()).isEqualTo("active");
        assertThat(outcome.after().subState()).isEqualTo("running");
        assertThat(outcome.after().loadState()).isEqualTo("loaded");
        assertThat(outcome.after().mainPid()).isPositive();
        assertThat(outcome.after().invocationId()).matches("[0-9a-f]{32}");
        assertThat(outcome.after().canReload()).isTrue();
        assertThat(outcome.after().fragmentPath()).endsWith("/" + unit);
        assertThat(outcome.after().startedAtMicros()).isPositive();
        assertThat(status(unit)).isEqualTo(outcome.after());
    }

    @Test
    void startingWhatRunsChangesNothing() throws Exception {
        var running = running(RUNS);

        var outcome = systemd().start(unit);

        assertThat(outcome.done()).isTrue();
        assertThat(outcome.after().invocationId()).isEqualTo(running.invocationId());
    }

    @Test
    void stopsAService() throws Exception {
        running(RUNS);

        var outcome = systemd().stop(unit);

        assertThat(outcome.done()).isTrue();
        assertThat(outcome.after().activeState()).isEqualTo("inactive");
        assertThat(outcome.after().mainPid()).isZero();
    }

    @Test
    void aRestartIsAnotherInvocation() throws Exception {
        var running = running(RUNS);

        var outcome = systemd().restart(unit);

        assertThat(outcome.done()).isTrue();
        assertThat(outcome.after().active()).isTrue();
        assertThat(outcome.after().invocationId()).isNotEqualTo(running.invocationId());
        assertThat(outcome.after().mainPid()).isNotEqualTo(running.mainPid());
        assertThat(outcome.after().nRestarts()).isZero();
    }

    @Test
    void tryRestartLeavesWhatIsStoppedAlone() throws Exception {
        unitFile(unit, RUNS);

        var outcome = systemd().tryRestart(unit);

        assertThat(outcome.done()).isTrue();
        assertThat(outcome.after().activeState()).isEqualTo("inactive");
    }

    @Test
    void aReloadKeepsTheProcess() throws Exception {
        var running = running(RUNS);

        var outcome = systemd().reload(unit);

        assertThat(outcome.done()).isTrue();
        assertThat(outcome.after().mainPid()).isEqualTo(running.mainPid());
        assertThat(outcome.after().invocationId()).isEqualTo(running.invocationId());
    }

    @Test
    void aUnitWithoutExecReloadRefusesAReloadAndSaysWhatIsMissing() throws Exception {
        var running = running("[Service]\nType=exec\nExecStart=/bin/sleep infinity\n");

        var outcome = systemd().reload(unit);

        assertThat(running.canReload()).isFalse();
        assertThat(outcome.result()).isEqualTo("JobTypeNotApplicable");
        assertThat(outcome.message()).contains("ExecReload=");
        assertThat(outcome.after().invocationId()).isEqualTo(running.invocationId());
    }

    @Test
    void aReloadOfAStoppedUnitIsInvalid() throws Exception {
        unitFile(unit, RUNS);

        var outcome = systemd().reload(unit);

        assertThat(outcome.result()).isEqualTo("invalid");
        assertThat(outcome.message()).contains(unit, "inactive");
    }

    @Test
    void aReloadThatFailsLeavesTheProcessRunning() throws Exception {
        var running = running("[Service]\nType=exec\nExecStart=/bin/sleep infinity\nExecReload=/bin/false\n");

        var outcome = systemd().reload(unit);

        assertThat(outcome.result()).isEqualTo("failed");
        assertThat(outcome.message()).contains("journalctl -u " + unit);
        assertThat(outcome.after().mainPid()).isEqualTo(running.mainPid());
    }

    @Test
    void aReloadThatKillsTheProcessShowsInTheUnitWhateverTheJobSays() throws Exception {
        running("[Service]\nType=exec\nExecStart=/bin/sleep infinity\nExecReload=/bin/kill -KILL $MAINPID\n");

        systemd().reload(unit);

        await().until(() -> status(unit).activeState().equals("failed"));
        assertThat(status(unit).result()).isEqualTo("signal");
    }

    @Test
    void aUnitFileIsReadAnewByDaemonReloadAndTheProcessStays() throws Exception {
        var running = running("[Service]\nType=exec\nExecStart=/bin/sleep infinity\n");
        unitFile(unit, RUNS);

        systemd().daemonReload();

        assertThat(running.canReload()).isFalse();
        assertThat(status(unit).canReload()).isTrue();
        assertThat(status(unit).invocationId()).isEqualTo(running.invocationId());
    }

    @Test
    void aDropInIsPartOfTheUnitAfterADaemonReload() throws Exception {
        running("[Service]\nType=exec\nExecStart=/bin/sleep infinity\n");
        unitFile(unit + ".d/10-reload.conf", "[Service]\nExecReload=/bin/true\n");

        systemd().daemonReload();

        assertThat(status(unit).canReload()).isTrue();
    }

    @Test
    void aLinkFromATargetEnablesAUnit() throws Exception {
        running(RUNS + "[Install]\nWantedBy=multi-user.target\n");
        assertThat(status(unit).unitFileState()).isEqualTo("disabled");
        link("multi-user.target.wants/" + unit, "../" + unit);

        systemd().daemonReload();

        assertThat(status(unit).unitFileState()).isEqualTo("enabled");
    }

    @Test
    void aServiceRunsOnWithoutItsFile() throws Exception {
        var running = running(RUNS);
        removeUnitFile(unit);
        systemd().daemonReload();

        var status = status(unit);

        assertThat(status.loadState()).isEqualTo("not-found");
        assertThat(status.active()).isTrue();
        assertThat(status.mainPid()).isEqualTo(running.mainPid());
        assertThat(systemd().stop(unit).after().active()).isFalse();
    }

    @Test
    void whatHasNoFileCannotBeStarted() throws Exception {
        var outcome = systemd().start("no-such.service");

        assertThat(outcome.result()).isEqualTo("NoSuchUnit");
        assertThat(outcome.message()).contains("no-such.service", "unit file");
    }

    @Test
    void whatIsMaskedCannotBeStarted() throws Exception {
        link(unit, "/dev/null");

        var outcome = systemd().start(unit);

        assertThat(outcome.result()).isEqualTo("UnitMasked");
        assertThat(outcome.message()).contains("systemctl unmask");
        assertThat(outcome.after().loadState()).isEqualTo("masked");
    }

    @Test
    void aUnitFileWithoutCommandCannotBeStarted() throws Exception {
        unitFile(unit, "[Service]\nType=exec\n");

        var outcome = systemd().start(unit);

        assertThat(outcome.result()).isEqualTo("BadUnitSetting");
        assertThat(outcome.message()).contains("systemd-analyze verify");
        assertThat(outcome.after().loadState()).isEqualTo("bad-setting");
    }

    @Test
    void aServiceWhoseProgramIsMissingFails() throws Exception {
        unitFile(unit, "[Service]\nType=exec\nExecStart=/nowhere/program\n");

        var outcome = systemd().start(unit);

        assertThat(outcome.result()).isEqualTo("failed");
        assertThat(outcome.message()).contains("Result=exit-code", "journalctl -u " + unit);
        assertThat(outcome.after().activeState()).isEqualTo("failed");
    }

    @Test
    void aFailedUnitIsReset() throws Exception {
        unitFile(unit, "[Service]\nType=exec\nExecStart=/nowhere/program\n");
        systemd().start(unit);

        systemd().resetFailed(unit);

        assertThat(status(unit).activeState()).isEqualTo("inactive");
        systemd().resetFailed("no-such.service");
    }

    @Test
    void aOneshotIsOverWhenItsJobIs() throws Exception {
        unitFile(unit, "[Service]\nType=oneshot\nExecStart=/bin/true\n");

        var outcome = systemd().start(unit);

        assertThat(outcome.done()).isTrue();
        assertThat(outcome.after().activeState()).isEqualTo("inactive");
        assertThat(outcome.after().result()).isEqualTo("success");
    }

    @Test
    void aOneshotThatFailsFailsItsJob() throws Exception {
        unitFile(unit, "[Service]\nType=oneshot\nExecStart=/bin/false\n");

        var outcome = systemd().start(unit);

        assertThat(outcome.result()).isEqualTo("failed");
        assertThat(outcome.after().activeState()).isEqualTo("failed");
        assertThat(outcome.after().result()).isEqualTo("exit-code");
    }

    @Test
    void aOneshotThatRemainsIsActive() throws Exception {
        unitFile(unit, "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n");

        var outcome = systemd().start(unit);

        assertThat(outcome.after().activeState()).isEqualTo("active");
        assertThat(outcome.after().subState()).isEqualTo("exited");
    }

    @Test
    void aCrashIsAFailureWithTheSignalAsItsResult() throws Exception {
        crash(running(RUNS));

        await().until(() -> status(unit).activeState().equals("failed"));
        assertThat(status(unit).result()).isEqualTo("signal");
    }

    @Test
    void aCrashOfWhatRestartsIsAnotherInvocationAndIsCounted() throws Exception {
        var before = running(RUNS + "Restart=on-failure\nRestartSec=10ms\n");
        crash(before);

        await().until(() -> status(unit).nRestarts() == 1 && status(unit).active());
        assertThat(status(unit).invocationId()).isNotEqualTo(before.invocationId());
    }

    @Test
    void aTimerWaitsAndASocketListens() throws Exception {
        var timer = unit.replace(".service", ".timer");
        var socket = unit.replace(".service", ".socket");
        unitFile(unit, RUNS);
        unitFile(timer, "[Timer]\nOnCalendar=2099-01-01\n");
        unitFile(socket, "[Socket]\nListenStream=/run/" + socket + "\n");

        assertThat(systemd().start(timer).after().subState()).isEqualTo("waiting");
        assertThat(systemd().start(socket).after().subState()).isEqualTo("listening");
        assertThat(systemd().stop(timer).after().activeState()).isEqualTo("inactive");
        assertThat(systemd().stop(socket).after().activeState()).isEqualTo("inactive");
    }

    @Test
    void whatIsDrainedIsNotWaitedFor() throws Exception {
        var running = running(RUNS + "ExecStop=/bin/sleep 1\n");

        systemd().drain(unit);

        await().until(() -> status(unit).activeState().equals("deactivating"));
        assertThat(status(unit).mainPid()).isEqualTo(running.mainPid());
        assertThat(status(unit).invocationId()).isEqualTo(running.invocationId());
        await().until(() -> status(unit).activeState().equals("inactive"));
        assertThat(status(unit).mainPid()).isZero();
        systemd().drain("no-such.service");
    }

    @Test
    void anAliasIsTheUnitThatItStandsForUnderTheNameThatWasAskedFor() throws Exception {
        var real = "real-" + unit;
        unitFile(real, RUNS);
        link(unit, real);

        systemd().start(unit);

        assertThat(status(unit).name()).isEqualTo(unit);
        assertThat(status(unit).fragmentPath()).endsWith("/" + real);
        assertThat(status(real).name()).isEqualTo(real);
        assertThat(status(real).invocationId()).isEqualTo(status(unit).invocationId());
        assertThat(systemd().loadedAs(unit)).contains(real);
        assertThat(systemd().loadedAs(real)).contains(real);
        var told = told();

        operator().stop(real);

        assertThat(nextTold(told, unit)).isTrue();
        assertThat(status(unit).activeState()).isEqualTo("inactive");
    }

    @Test
    void anAliasStandsForWhatItStoodForUntilADaemonReload() throws Exception {
        var old = "old-" + unit;
        var now = "new-" + unit;
        unitFile(old, RUNS);
        unitFile(now, RUNS);
        link(unit, old);
        var oldRuns = systemd().start(unit).after();
        var nowRuns = systemd().start(now).after();

        link(unit, now);

        assertThat(systemd().loadedAs(unit)).contains(old);
        assertThat(status(unit).mainPid()).isEqualTo(oldRuns.mainPid());

        systemd().daemonReload();

        assertThat(systemd().loadedAs(unit)).contains(now);
        assertThat(status(unit).mainPid()).isEqualTo(nowRuns.mainPid());
        assertThat(status(unit).fragmentPath()).endsWith("/" + now);
        assertThat(status(old).mainPid()).as("nobody is touched").isEqualTo(oldRuns.mainPid());
        assertThat(systemd().loadedAs(old)).contains(old);
    }

    @Test
    void whatNobodyRefersToIsNotLoadedAndIsNotLoadedByAsking() throws Exception {
        unitFile(unit, RUNS);

        assertThat(systemd().loadedAs(unit)).isEmpty();
        assertThat(systemd().loadedAs(unit)).isEmpty();
        assertThat(systemd().loadedAs("no-such.service")).isEmpty();
    }

    @Test
    void tellsWhatSomebodyElseDid() throws Exception {
        running(RUNS);
        var told = told();

        operator().stop(unit);

        assertThat(nextTold(told, unit)).isTrue();
        assertThat(status(unit).active()).isFalse();
    }

    @Test
    void tellsOfAUnitThatDidNotExistWhenItWasAskedFor() throws Exception {
        assertThat(status(unit).exists()).isFalse();
        var told = told();
        unitFile(unit, RUNS);

        operator().start(unit);

        assertThat(nextTold(told, unit)).isTrue();
        assertThat(status(unit).active()).isTrue();
    }

    @Test
    void tellsEverythingAfterADaemonReload() throws Exception {
        var told = told();

        operator().daemonReload();

        assertThat(nextTold(told, Systemd.EVERYTHING)).isTrue();
    }

    @Test
    void askingIsNoChange() throws Exception {
        var stopped = "stopped-" + unit;
        unitFile(stopped, RUNS);
        running(RUNS);
        status(stopped);
        var told = told();

        systemd().status(List.of(unit, stopped, "no-such.service"));
        systemd().status(List.of(unit, stopped, "no-such.service"));
        operator().stop(unit);

        assertThat(nextTold(told, unit)).isTrue();
        assertThat(told).doesNotContain(stopped, "no-such.service", Systemd.EVERYTHING);
    }

    UnitStatus status(String name) throws SystemdException {
        return systemd().status(List.of(name)).get(name);
    }

    private UnitStatus running(String text) throws SystemdException {
        unitFile(unit, text);
        var outcome = systemd().start(unit);
        assertThat(outcome.after().active()).as(outcome.message()).isTrue();
        return outcome.after();
    }

    /// What is told from now on; news of what happened before are over when a question about a unit is answered
    /// twice.
    private BlockingQueue<String> told() {
        var told = new LinkedBlockingQueue<String>();
        systemd().onChange(told::add);
        return told;
    }

    private static boolean nextTold(BlockingQueue<String> told, String unit) throws InterruptedException {
        for (var next = told.poll(10, TimeUnit.SECONDS); next != null; next = told.poll(10, TimeUnit.SECONDS)) {
            if (next.equals(unit)) {
                return true;
            }
        }
        return false;
    }
}
