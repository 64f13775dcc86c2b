package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SwapHost.App;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a swap is on a booted systemd, under load: no request fails, and everything that speaks of the unit goes on.
@Tag("e2e")
class SwapOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    @Test
    void aNewProcessTakesOverTheSocketAndNoRequestFails() throws Exception {
        var app = new App("takes", 8101);
        on.apply(app);
        var before = on.agent.unit(app.unit());
        var socket = on.agent.unit("takes.socket").invocationId();

        var counted = on.underLoad(app, () -> on.apply(app.version("2")));

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(counted.answerers()).hasSize(2);
        assertThat(on.step(app)).startsWith("Swap (none): Environment=");
        assertThat(on.agent.unit(app.unit()).mainPid()).isNotEqualTo(before.mainPid());
        assertThat(on.agent.unit("takes.socket").invocationId()).isEqualTo(socket);
        on.converge();
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.host.exec("bash", "-c", "cd /etc/systemd/system; ls -d takes-*"))
                .isEqualTo(on.current(app) + "\n" + on.current(app) + ".d\n");
    }

    @Test
    void whatIsLiveByADaemonReloadTouchesNoProcess() throws Exception {
        var app = new App("live", 8102);
        on.apply(app);
        var before = on.agent.unit(app.unit());

        on.apply(app.with("Restart", "always").with("CPUWeight", "50"));

        assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(before.invocationId());
        assertThat(on.host.exec("systemctl", "show", "-P", "Restart", app.unit()))
                .isEqualTo("always\n");
        on.agent.pass();
        assertThat(on.agent.condition("live", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void everydayCommandsSpeakOfTheUnit() throws Exception {
        var app = new App("daily", 8103).with("ExecStartPre", "/bin/echo version ${VERSION} begins");
        on.apply(app);
        on.apply(app.version("2"));
        on.converge();

        assertThat(on.host.exec("systemctl", "is-active", "daily")).isEqualTo("active\n");
        assertThat(on.host.exec("systemctl", "status", "--no-pager", "daily")).contains("active (running)");
        on.host.exec("journalctl", "--sync");
        assertThat(List.of("--identifier=daily", "UNDERWAY_UNIT=daily.service"))
                .allSatisfy(lines -> assertThat(on.host.exec("journalctl", "--no-pager", "--output=cat", lines))
                        .containsSubsequence("version 1 begins\n", "version 2 begins\n"));
        var counted = on.underLoad(app, () -> on.host.exec("systemctl", "restart", "daily"));
        assertThat(counted.failed()).as("%s", counted).isZero();
        on.converge();
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.agent.condition("daily", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aRemovedAliasIsPutBackWithoutALostRequest() throws Exception {
        var app = new App("disabled", 8105);
        on.apply(app);
        on.apply(app.version("2"));
        on.converge();
        var before = on.current(app);

        var counted = on.underLoad(app, () -> {
            on.host.exec("systemctl", "disable", "disabled");
            on.agent.pass();
        });
        on.converge();

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.current(app)).isNotEqualTo(before);
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.host.exec("systemctl", "is-enabled", "disabled")).isEqualTo("alias\n");
        assertThat(on.agent.unit(app.unit()).mainPid()).isPositive();
    }

    @Test
    void whatIsOnlyReportedStaysAsItsOperatorMadeItUntilItShallBeHealed() throws Exception {
        var app = new App("reported", 8190);
        app.drift = DriftPolicy.Report;
        on.apply(app);
        var instance = on.current(app);
        var before = on.agent.unit(instance);

        var reporting = on.underLoad(app, () -> {
            on.host.exec("systemctl", "disable", "reported");
            on.host.write("/etc/systemd/system/reported.service.d/by-hand.conf", "[Service]\nEnvironment=BY=hand\n");
            on.converge();
        });

        assertThat(reporting.failed()).as("%s", reporting).isZero();
        assertThat(on.agent.condition("reported", "Synced"))
                .as("%s", on.agent.conditionOf("reported", "Synced"))
                .isEqualTo("False Drifted");
        assertThat(on.agent.conditionOf("reported", "Synced").message())
                .contains("reported.service has lost its name, and runs on as " + instance)
                .contains("is overridden by /etc/systemd/system/reported.service.d/by-hand.conf");
        assertThat(on.agent.exists("/etc/systemd/system/reported.service")).isFalse();
        assertThat(on.agent.unit(instance).invocationId()).isEqualTo(before.invocationId());

        app.drift = null;
        var healing = on.underLoad(app, () -> {
            on.apply(app);
            on.converge();
        });

        assertThat(healing.failed()).as("%s", healing).isZero();
        assertThat(on.agent.condition("reported", "Synced")).isEqualTo("True AsDesired");
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.environment(app)).contains("BY=hand");
    }

    @Test
    void aPlainUnitIsTakenOverUnderLoadAndGivenBack() throws Exception {
        var app = new App("plain", 8106);
        app.update = UpdateMode.Restart;
        on.apply(app);
        var pid = on.agent.pid(app.unit());
        assertThat(on.host.exec("ls", "/etc/systemd/system").lines()).noneMatch(name -> name.startsWith("plain-"));

        app.update = null;
        on.apply(app);
        assertThat(on.agent.pid(app.unit())).as("the layout alone is no reason").isEqualTo(pid);
        var adopting = on.underLoad(app, () -> on.apply(app.version("2")));
        assertThat(on.step(app)).startsWith("Swap");
        on.converge();
        assertThat(on.running(app)).containsExactly(on.current(app));

        app.update = UpdateMode.Restart;
        var leaving = on.underLoad(app, () -> {
            on.apply(app.version("3"));
            on.converge();
        });

        assertThat(adopting.failed()).as("%s", adopting).isZero();
        assertThat(leaving.failed())
                .as("it drains, and the socket holds who comes: %s", leaving)
                .isZero();
        assertThat(on.running(app)).containsExactly("plain.service");
        assertThat(on.host
                        .tryExec("readlink", "/etc/systemd/system/plain.service")
                        .exitCode())
                .isNotZero();
    }

    @Test
    void anOperatorsDropInGoesWithTheUnit() throws Exception {
        var app = new App("edited", 8107);
        on.apply(app);

        on.host.write("/etc/systemd/system/edited.service.d/override.conf", "[Service]\nEnvironment=ADDED=yes\n");
        on.agent.pass();

        assertThat(on.step(app)).startsWith("Swap");
        assertThat(on.environment(app)).contains("ADDED=yes");
        on.converge();
        on.apply(app.version("2"));
        assertThat(on.environment(app)).contains("ADDED=yes").contains("VERSION=2");
        on.host.exec("rm", "-r", "/etc/systemd/system/edited.service.d");
        on.converge();
        assertThat(on.environment(app)).doesNotContain("ADDED=yes");
    }

    @Test
    void specifiersAndTheRuntimeDirectoryAreTheUnits() throws Exception {
        var app = new App("named", 8108).with("RuntimeDirectory", "%N").with("SetLoginEnvironment", "no");
        app.service.put("Environment", "VERSION=1 NAME=%n BARE=%p");
        on.apply(app);
        app.service.put("Environment", "VERSION=2 NAME=%n BARE=%p");
        var counted = on.underLoad(app, () -> on.apply(app));
        on.converge();

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.environment(app)).contains("NAME=named.service").contains("BARE=named");
        assertThat(on.host.exec("ls", "-d", "/run/named")).isEqualTo("/run/named\n");
    }

    @Test
    void aRemovedUnitLeavesNothing() throws Exception {
        var app = new App("gone", 8109);
        on.apply(app);
        on.apply(app.version("2"));

        on.agent.remove("gone", false);
        for (int i = 0; i < 20 && !on.running(app).isEmpty(); i++) {
            on.agent.pass();
            Thread.sleep(200);
        }
        on.converge();

        assertThat(on.running(app)).isEmpty();
        assertThat(on.host.exec("find", "/etc/systemd/system", "/var/lib/underway", "-name", "*gone*"))
                .isEmpty();
    }

    @Test
    void afterABootThereIsOneInstance() throws Exception {
        var app = new App("boots", 8110);
        on.apply(app);
        on.apply(app.version("2"));

        on.powerLoss();

        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.environment(app)).contains("VERSION=2");
        on.converge();
        assertThat(on.agent.condition("boots", "Synced")).isEqualTo("True AsDesired");
    }

    /// Nothing is left of what the agent knew but what the instances' files say.
    @Test
    void anAgentThatHasLostItsInventoryKnowsItsInstancesAgain() throws Exception {
        var app = new App("found", 8111).input("1");
        on.apply(app);
        on.apply(app.version("2"));
        on.settle(app);
        var before = on.agent.unit(app.unit());

        var counted = on.underLoad(app, () -> {
            on.host.exec("rm", "/var/lib/underway/inventory.json");
            on.restartAgent();
            on.settle(app);
            assertThat(on.agent.condition("found", "Synced")).isEqualTo("True AsDesired");
            assertThat(on.agent.unit(app.unit()).invocationId())
                    .as("what is as desired is left alone")
                    .isEqualTo(before.invocationId());
            on.host.exec("rm", "/var/lib/underway/inventory.json");
            on.restartAgent();
            on.apply(app.version("3"));
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        on.settle(app);
        assertThat(on.environment(app)).contains("VERSION=3");
        on.isInstance(app);
    }
}
