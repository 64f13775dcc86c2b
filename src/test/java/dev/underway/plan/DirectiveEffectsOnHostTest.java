package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What directives do that were changed under a running unit, where it is cheap to see: not what systemd shows, but
/// what
/// happens. All are changed at once and read by one daemon-reload; every test has a unit of its own.
@Tag("e2e")
class DirectiveEffectsOnHostTest {
    private static final String DIRECTORY = "/etc/systemd/system/";
    private static final String SLEEP = "[Service]\nExecStart=/bin/sleep infinity\n";

    private record Edit(String old, String now) {}

    private static final Map<String, Edit> EDITS = new LinkedHashMap<>();

    static {
        edit("restart.service", SLEEP, SLEEP + "Restart=always\nRestartSec=0\n");
        edit("reload.service", SLEEP + "ExecReload=/bin/false\n", SLEEP + "ExecReload=/bin/touch /reloaded\n");
        edit("stop.service", SLEEP, SLEEP + "ExecStop=/bin/touch /stopped\n");
        edit("failure.service", SLEEP, "[Unit]\nOnFailure=marker.service\n" + SLEEP);
        edit("limit.service", SLEEP, SLEEP + "RuntimeMaxSec=1\n");
        edit("signal.service", trap("KillSignal=SIGTERM"), trap("KillSignal=SIGUSR1"));
        edit("success.service", exits(""), exits("SuccessExitStatus=42\n"));
        edit("watchdog.service", SLEEP + "WatchdogSec=600\n", SLEEP + "WatchdogSec=1\n");
        edit("environment.service", SLEEP + "Environment=A=old\n", SLEEP + "Environment=A=new\n");
        edit("calendar.timer", timer("2099-01-01"), timer("*:*:*"));
        edit("changed.path", path("/watched-before"), path("/watched-now"));
        edit("starts.socket", socket("other.service"), socket("socketstarted.service"));
        edit("address.socket", address("/run/address-before"), address("/run/address-now"));
        edit("mnt-remount.mount", mount("1m"), mount("2m"));
    }

    private static TestHost host;

    @BeforeAll
    static void changeEverythingAtOnce() {
        host = TestHost.boot();
        for (var started : List.of("marker", "timed", "pathed", "other", "socketstarted", "address")) {
            host.write(DIRECTORY + started + ".service", SLEEP);
        }
        EDITS.forEach((unit, edit) -> host.write(DIRECTORY + unit, edit.old()));
        host.exec("systemctl", "daemon-reload");
        var start = new ArrayList<>(List.of("systemctl", "start"));
        start.addAll(EDITS.keySet());
        host.exec(start.toArray(String[]::new));

        EDITS.forEach((unit, edit) -> host.write(DIRECTORY + unit, edit.now()));
        host.exec("systemctl", "daemon-reload");
    }

    @AfterAll
    static void remove() {
        host.close();
    }

    @Test
    void restartIsLive() {
        var before = show("restart.service", "InvocationID");

        kill("restart.service");

        becomes("restart.service", "ActiveState", "active");
        assertThat(show("restart.service", "InvocationID")).isNotEqualTo(before);
    }

    @Test
    void execReloadIsLive() {
        host.exec("systemctl", "reload", "reload.service");

        assertThat(host.path("/reloaded")).exists();
    }

    @Test
    void execStopIsLive() {
        host.exec("systemctl", "stop", "stop.service");

        assertThat(host.path("/stopped")).exists();
    }

    @Test
    void onFailureIsLive() {
        kill("failure.service");

        becomes("marker.service", "ActiveState", "active");
    }

    @Test
    void runtimeMaxSecIsLive() {
        becomes("limit.service", "Result", "timeout");
    }

    @Test
    void killSignalIsLive() {
        host.exec("systemctl", "stop", "signal.service");

        assertThat(host.read("/signal")).isEqualTo("USR1\n");
    }

    @Test
    void successExitStatusIsLive() {
        host.exec("systemctl", "stop", "success.service");

        assertThat(show("success.service", "ActiveState")).isEqualTo("inactive");
    }

    @Test
    void watchdogSecIsNotLive() {
        becomes("limit.service", "Result", "timeout"); // the same second is over

        assertThat(show("watchdog.service", "ActiveState")).isEqualTo("active");
        assertThat(show("watchdog.service", "WatchdogUSec")).isEqualTo("10min");
        assertThat(DirectiveTable.effect("Service", "WatchdogSec")).isEqualTo(Effect.NEW_PROCESS);
    }

    @Test
    void theEnvironmentIsShownButNotLive() {
        assertThat(show("environment.service", "Environment")).isEqualTo("A=new");
        assertThat(host.exec("grep", "-az", "^A=", "/proc/" + show("environment.service", "MainPID") + "/environ"))
                .startsWith("A=old");
        assertThat(DirectiveTable.effect("Service", "Environment")).isEqualTo(Effect.NEW_PROCESS);
    }

    @Test
    void onCalendarIsLive() {
        becomes("timed.service", "ActiveState", "active");
    }

    @Test
    void pathChangedIsLive() {
        host.write("/watched-now", "x");

        becomes("pathed.service", "ActiveState", "active");
    }

    @Test
    void theServiceOfASocketIsLive() {
        connect("/run/starts");

        becomes("socketstarted.service", "ActiveState", "active");
        assertThat(show("other.service", "ActiveState")).isEqualTo("inactive");
    }

    /// Why a changed address never gets a daemon-reload while its socket is up.
    @Test
    void aChangedAddressClosesTheListeningSocket() {
        assertThat(host.exec("cat", "/proc/net/unix")).doesNotContain("/run/address-before", "/run/address-now");
        assertThat(show("address.socket", "ActiveState")).isEqualTo("active");
        assertThat(DirectiveTable.effect("Socket", "ListenStream")).isEqualTo(Effect.NEW_SOCKET);
    }

    @Test
    void theOptionsOfAMountTakeAReload() {
        assertThat(host.read("/proc/1/mounts")).contains("/mnt/remount tmpfs rw,relatime,size=1024k");

        host.exec("systemctl", "reload", "mnt-remount.mount");

        assertThat(host.read("/proc/1/mounts")).contains("/mnt/remount tmpfs rw,relatime,size=2048k");
        assertThat(DirectiveTable.effect("Mount", "Options")).isEqualTo(Effect.RELOAD);
    }

    private static void edit(String unit, String old, String now) {
        EDITS.put(unit, new Edit(old, now));
    }

    private static String trap(String kill) {
        return "[Service]\n" + kill + "\nExecStart=/bin/sh -c 'trap \"echo TERM >/signal; exit\" TERM;"
                + " trap \"echo USR1 >/signal; exit\" USR1; while :; do sleep .1; done'\n";
    }

    private static String exits(String more) {
        return "[Service]\n" + more + "ExecStart=/bin/sh -c 'trap \"exit 42\" TERM; while :; do sleep .1; done'\n";
    }

    private static String timer(String when) {
        return "[Timer]\nAccuracySec=1ms\nUnit=timed.service\nOnCalendar=" + when + "\n";
    }

    private static String path(String watched) {
        return "[Path]\nUnit=pathed.service\nPathChanged=" + watched + "\n";
    }

    private static String socket(String service) {
        return "[Socket]\nListenStream=/run/starts\nService=" + service + "\n";
    }

    private static String address(String path) {
        return "[Socket]\nListenStream=" + path + "\n";
    }

    private static String mount(String size) {
        return "[Mount]\nWhat=none\nType=tmpfs\nWhere=/mnt/remount\nOptions=size=" + size + "\n";
    }

    private static void kill(String unit) {
        host.exec("systemctl", "kill", "--signal=KILL", unit);
    }

    private static void connect(String path) {
        host.exec("python3", "-c", "import socket; socket.socket(socket.AF_UNIX).connect(" + "'" + path + "')");
    }

    private static void becomes(String unit, String property, String value) {
        await().atMost(Duration.ofSeconds(15)).until(() -> show(unit, property).equals(value));
    }

    private static String show(String unit, String property) {
        return host.exec("systemctl", "show", "--value", "-p", property, unit).strip();
    }
}
