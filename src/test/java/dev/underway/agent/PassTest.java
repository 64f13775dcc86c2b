package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.testing.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole passes over real files and a systemd without processes.
class PassTest {
    @TempDir
    Path directory;

    private PassHost host;

    @BeforeEach
    void open() throws Exception {
        host = new PassHost(directory);
    }

    @AfterEach
    void close() throws Exception {
        host.close();
    }

    @Test
    void makesTheHostAsDesiredAndSaysSo() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a")), service("web.service", "/bin/sleep 1")));

        var outcome = host.pass();

        assertThat(outcome).isEqualTo(new Outcome.Settled());
        assertThat(host.text("/etc/web/app.conf")).isEqualTo("a");
        assertThat(host.exists("/etc/systemd/system/multi-user.target.wants/web.service"))
                .isTrue();
        assertThat(host.door.calls).containsExactly("daemon-reload", "start web.service");
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
        assertThat(host.condition("web", "Healthy")).isEqualTo("True UnitsHealthy");
        assertThat(host.status("web").revision()).startsWith("web-");
        assertThat(host.status("web").units()).extracting(unit -> unit.name()).containsExactly("web.service");
        assertThat(host.status("web").plan()).extracting(step -> step.action()).contains("WriteFile", "Start");
    }

    @Test
    void doesNothingWhenEverythingIsAsDesired() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a")), service("web.service", "/bin/sleep 1")));
        host.pass();
        var written = Files.getLastModifiedTime(directory.resolve("var/lib/underway/inventory.json"));
        host.door.calls.clear();
        host.door.statusCalls = 0;

        host.pass();
        host.restartAgent();
        host.pass();

        assertThat(host.door.calls).isEmpty();
        assertThat(host.door.statusCalls)
                .as("one question to systemd in each pass")
                .isEqualTo(2);
        assertThat(Files.getLastModifiedTime(directory.resolve("var/lib/underway/inventory.json")))
                .isEqualTo(written);
        assertThat(host.reports.get(1)).isEqualTo(host.reports.get(0));
        assertThat(host.reports.get(2)).as("also after a restart of the agent").isEqualTo(host.reports.get(0));
    }

    @Test
    void reloadsForAFileAndKeepsTheProcess() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a")), service("web.service", "/bin/sleep 1")));
        host.pass();
        var pid = host.pid("web.service");
        host.door.calls.clear();

        host.desire("web", content(List.of(file("/etc/web/app.conf", "b")), service("web.service", "/bin/sleep 1")));
        host.pass();

        assertThat(host.door.calls).containsExactly("reload web.service");
        assertThat(host.pid("web.service")).isEqualTo(pid);
        assertThat(host.text("/etc/web/app.conf")).isEqualTo("b");
    }

    @Test
    void restartsWhatCouldNotReloadAndSaysWhy() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a")), unableToReload()));
        host.pass();
        host.door.calls.clear();
        host.desire("web", content(List.of(file("/etc/web/app.conf", "b")), unableToReload()));

        host.pass();

        assertThat(host.door.calls).containsExactly("reload web.service", "restart web.service");
        assertThat(host.condition("web", "Healthy")).isEqualTo("True UnitsHealthy");
        assertThat(host.status("web").plan())
                .filteredOn(step -> "web.service".equals(step.unit()))
                .extracting(step -> step.action() + " " + step.result())
                .containsExactly("Reload Failed", "Restart Done");
        assertThat(host.status("web").plan().getLast().because()).startsWith("reload failed: ");
        host.door.calls.clear();
        host.pass();
        assertThat(host.door.calls).isEmpty();
    }

    @Test
    void leavesWhatCouldNotReloadAloneWhenTheAuthorAllowsNothingMore() throws Exception {
        var onlyReload = new UnitPolicy("web.service", UpdateMode.Reload, null, null, null, null, null);
        var policy = new Policy(List.of(onlyReload), null, null, null, null);
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a")), unableToReload()), policy);
        host.pass();
        host.door.calls.clear();
        long pid = host.pid("web.service");
        host.desire("web", content(List.of(file("/etc/web/app.conf", "b")), unableToReload()), policy);

        host.pass();

        assertThat(host.door.calls).containsExactly("reload web.service");
        assertThat(host.pid("web.service")).isEqualTo(pid);
        assertThat(host.condition("web", "Healthy")).isEqualTo("False ReloadFailed");
    }

    @Test
    void triesToRestartWhatRunsOnlyNowAndThenWhenItCouldNotReload() throws Exception {
        var ifRunning = new UnitPolicy("web.service", null, UnitState.IfRunning, null, null, null, null);
        var policy = new Policy(List.of(ifRunning), null, null, null, null);
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a")), unableToReload()), policy);
        host.pass();
        host.systemd.start("web.service");
        host.pass();
        host.door.calls.clear();
        host.desire("web", content(List.of(file("/etc/web/app.conf", "b")), unableToReload()), policy);

        host.pass();

        assertThat(host.door.calls).containsExactly("reload web.service", "try-restart web.service");
    }

    private static UnitText unableToReload() {
        return new UnitText("web.service", "[Service]\nExecStart=/bin/sleep 1\nExecReload=/bin/false\n", null);
    }

    @Test
    void isWokenWhenSomebodyEditsAFileOfOurs() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a"))));
        host.pass();
        host.pass();
        Thread.sleep(200);
        host.woken.drainPermits();

        host.put("/etc/web/app.conf", "edited");

        assertThat(host.woken.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void putsBackWhatWasChangedByHand() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a")), service("web.service", "/bin/sleep 1")));
        host.pass();

        host.put("/etc/web/app.conf", "edited");
        host.systemd.stop("web.service");
        host.pass();

        assertThat(host.text("/etc/web/app.conf")).isEqualTo("a");
        assertThat(host.pid("web.service")).isPositive();
    }

    @Test
    void stopsAndRemovesAUnitThatIsNoLongerPartOfTheSet() throws Exception {
        host.desire(
                "web",
                content(List.of(), service("web.service", "/bin/sleep 1"), service("b.service", "/bin/sleep 1")));
        host.pass();

        host.desire("web", content(List.of(), service("web.service", "/bin/sleep 1")));
        host.pass();

        assertThat(host.pid("b.service")).isZero();
        assertThat(host.exists("/etc/systemd/system/b.service")).isFalse();
        assertThat(host.exists("/etc/systemd/system/multi-user.target.wants/b.service"))
                .isFalse();
        assertThat(host.pid("web.service")).isPositive();
    }

    @Test
    void leavesAHostCleanWhenASetIsBuried() throws Exception {
        var before = tree();
        host.desire("web", content(List.of(file("/etc/web/conf.d/a", "a")), service("web.service", "/bin/sleep 1")));
        host.pass();

        host.remove("web", false);
        host.pass();

        assertThat(tree()).isEqualTo(before);
        assertThat(host.pid("web.service")).isZero();
        assertThat(host.reports.getLast().removed())
                .extracting(removed -> removed.unitSet())
                .containsExactly("web");
    }

    @Test
    void forgetsAnOrphanAndTouchesNothing() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/a", "a")), service("web.service", "/bin/sleep 1")));
        host.pass();
        var pid = host.pid("web.service");

        host.remove("web", true);
        host.pass();

        assertThat(host.exists("/etc/web/a")).isTrue();
        assertThat(host.pid("web.service")).isEqualTo(pid);
        assertThat(host.reports.getLast().removed()).hasSize(1);
    }

    @Test
    void leavesAloneWhatTheFirstDocumentAfterAJoinDoesNotListAndTakesItBackWhenOneDoes() throws Exception {
        var web = content(List.of(file("/etc/web/a", "a")), service("web.service", "/bin/sleep 1"));
        host.desire("web", web);
        host.pass();
        var pid = host.pid("web.service");
        host.joinAnew();
        host.door.calls.clear();

        host.desire("db", content(List.of(file("/etc/db/a", "a"))));
        host.pass();
        Files.delete(directory.resolve("etc/web/a"));
        host.pass();

        assertThat(host.door.calls).isEmpty();
        assertThat(host.pid("web.service")).isEqualTo(pid);
        assertThat(host.exists("/etc/web/a")).as("not healed either").isFalse();
        host.put("/etc/web/a", "a");
        host.desire("web", web);
        host.pass();
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
        assertThat(host.pid("web.service")).isEqualTo(pid);
    }

    @Test
    void withholdsASetThatIsDeniedAndCarriesOutTheOthers() throws Exception {
        host.desire("evil", content(List.of(file("/etc/ok", "x"), file("/etc/sudoers.d/evil", "x"))));
        host.desire("web", content(List.of(file("/etc/web/a", "a"))));

        host.pass();

        assertThat(host.condition("evil", "Synced")).isEqualTo("False Denied");
        assertThat(host.conditionOf("evil", "Synced").message()).contains("/etc/sudoers.d/evil");
        assertThat(host.exists("/etc/ok")).isFalse();
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void writesNothingOfASetWithAnUnknownOwner() throws Exception {
        var file = new ManagedFile("/etc/web/a", null, "no-such-user", "no-such-group", "x", null, null);
        host.desire("web", content(List.of(file, file("/etc/web/b", "b"))));

        host.pass();

        assertThat(host.condition("web", "Synced")).isEqualTo("False UnknownOwner");
        assertThat(host.conditionOf("web", "Synced").message())
                .contains("no-such-user")
                .contains("no-such-group");
        assertThat(host.exists("/etc/web")).isFalse();
    }

    @Test
    void refusesASymlinkedDirectory() throws Exception {
        Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve("etc/web"), directory.resolve("elsewhere"));
        host.desire("web", content(List.of(file("/etc/web/a", "a"))));

        host.pass();

        assertThat(host.condition("web", "Synced")).isEqualTo("False UnsafePath");
        assertThat(directory.resolve("elsewhere")).isEmptyDirectory();
    }

    @Test
    void doesNotOverwriteAFileThatIsNotOurs() throws Exception {
        host.put("/etc/web/a", "theirs");
        host.desire("web", content(List.of(file("/etc/web/a", "ours"))));

        host.pass();

        assertThat(host.text("/etc/web/a")).isEqualTo("theirs");
        assertThat(host.condition("web", "Synced")).isEqualTo("False Conflict");
    }

    @Test
    void leavesTheOldStateWhenTheDiskIsFullAndGoesOnWhenItIsNot() throws Exception {
        Files.createDirectories(directory.resolve("etc/web"));
        try (var mounts = new Mounts()) {
            mounts.tmpfs(directory.resolve("etc/web"), "64k");
            host.desire("web", content(List.of(file("/etc/web/a", "a")), service("web.service", "/bin/sleep 1")));
            host.pass();
            var pid = host.pid("web.service");
            host.door.calls.clear();
            host.put("/etc/web/ballast", "x".repeat(50_000));

            host.desire(
                    "web",
                    content(
                            List.of(file("/etc/web/a", "b"), file("/etc/web/b", "x".repeat(20_000))),
                            service("web.service", "/bin/sleep 2")));
            var outcome = host.pass();

            assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
            assertThat(host.condition("web", "Synced")).isEqualTo("False WriteFailed");
            assertThat(host.conditionOf("web", "Synced").message()).contains("No space left");
            assertThat(host.text("/etc/web/a")).isEqualTo("a");
            assertThat(host.text("/etc/systemd/system/web.service")).contains("sleep 1");
            assertThat(host.door.calls).isEmpty();
            assertThat(host.pid("web.service")).isEqualTo(pid);

            Files.delete(directory.resolve("etc/web/ballast"));
            host.nanos += Duration.ofSeconds(6).toNanos();
            host.pass();

            assertThat(host.text("/etc/web/a")).isEqualTo("b");
            assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
        }
    }

    @Test
    void aFullDiskIsTheMatterOfTheSetThatNeedsIt() throws Exception {
        Files.createDirectories(directory.resolve("etc/web"));
        try (var mounts = new Mounts()) {
            mounts.tmpfs(directory.resolve("etc/web"), "64k");
            host.desire("web", content(List.of(file("/etc/web/a", "a")), service("old.service", "/bin/sleep 1")));
            host.desire("ok", content(List.of(file("/etc/ok/a", "a")), service("ok.service", "/bin/sleep 1")));
            host.pass();
            var old = host.pid("old.service");

            host.desire("web", content(List.of(file("/etc/web/b", "x".repeat(100_000)))));
            host.desire("ok", content(List.of(file("/etc/ok/a", "b")), service("ok.service", "/bin/sleep 2")));
            host.door.calls.clear();
            var outcome = host.pass();

            assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
            assertThat(host.condition("web", "Synced")).isEqualTo("False WriteFailed");
            assertThat(host.text("/etc/web/a")).isEqualTo("a");
            assertThat(host.pid("old.service"))
                    .as("what the revision drops is stopped when the rest is in place")
                    .isEqualTo(old);
            assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");
            assertThat(host.text("/etc/ok/a")).isEqualTo("b");
            assertThat(host.door.calls).containsExactly("daemon-reload", "restart ok.service");

            host.restartAgent();
            host.pass();
            assertThat(host.condition("web", "Synced")).isEqualTo("False WriteFailed");
            assertThat(host.pid("old.service")).isEqualTo(old);

            host.desire("web", content(List.of(file("/etc/web/b", "x"))));
            host.pass();
            assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
            assertThat(host.exists("/etc/web/a")).isFalse();
            assertThat(host.pid("old.service")).isZero();
        }
    }

    @Test
    void aPathThatCannotBeReadIsTheMatterOfTheSetThatWantsIt() throws Exception {
        host.desire("bad", content(List.of(file("/etc/" + "x".repeat(300), "a"))));
        host.desire("ok", content(List.of(file("/etc/ok", "a"))));

        host.pass();

        assertThat(host.conditionOf("bad", "Synced").message()).contains("File name too long");
        assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aFileThatCannotBeRemovedKeepsItsSetAndNoOther() throws Exception {
        Files.createDirectories(directory.resolve("etc/web"));
        try (var mounts = new Mounts()) {
            mounts.tmpfs(directory.resolve("etc/web"), "64k");
            host.desire("web", content(List.of(file("/etc/web/a", "a"))));
            host.pass();
            mounts.readOnly(directory.resolve("etc/web"));

            host.remove("web", false);
            host.desire("ok", content(List.of(file("/etc/ok", "a"))));
            var outcome = host.pass();

            assertThat(outcome).as("it is tried again").isInstanceOf(Outcome.Waiting.class);
            assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");
            assertThat(host.reports.getLast().removed()).isEmpty();

            mounts.release(directory.resolve("etc/web"));
            host.nanos += Duration.ofSeconds(6).toNanos();

            assertThat(host.pass()).as("nothing waits any more").isEqualTo(new Outcome.Settled());
            assertThat(host.reports.getLast().removed()).hasSize(1);
            assertThat(host.exists("/etc/web/a")).isFalse();
        }
    }

    @Test
    void aDeclarationThatSystemdRefusesIsTheMatterOfItsSet() throws Exception {
        host.desire("bad", content(List.of(file("/etc/sysusers.d/bad.conf", "u\n"), file("/etc/bad", "x"))));
        host.desire("ok", content(List.of(file("/etc/ok", "a"))));

        host.pass();

        assertThat(host.condition("bad", "Synced")).isEqualTo("False ToolFailed");
        assertThat(host.exists("/etc/bad")).isFalse();
        assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aSetThatFailedAndIsThenDeniedIsNotAskedForWithoutPause() throws Exception {
        host.desire("web", content(List.of(file("/etc/a", "a")), service("web.service", "/bin/false")));
        host.pass();
        host.put("/etc/underway/agent.yaml", "deny: {paths: [/etc/a]}\n");
        host.nanos += Duration.ofSeconds(6).toNanos();

        assertThat(host.pass()).isNotInstanceOf(Outcome.Waiting.class);
        host.nanos += Duration.ofMinutes(10).toNanos();
        host.pass();

        assertThat(host.condition("web", "Synced")).isEqualTo("False Denied");
        assertThat(host.pass()).isEqualTo(new Outcome.Settled());
    }

    @Test
    void reportsARevisionThatFailsAndTriesItEverMoreRarely() throws Exception {
        host.desire("web", content(List.of(), service("web.service", "/bin/false")));
        host.desire("ok", content(List.of(file("/etc/ok", "x"))));

        var outcome = host.pass();
        host.pass();

        assertThat(outcome).isInstanceOf(Outcome.Stalled.class);
        assertThat(host.door.calls).containsExactly("daemon-reload", "start web.service");
        assertThat(host.condition("web", "Healthy")).isEqualTo("False StartFailed");
        assertThat(host.conditionOf("web", "Healthy").message()).contains("web.service");
        assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");

        host.nanos += Duration.ofSeconds(6).toNanos();
        host.pass();
        assertThat(host.door.calls)
                .as("tried again")
                .endsWith("start web.service")
                .hasSize(3);

        host.desire("web", content(List.of(), service("web.service", "/bin/sleep 1")));
        host.pass();
        assertThat(host.condition("web", "Healthy"))
                .as("another version is tried at once")
                .isEqualTo("True UnitsHealthy");
    }

    @Test
    void blamesARevisionWhoseUnitDoesNotProveItself() throws Exception {
        var trial = new Readiness(null, new TcpProbe(1), null, Duration.ofMillis(1), Duration.ofMillis(50));
        var policy = new Policy(
                List.of(new UnitPolicy("web.service", null, null, null, null, trial, null)), null, null, null, null);
        host.desire("web", content(List.of(), service("web.service", "/bin/sleep 1")), policy);

        assertThat(host.pass()).isInstanceOf(Outcome.Stalled.class);
        assertThat(host.condition("web", "Healthy")).isEqualTo("False ProbeFailed");

        host.nanos += Duration.ofSeconds(6).toNanos();
        assertThat(host.pass())
                .as("it is watched again although nothing is done")
                .isInstanceOf(Outcome.Stalled.class);
        assertThat(host.door.calls).containsExactly("daemon-reload", "start web.service");
    }

    @Test
    void nobodyTakesAPathOfASetThatWaitsForItsNextTry() throws Exception {
        host.desire("old", content(List.of(file("/etc/a", "old")), service("web.service", "/bin/false")));
        host.pass();
        assertThat(host.condition("old", "Healthy")).isEqualTo("False StartFailed");

        host.desire("young", content(List.of(file("/etc/a", "young"))));
        host.pass();

        assertThat(host.text("/etc/a")).isEqualTo("old");
        assertThat(host.condition("young", "Synced")).isEqualTo("False Conflict");
        assertThat(host.condition("old", "Healthy")).isEqualTo("False StartFailed");
    }

    @Test
    void nobodyTakesAPathOfASetWhoseContentCannotBeFetched() throws Exception {
        host.desire("old", content(List.of(file("/etc/a", "old"))));
        host.pass();
        host.serverIsAway = true;

        host.desire("old", content(List.of(file("/etc/a", "new"))));
        host.desire("young", content(List.of(file("/etc/a", "young"))));
        host.pass();

        assertThat(host.condition("old", "Synced")).isEqualTo("False ServerUnreachable");
        assertThat(host.text("/etc/a")).isEqualTo("old");

        host.serverIsAway = false;
        host.nanos += Duration.ofSeconds(6).toNanos();
        host.pass();

        assertThat(host.text("/etc/a")).isEqualTo("new");
        assertThat(host.condition("young", "Synced")).isEqualTo("False Conflict");
    }

    @Test
    void aUnitIsStillOnTrialWhenTheAgentWasKilledMeanwhile() throws Exception {
        var trial = new Readiness(null, new TcpProbe(1), null, Duration.ofMillis(1), Duration.ofMillis(50));
        var policy = new Policy(
                List.of(new UnitPolicy("web.service", null, null, null, null, trial, null)), null, null, null, null);
        host.desire("web", content(List.of(), service("web.service", "/bin/sleep 1")), policy);
        host.door.killAfter = 1;

        assertThatThrownBy(() -> host.pass()).isInstanceOf(Effects.Killed.class);
        host.door.killAfter = Integer.MAX_VALUE;
        host.restartAgent();

        assertThat(host.pass()).isInstanceOf(Outcome.Stalled.class);
        assertThat(host.door.calls).as("nothing more is done").containsExactly("daemon-reload", "start web.service");
        assertThat(host.condition("web", "Healthy")).isEqualTo("False ProbeFailed");

        host.restartAgent();
        host.pass();
        assertThat(host.condition("web", "Healthy"))
                .as("one that has not proved itself is watched again")
                .isEqualTo("False ProbeFailed");
    }

    @Test
    void waitsWhenSystemdCannotBeAsked() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/a", "a"))));
        host.door.away = true;

        var outcome = host.pass();

        assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
        assertThat(host.condition("web", "Synced")).isEqualTo("False SystemdUnreachable");
        assertThat(host.exists("/etc/web")).isFalse();
    }

    @Test
    void waitsForTheFirstDocument() throws Exception {
        assertThat(host.pass()).isInstanceOf(Outcome.Waiting.class);
        assertThat(host.reports).isEmpty();
    }

    @Test
    void createsTheUsersThatASetDeclaresBeforeItsFiles() throws Exception {
        host.put("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
        host.put("/etc/group", "root:x:0:\n");
        host.desire("web", content(List.of(file("/etc/sysusers.d/web.conf", "u uwtest-web - \"Web\"\n"))));

        host.pass();

        assertThat(host.text("/etc/passwd")).contains("uwtest-web");
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void keepsWhatItOwnsAcrossAStartWithABrokenInventory() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/a", "a")), service("web.service", "/bin/sleep 1")));
        host.pass();
        var pid = host.pid("web.service");
        host.put("/var/lib/underway/inventory.json", "{\"owned\":");

        host.restartAgent();
        host.pass();

        assertThat(host.exists("/var/lib/underway/inventory.json.corrupt")).isTrue();
        assertThat(host.pid("web.service")).isEqualTo(pid);
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
    }

    private List<String> tree() throws Exception {
        try (var paths = Files.walk(directory.resolve("etc"))) {
            return paths.map(Path::toString)
                    .filter(path -> !path.endsWith(".wants"))
                    .sorted()
                    .toList();
        }
    }
}
