package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// One manifest converges a real systemd host, by the gentlest step that is enough.
@Tag("e2e")
class ConvergenceTest {
    private static final String APP = """
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: app, namespace: default}
            spec:
              selector: {matchLabels: {fleet: GROUP}}
              files:
              - path: /etc/app/app.conf
                mode: "0640"
                owner: daemon
                group: adm
                content: |
                  colour=green
              - {path: /etc/app/logo, contentBase64: AP8=}
              units:
              - name: app.service
                reloadOn: [/etc/app/app.conf]
                readiness: {minHealthyTime: 500ms}
                content: |
                  [Unit]
                  Description=The app
                  [Service]
                  Type=exec
                  ExecStart=/bin/sh -c 'echo started >>/run/app.log; exec sleep infinity'
                  ExecReload=/bin/sh -c 'echo reloaded >>/run/app.log'
                  Restart=on-failure
                  [Install]
                  WantedBy=multi-user.target
            """;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @AfterEach
    void clean() {
        fleet.delete("app");
        host.exec("rm", "-f", "/run/app.log");
    }

    @Test
    void createsFilesAndRunsAndEnablesTheUnit() throws IOException {
        fleet.converge(APP);

        assertThat(host.read("/etc/app/app.conf")).isEqualTo("colour=green\n");
        assertThat(host.exec("stat", "-c", "%a %U %G", "/etc/app/app.conf")).isEqualTo("640 daemon adm\n");
        assertThat(Files.readAllBytes(host.path("/etc/app/logo"))).containsExactly(0x00, 0xff);
        assertThat(Unit.on(host, "app.service").isActive()).isTrue();
        assertThat(host.exec("systemctl", "is-enabled", "app.service")).isEqualTo("enabled\n");
        assertThat(log()).containsExactly("started");
    }

    @Test
    void takesAChangedConfigurationFileByAReloadInTheSameProcess() {
        fleet.converge(APP);
        var before = Unit.on(host, "app.service");

        fleet.converge(APP.replace("colour=green", "colour=blue"));

        var after = Unit.on(host, "app.service");
        assertThat(after.mainPid()).isEqualTo(before.mainPid());
        assertThat(after.invocation()).isEqualTo(before.invocation());
        assertThat(host.read("/etc/app/app.conf")).isEqualTo("colour=blue\n");
        assertThat(log()).containsExactly("started", "reloaded");
        assertThat(fleet.plan("app", host)).containsExactly("WriteFile", "Reload app.service");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # instead of         | it says                              | property    | that becomes
            Restart=on-failure  | Restart=always                       | Restart     | always
            Restart=on-failure  | Restart=on-failure and CPUWeight=200 | CPUWeight   | 200
            Description=The app | Description=The same app             | Description | The same app
            """)
    void takesWhatSystemdItselfAppliesByADaemonReloadAlone(String from, String to, String property, String value) {
        fleet.converge(APP);
        var before = Unit.on(host, "app.service");

        fleet.converge(APP.replace(from, to.replace(" and ", "\n      ")));

        assertThat(host.exec("systemctl", "show", "-P", property, "app.service"))
                .isEqualTo(value + "\n");
        assertThat(Unit.on(host, "app.service")).isEqualTo(before);
        assertThat(log()).containsExactly("started");
        assertThat(fleet.plan("app", host)).containsExactly("WriteFile", "DaemonReload");
    }

    @Test
    void restartsTheServiceWhenItsCommandChangedAndSaysWhy() {
        fleet.converge(APP);
        var before = Unit.on(host, "app.service");

        fleet.converge(APP.replace("echo started", "echo started anew"));

        var after = Unit.on(host, "app.service");
        assertThat(after.invocation()).isNotEqualTo(before.invocation());
        assertThat(after.restarts()).isZero();
        assertThat(log()).containsExactly("started", "started anew");
        assertThat(fleet.plan("app", host)).containsExactly("WriteFile", "DaemonReload", "Restart app.service");
        assertThat(fleet.assignment("app", host)
                        .orElseThrow()
                        .status()
                        .plan()
                        .getLast()
                        .because())
                .contains("ExecStart");
    }

    @Test
    void stopsAUnitThatWasRemovedFromTheSetAndRemovesItsFile() {
        var both = APP + """
                - name: other.service
                  content: |
                    [Service]
                    ExecStart=/bin/sleep infinity
                    [Install]
                    WantedBy=multi-user.target
                """.indent(2);
        fleet.converge(both);
        assertThat(Unit.on(host, "other.service").isActive()).isTrue();

        fleet.converge(APP);

        assertThat(Unit.on(host, "other.service").active()).isEqualTo("inactive");
        assertThat(host.exec("systemctl", "show", "-P", "LoadState", "other.service"))
                .isEqualTo("not-found\n");
        assertThat(host.tryExec("test", "-e", "/etc/systemd/system/other.service")
                        .exitCode())
                .isNotZero();
        assertThat(host.exec("find", "/etc/systemd/system", "-name", "*other*")).isEmpty();
        assertThat(log()).containsExactly("started");
    }

    @Test
    void leavesNothingBehindWhenTheSetIsDeleted() {
        fleet.converge(APP);

        fleet.delete("app");

        assertThat(host.exec("systemctl", "show", "-P", "LoadState", "app.service"))
                .isEqualTo("not-found\n");
        assertThat(host.tryExec("pgrep", "-f", "sleep infinity").output()).isEmpty();
        assertThat(host.exec("find", "/etc", "-path", "*/app*", "-newer", "/etc/underway/agent.properties"))
                .isEmpty();
        assertThat(host.path("/etc/app")).doesNotExist();
        assertThat(host.exec("find", "/etc/systemd/system", "-name", "*app.service*"))
                .isEmpty();
    }

    @Test
    void startsAStoppedServiceAgainWithinTwoSeconds() {
        fleet.converge(APP);
        var before = Unit.on(host, "app.service");

        host.exec("systemctl", "stop", "app.service");

        await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> Unit.on(host, "app.service"),
                        u -> u.isActive() && !u.invocation().equals(before.invocation()));
        assertThat(Unit.on(host, "app.service").gap()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void putsAnEditedFileBackWithinTwoSecondsAndTellsTheProcess() {
        fleet.converge(APP);

        host.exec("sh", "-c", "echo colour=red >/etc/app/app.conf; touch /run/app.edited");

        await().atMost(Duration.ofSeconds(30)).until(() -> log().size(), n -> n == 2);
        assertThat(host.read("/etc/app/app.conf")).isEqualTo("colour=green\n");
        assertThat(log()).containsExactly("started", "reloaded");
        assertThat(secondsToHeal("/etc/app/app.conf")).isBetween(0.0, 2.0);
    }

    @Test
    void putsAnEditedUnitFileBackWithinTwoSeconds() {
        fleet.converge(APP);
        var before = Unit.on(host, "app.service");
        var text = host.read("/etc/systemd/system/app.service");

        host.exec("sh", "-c", "echo '# by hand' >>/etc/systemd/system/app.service; touch /run/app.edited");

        await().atMost(Duration.ofSeconds(30)).until(() -> host.read("/etc/systemd/system/app.service"), text::equals);
        assertThat(Unit.on(host, "app.service").invocation()).isEqualTo(before.invocation());
        assertThat(secondsToHeal("/etc/systemd/system/app.service")).isBetween(0.0, 2.0);
    }

    @Test
    void aTimerAndAOneshotDoNotLoop() {
        fleet.converge("""
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: app, namespace: default}
                spec:
                  selector: {matchLabels: {fleet: GROUP}}
                  files:
                  - {path: /etc/app/app.conf, content: "a\\n"}
                  units:
                  - name: app-report.timer
                    content: |
                      [Timer]
                      OnCalendar=yearly
                      [Install]
                      WantedBy=timers.target
                  - name: app-report.service
                    content: |
                      [Service]
                      Type=oneshot
                      ExecStart=/bin/sh -c 'echo report >>/run/app.log'
                  - name: app-once.service
                    state: Running
                    content: |
                      [Service]
                      Type=oneshot
                      RemainAfterExit=yes
                      ExecStart=/bin/sh -c 'echo once >>/run/app.log'
                      [Install]
                      WantedBy=multi-user.target
                """);
        assertThat(Unit.on(host, "app-report.timer").sub()).isEqualTo("waiting");
        assertThat(log()).containsExactly("once");

        for (int pass = 0; pass < 3; pass++) {
            host.exec("rm", "/etc/app/app.conf");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> host.tryExec("test", "-e", "/etc/app/app.conf").exitCode() == 0);
        }

        assertThat(log()).containsExactly("once");
    }

    /// From the touch of `/run/app.edited` to the last write of `path`.
    private static double secondsToHeal(String path) {
        var times = host.exec("stat", "-c", "%.3Y", "/run/app.edited", path).split("\n");
        return Double.parseDouble(times[1]) - Double.parseDouble(times[0]);
    }

    private static List<String> log() {
        return host.tryExec("cat", "/run/app.log").output().lines().toList();
    }
}
