package dev.underway.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.execute.AliasGuard.Unsafe;
import dev.underway.agent.systemd.DbusSystemd;
import dev.underway.testing.TestHost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The states in which a daemon-reload would merge two units, on a booted systemd. None of them is let happen here:
/// what
/// comes of it can end the host.
@Tag("e2e")
class AliasGuardTest {
    private static final String SERVICE = "[Service]\nExecStart=/bin/sleep infinity\n";

    @AutoClose
    private static final TestHost host = TestHost.boot();

    private static DbusSystemd systemd;
    private static AliasGuard guard;

    @BeforeAll
    static void boot() {
        systemd = DbusSystemd.open(host.systemBus());
        guard = new AliasGuard(systemd);
    }

    @AfterAll
    static void remove() {
        systemd.close();
    }

    private static void unit(String name) {
        host.write("/etc/systemd/system/" + name, SERVICE);
    }

    private static void link(String name, String target) {
        host.exec("ln", "-sfn", target, "/etc/systemd/system/" + name);
    }

    @Test
    void anAliasWhoseNameIsARunningUnitAndWhoseTargetRunsIsRefused() throws Exception {
        unit("both.service");
        unit("both-1.service");
        systemd.start("both.service");
        systemd.start("both-1.service");
        link("both.service", "both-1.service");

        assertThatThrownBy(() -> guard.check(Map.of("both.service", "both-1.service")))
                .isInstanceOf(Unsafe.class)
                .hasMessageContaining("both.service and both-1.service");
    }

    @Test
    void aNameThatLingersBecauseAnotherUnitWantsItIsRefusedToo() throws Exception {
        host.write("/etc/systemd/system/wants.service", "[Unit]\nWants=stub.service\n" + SERVICE);
        unit("stub-1.service");
        systemd.start("wants.service");
        systemd.start("stub-1.service");
        link("stub.service", "stub-1.service");
        assertThat(systemd.loadedAs("stub.service")).contains("stub.service");

        assertThatThrownBy(() -> guard.check(Map.of("stub.service", "stub-1.service")))
                .isInstanceOf(Unsafe.class);
    }

    @Test
    void aNameThatSomebodyDisabledIsRefusedWhileTheInstanceRuns() throws Exception {
        host.write("/etc/systemd/system/off.socket", "[Socket]\nListenStream=/run/off\n");
        unit("off-1.service");
        link("off.service", "off-1.service");
        systemd.daemonReload();
        systemd.start("off.socket");
        systemd.start("off-1.service");
        host.exec("systemctl", "disable", "off.service");
        link("off.service", "off-1.service");

        assertThatThrownBy(() -> guard.check(Map.of("off.service", "off-1.service")))
                .isInstanceOf(Unsafe.class);
    }

    private static void isRefused(String name, String target) throws Exception {
        assertThat(systemd.loadedAs(name)).contains(name);
        assertThat(systemd.loadedAs(target)).contains(target);

        assertThatThrownBy(() -> guard.check(Map.of(name, target)))
                .isInstanceOf(Unsafe.class)
                .hasMessageContaining(name + " and " + target);
    }

    @Test
    void aStoppedUnitThatIsStillLoadedIsRefused() throws Exception {
        host.write("/etc/systemd/system/keeper.service", "[Unit]\nAfter=dead.service\n" + SERVICE);
        unit("dead.service");
        unit("dead-1.service");
        systemd.start("keeper.service");
        systemd.start("dead.service");
        systemd.stop("dead.service");
        systemd.start("dead-1.service");
        link("dead.service", "dead-1.service");

        isRefused("dead.service", "dead-1.service");
    }

    @Test
    void anInstanceWhoseFileWasAwayForAReloadIsRefused() throws Exception {
        host.write("/etc/systemd/system/away.socket", "[Socket]\nListenStream=/run/away\n");
        unit("away-1.service");
        link("away.service", "away-1.service");
        systemd.daemonReload();
        systemd.start("away.socket");
        systemd.start("away-1.service");
        host.exec("rm", "/etc/systemd/system/away-1.service");
        systemd.daemonReload();
        unit("away-1.service");

        isRefused("away.service", "away-1.service");
    }

    @Test
    void aTargetThatAnotherUnitRefersToIsRefused() throws Exception {
        host.write("/etc/systemd/system/refers.service", "[Unit]\nAfter=target-1.service\n" + SERVICE);
        unit("target.service");
        systemd.start("target.service");
        systemd.start("refers.service");
        unit("target-1.service");
        link("target.service", "target-1.service");

        isRefused("target.service", "target-1.service");
    }

    @Test
    void aTargetThatSomebodyOnlyLookedAtIsSafe() throws Exception {
        unit("looked.service");
        systemd.start("looked.service");
        long pid =
                systemd.status(List.of("looked.service")).get("looked.service").mainPid();
        unit("looked-1.service");
        host.tryExec("systemctl", "status", "looked-1.service");
        host.exec("systemctl", "show", "looked-1.service");
        link("looked.service", "looked-1.service");

        assertThatCode(() -> guard.check(Map.of("looked.service", "looked-1.service")))
                .doesNotThrowAnyException();
        systemd.daemonReload();
        assertThat(systemd.status(List.of("looked-1.service"))
                        .get("looked-1.service")
                        .mainPid())
                .isEqualTo(pid);
    }

    @Test
    void anAliasThatMovesToAnotherInstanceIsSafe() throws Exception {
        unit("moves-1.service");
        unit("moves-2.service");
        link("moves.service", "moves-1.service");
        systemd.daemonReload();
        systemd.start("moves.service");
        systemd.start("moves-2.service");
        link("moves.service", "moves-2.service");

        assertThatCode(() -> guard.check(Map.of("moves.service", "moves-2.service")))
                .doesNotThrowAnyException();
        systemd.daemonReload();
        assertThat(systemd.loadedAs("moves.service")).contains("moves-2.service");
    }

    @Test
    void aRunningUnitIsRenamedToANameThatSystemdHasNeverHeardOf() throws Exception {
        unit("renamed.service");
        systemd.start("renamed.service");
        long pid = systemd.status(List.of("renamed.service"))
                .get("renamed.service")
                .mainPid();
        unit("renamed-1.service");
        link("renamed.service", "renamed-1.service");

        assertThatCode(() -> guard.check(Map.of("renamed.service", "renamed-1.service")))
                .doesNotThrowAnyException();
        systemd.daemonReload();
        assertThat(systemd.loadedAs("renamed.service")).contains("renamed-1.service");
        assertThat(systemd.status(List.of("renamed-1.service"))
                        .get("renamed-1.service")
                        .mainPid())
                .isEqualTo(pid);
    }

    @Test
    void whatOnlyLingersBecauseItFailedIsForgotten() throws Exception {
        host.write("/etc/systemd/system/first.socket", "[Socket]\nListenStream=/run/first\n");
        host.write("/etc/systemd/system/first-1.service", "[Service]\nType=exec\nExecStart=/bin/false\n");
        systemd.start("first-1.service");
        host.write("/etc/systemd/system/keeps.service", "[Unit]\nWants=first.service\n" + SERVICE);
        systemd.start("keeps.service");
        link("first.service", "first-1.service");

        assertThatCode(() -> guard.check(Map.of("first.service", "first-1.service")))
                .doesNotThrowAnyException();
        assertThat(systemd.loadedAs("first-1.service")).isEmpty();
    }
}
