package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SelfReplacingApp.How;
import dev.underway.agent.SwapHost.Deed;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Readiness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Services that replace their own program when they are reloaded, and such as only say so.
@Tag("e2e")
class SelfReplacingOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    private static void unnoticed(SelfReplacingApp app, Deed deed) throws Exception {
        var counted = on.underLoad(app, deed);
        assertThat(counted.failed()).as("%s", counted).isZero();
    }

    private static void serves(SelfReplacingApp app, String version) {
        assertThat(on.get(app)).contains("200 OK").contains("\n" + version + " " + on.agent.pid(app.unit()));
        assertThat(on.running(app)).containsExactly(app.unit());
    }

    private static void isDone(SelfReplacingApp app) throws Exception {
        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
        assertThat(on.agent.condition(app.name, "Healthy")).isEqualTo("True UnitsHealthy");
        int calls = on.agent.door.calls.size();
        on.agent.pass();
        assertThat(on.agent.door.calls).hasSize(calls);
    }

    /// Short, for what does not replace itself is waited for as long.
    private static SelfReplacingApp impatient(String name, int port, How how) {
        var app = new SelfReplacingApp(name, port, how);
        app.readiness = new Readiness(null, null, null, Duration.ofMillis(200), Duration.ofSeconds(2));
        return app;
    }

    @Test
    void aScriptIsExecutedAnewInTheSameProcess() throws Exception {
        var app = new SelfReplacingApp("again", 8600, How.EXECUTES);
        on.apply(app);
        var before = on.agent.unit(app.unit());

        unnoticed(app, () -> on.apply(app.script("2")));

        assertThat(on.step(app))
                .isEqualTo("Reload (none): /opt/again/app.py changed; the service replaces itself on reload");
        assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(before.invocationId());
        assertThat(on.agent.pid(app.unit())).isEqualTo(before.mainPid());
        serves(app, "2");
        isDone(app);
    }

    @Test
    void aCompiledProgramIsExecutedAnewInTheSameProcess() throws Exception {
        var app = new SelfReplacingApp("native", 8601, How.EXECUTES).compiled(on, "1");
        on.apply(app);
        long before = on.agent.pid(app.unit());

        unnoticed(app, () -> on.apply(app.compiled(on, "2")));

        assertThat(on.step(app))
                .isEqualTo(
                        "Reload (none): /opt/native/app changed, /opt/native/app.py changed; the service replaces itself on"
                                + " reload");
        assertThat(on.agent.pid(app.unit())).isEqualTo(before);
        serves(app, "2");
        isDone(app);
    }

    @Test
    void aSuccessorBecomesTheMainProcess() throws Exception {
        var app = new SelfReplacingApp("succeeds", 8602, How.SUCCEEDS);
        on.apply(app);
        var before = on.agent.unit(app.unit());

        unnoticed(app, () -> on.apply(app.script("2")));

        assertThat(on.step(app))
                .isEqualTo("Reload (none): /opt/succeeds/app.py changed; the service replaces itself on reload");
        assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(before.invocationId());
        assertThat(on.agent.pid(app.unit())).isNotEqualTo(before.mainPid());
        serves(app, "2");
        isDone(app);
    }

    @Test
    void whatDoesNotReplaceItselfFailsAndServesOn() throws Exception {
        var app = impatient("reads", 8603, How.READS);
        on.apply(app);
        long before = on.agent.pid(app.unit());

        unnoticed(app, () -> {
            on.apply(app.script("2"));
            assertThat(on.agent.conditionOf("reads", "Synced").message())
                    .contains("reads.service was reloaded, but process " + before
                            + " still runs the old /opt/reads/app.py after 2 s: it does not replace itself on reload;"
                            + " say update: Swap or Restart");
            on.converge();
        });

        assertThat(on.agent.condition("reads", "Synced")).isEqualTo("False Reverted");
        assertThat(on.host.read("/opt/reads/app.py")).contains("\"VERSION\", \"1\"");
        assertThat(on.agent.pid(app.unit())).isEqualTo(before);
        serves(app, "1");
    }

    /// The kernel's name for what a process executes is not that of its new version.
    @Test
    void whatExecutesTheOldProgramAnewFails() throws Exception {
        var app = impatient("itself", 8604, How.EXECUTES_ITSELF).compiled(on, "1");
        on.apply(app);

        unnoticed(app, () -> {
            on.apply(app.compiled(on, "2"));
            assertThat(on.agent.conditionOf("itself", "Synced").message())
                    .contains("still runs the old /opt/itself/app after 2 s");
        });
    }

    @Test
    void whatDiesOfTheNewProgramIsStartedWithTheOldOne() throws Exception {
        var app = impatient("dies", 8605, How.EXECUTES);
        app.with("Restart", "no");
        on.apply(app);
        app.files.clear();
        app.files.add(new ManagedFile("/opt/dies/app.py", "0755", null, null, "#!/bin/false\n", null, null));

        on.apply(app);

        assertThat(on.agent.conditionOf("dies", "Synced").message())
                .containsAnyOf(
                        "Reload of dies.service failed: the job is done, but the unit is not",
                        "dies.service is failed (exit-code) since it was reloaded");
        on.converge();
        assertThat(on.agent.condition("dies", "Synced")).isEqualTo("False Reverted");
        serves(app, "1");
    }

    @Test
    void aRestartKeepsTheSocketThatSystemdStores() throws Exception {
        var app = new SelfReplacingApp("stores", 8606, How.READS);
        app.update = null;
        app.version("1").with("FileDescriptorStoreMax", "1").service.put("Environment", "VERSION=1 FDSTORE=");
        on.apply(app);

        unnoticed(app, () -> {
            app.service.put("Environment", "VERSION=2 FDSTORE=");
            on.apply(app);
        });

        assertThat(on.step(app))
                .isEqualTo(
                        "Restart (dropped): Environment= changed; the descriptors that systemd stores for it are kept");
        serves(app, "2");
        isDone(app);
    }

    /// Where systemd knows the type it waits for the answer; where it does not, nobody counts on a reload.
    @Test
    void aServiceIsReloadedByItsTypeWhereSystemdKnowsIt() throws Exception {
        var app = byType("bytype", 8607, How.NOTIFIES);
        on.apply(app);
        long before = on.agent.pid(app.unit());
        boolean known = on.agent.unit(app.unit()).canReload();

        on.apply(configured(app, "2"));

        assertThat(on.step(app))
                .isEqualTo(
                        known
                                ? "Reload (none): /etc/bytype.conf changed"
                                : "Restart (dropped): /etc/bytype.conf changed; the systemd of this host does not know"
                                        + " Type=notify-reload, and cannot reload it");
        assertThat(on.agent.pid(app.unit()) == before).isEqualTo(known);
        serves(app, "1");
        isDone(app);
    }

    @Test
    void aServiceThatNeverAnswersAReloadIsRestarted() throws Exception {
        var app = byType("mute", 8608, How.READS);
        app.with("TimeoutStartSec", "2");
        on.apply(app);
        long before = on.agent.pid(app.unit());
        boolean known = on.agent.unit(app.unit()).canReload();

        on.apply(configured(app, "2"));

        assertThat(on.step(app)).startsWith((known ? "Reload" : "Restart") + " (");
        assertThat(on.agent.door.calls)
                .filteredOn(call -> call.endsWith(app.unit()))
                .endsWith(
                        known
                                ? new String[] {"reload mute.service", "restart mute.service"}
                                : new String[] {"restart mute.service"});
        assertThat(on.agent.pid(app.unit())).isNotEqualTo(before);
        serves(app, "1");
        isDone(app);
    }

    private static SelfReplacingApp byType(String name, int port, How how) {
        var app = new SelfReplacingApp(name, port, how);
        app.update = null;
        app.service.remove("ExecReload");
        app.with("Type", "notify-reload");
        return configured(app, "1");
    }

    private static SelfReplacingApp configured(SelfReplacingApp app, String text) {
        var program = app.files.getFirst();
        app.files.clear();
        app.files.addAll(
                List.of(program, new ManagedFile("/etc/" + app.name + ".conf", null, null, null, text, null, null)));
        return app;
    }
}
