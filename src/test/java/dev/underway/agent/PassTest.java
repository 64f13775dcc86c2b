package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole passes over real files and a systemd without processes.
class PassTest {
    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void open() throws Exception {
        host = new PassHost(directory);
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
