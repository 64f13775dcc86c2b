package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Assignment;
import dev.underway.testing.TestHost;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How a host is looked after on a booted systemd: what people hold stays as it is, what cannot reload is restarted,
/// what
/// runs an old program gets a new process, and what fails says why.
@Tag("e2e")
class StewardshipTest {
    private static final String APP = """
        apiVersion: underway.dev/v1alpha1
        kind: UnitSet
        metadata: {name: kept}
        spec:
          selector: {matchLabels: {fleet: GROUP}}
          files:
          - {path: /etc/kept.conf, content: "colour=green\\n"}
          units:
          - name: kept.service
            reloadOn: [/etc/kept.conf]
            readiness: {minHealthyTime: 200ms, deadline: 10s}
            content: |
              [Service]
              Type=exec
              ExecStart=/usr/local/bin/kept infinity
              ExecReload=/bin/true
              Restart=on-failure
        """;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @BeforeAll
    static void start() {
        host.exec("cp", "/bin/sleep", "/usr/local/bin/kept");
    }

    @AfterEach
    void clean() {
        fleet.delete("kept");
    }

    @Test
    void nothingIsDoneToAHostThatIsHeldUntilItIsReleased() {
        fleet.converge(APP);
        hold("{\"reason\": \"disk\", \"until\": \"2099-01-01T00:00:00Z\"}");
        fleet.awaitTrouble("kept", host, "Held");

        fleet.apply(APP.replace("green", "blue"));
        host.exec("systemctl", "stop", "kept.service");
        var said = fleet.awaitTrouble("kept", host, "Held");

        assertThat(said).startsWith("held by admin until 2099-01-01T00:00:00Z: disk");
        assertThat(fleet.server().kubectl().run("get", "hosts").out()).contains("disk");
        assertThat(host.read("/etc/kept.conf")).isEqualTo("colour=green\n");
        assertThat(Unit.on(host, "kept.service").isActive()).isFalse();
        hold("null");
        fleet.awaitSettled("kept");
        assertThat(host.read("/etc/kept.conf")).isEqualTo("colour=blue\n");
        assertThat(Unit.on(host, "kept.service").isActive()).isTrue();
    }

    @Test
    void whatCannotReloadIsRestartedAndSaysWhy() {
        var unable = APP.replace("ExecReload=/bin/true", "ExecReload=/bin/false");
        fleet.converge(unable);
        var before = Unit.on(host, "kept.service");

        fleet.converge(unable.replace("green", "blue"));

        assertThat(Unit.on(host, "kept.service").mainPid()).isNotEqualTo(before.mainPid());
        assertThat(assignment().status().plan())
                .filteredOn(step -> "kept.service".equals(step.unit()))
                .extracting(step -> step.action() + " " + step.result())
                .containsExactly("Reload Failed", "Restart Done");
        assertThat(assignment().status().plan().getLast().because()).startsWith("reload failed: ");
    }

    @Test
    void aProcessWhoseProgramWasReplacedGetsANewOne() {
        fleet.converge(APP);
        var before = Unit.on(host, "kept.service");
        // A program that replaces itself within ten seconds is left alone.
        host.exec("sleep", "10.5");

        // What is the same, byte by byte, is not another program.
        var replace = "cp /bin/sleep /usr/local/bin/.new && echo >>/usr/local/bin/.new"
                + " && mv /usr/local/bin/.new /usr/local/bin/kept";
        host.exec("sh", "-c", replace);
        host.write("/etc/kept.conf", "edited\n"); // wakes the agent

        await().atMost(Duration.ofSeconds(20))
                .until(() -> Unit.on(host, "kept.service").mainPid() != before.mainPid()
                        && Unit.on(host, "kept.service").isActive());
        assertThat(host.exec(
                        "readlink", "/proc/" + Unit.on(host, "kept.service").mainPid() + "/exe"))
                .isEqualTo("/usr/local/bin/kept\n");
    }

    @Test
    void whatShallBeStoppedIsStoppedAndDisabledUntilItShallRunAgain() {
        var enabled = APP + "      [Install]\n      WantedBy=multi-user.target\n";
        fleet.converge(enabled);

        fleet.converge(in("Stopped", enabled));

        assertThat(Unit.on(host, "kept.service").active()).isEqualTo("inactive");
        assertThat(host.tryExec("systemctl", "is-enabled", "kept.service").output())
                .isEqualTo("disabled\n");

        fleet.converge(enabled);

        assertThat(Unit.on(host, "kept.service").isActive()).isTrue();
        assertThat(host.exec("systemctl", "is-enabled", "kept.service")).isEqualTo("enabled\n");
    }

    @Test
    void whatShallRunOnlyIfItRunsIsNeverStartedAndIsRestartedWhenItRuns() {
        var set = in("IfRunning", APP);
        fleet.converge(set);
        fleet.converge(set.replace("kept infinity", "kept 1000000"));
        assertThat(Unit.on(host, "kept.service").active()).isEqualTo("inactive");
        host.exec("systemctl", "start", "kept.service");
        var before = Unit.on(host, "kept.service");

        fleet.converge(set.replace("kept infinity", "kept 2000000"));

        var after = Unit.on(host, "kept.service");
        assertThat(after.isActive()).isTrue();
        assertThat(after.invocation()).isNotEqualTo(before.invocation());
        assertThat(host.read("/proc/" + after.mainPid() + "/cmdline")).contains("2000000");
        assertThat(fleet.plan("kept", host)).endsWith("Restart kept.service");
        assertThat(assignment().status().plan().getLast().because()).contains("ExecStart");
    }

    @Test
    void whatDoesNotStayUpIsReportedWithTheLastLinesOfItsJournalAndGoesWithItsSet() {
        // However busy the machine is: its start is done before it ends.
        fleet.apply(APP.replace("Type=exec", "Type=simple")
                .replace("Restart=on-failure", "Restart=no")
                .replace("/usr/local/bin/kept infinity", "/bin/sh -c 'echo the disk is on fire; sleep 0.1; exit 3'"));

        var said = fleet.awaitTrouble("kept", host, "Crashed");

        assertThat(said).contains("Last lines of its journal:").contains("the disk is on fire");
        fleet.delete("kept");
        assertThat(host.exec("systemctl", "list-units", "--all", "--no-legend", "kept.service"))
                .isEmpty();
    }

    private static String in(String state, String set) {
        return set.replace("- name: kept.service\n", "- name: kept.service\n    state: " + state + "\n");
    }

    @Test
    void whatOneSetWaitsForIsNotWaitedForByOthersNorByItsOwnNextRevision() {
        fleet.converge(APP);
        var waiting = APP.replace("name: kept", "name: slow")
                .replace("kept.service", "slow.service")
                .replace("/etc/kept.conf", "/etc/slow.conf")
                .replace("deadline: 10s", "deadline: 5m, tcp: {port: 9}");
        try {
            fleet.apply(waiting);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Unit.on(host, "slow.service").isActive());

            host.exec("systemctl", "stop", "kept.service");

            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Unit.on(host, "kept.service").isActive());
            fleet.apply(waiting.replace(", tcp: {port: 9}", "").replace("green", "blue"));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(host.read("/etc/slow.conf")).isEqualTo("colour=blue\n"));
            fleet.awaitSettled("slow");
        } finally {
            fleet.delete("slow");
        }
    }

    @Test
    void whatCannotStartIsReportedWithTheLastLinesOfItsJournal() {
        fleet.apply(APP.replace(
                "Restart=on-failure", "Restart=no\n      ExecStartPre=/bin/sh -c 'echo there is no licence; exit 3'"));

        var said = fleet.awaitTrouble("kept", host, "StartFailed");

        assertThat(said).contains("Last lines of its journal:").contains("there is no licence");
    }

    /// The host is left with what failed there: the rollout takes nothing back, so that what the agent says stays.
    private static String left(String manifest) {
        return manifest.replace("\nspec:\n", "\nspec:\n  rollout: {onFailure: Pause}\n");
    }

    @Test
    void aRestartWithItsFilesThatFailsIsTakenBackWithThem() {
        // systemd tries it again after a minute, so that it still counts as running when it is taken back: what systemd
        // has given up would be started, not restarted.
        var restarted = APP.replace("reloadOn", "restartOn")
                .replace("Restart=on-failure", "Restart=on-failure\n      RestartSec=1min")
                .replace("minHealthyTime: 200ms", "minHealthyTime: 1s")
                .replace(
                        "/usr/local/bin/kept infinity",
                        "/bin/sh -c 'grep -q green /etc/kept.conf && exec sleep infinity'");
        fleet.converge(restarted);
        var good = assignment().status().revision();

        fleet.apply(left(restarted.replace("colour=green", "colour=blue")));
        var said = fleet.awaitTrouble("kept", host, "Reverted");

        assertThat(said).contains(good + " was put back").contains("'underway retry'");
        assertThat(host.read("/etc/kept.conf")).isEqualTo("colour=green\n");
        assertThat(Unit.on(host, "kept.service").isActive()).isTrue();
        assertThat(assignment().status().revision()).isEqualTo(good);
        assertThat(fleet.plan("kept", host)).endsWith("Restart kept.service");
        assertThat(fleet.server().underway("status", "kept")).contains("Reverted");
        fleet.converge(restarted.replace("colour=green", "colour=dark green"));
        assertThat(host.read("/etc/kept.conf")).isEqualTo("colour=dark green\n");
    }

    @Test
    void aSwapThatFailsSaysInKubectlWhichStepWhatBecameOfItAndTheLastTwentyLines() {
        fleet.apply(Web.manifest(1, "200ms"));
        fleet.awaitSettled("web");
        try {
            fleet.apply(left(Web.manifest(2, "200ms")
                    .replace(
                            "Environment=VERSION=2",
                            "Environment=VERSION=2\n      ExecStartPre=/bin/sh -c '"
                                    + "for n in $(seq 30); do echo line $$n of the migration; done; exit 7'")));
            fleet.awaitTrouble("web", host, "Reverted");

            var yaml = fleet.server()
                    .kubectl()
                    .run("get", "assignment", Assignment.name("web", host.name()), "-o", "yaml")
                    .out();

            assertThat(yaml)
                    .containsPattern("action: Swap")
                    .containsPattern("reason: StartFailed\\s+status: \"False\"\\s+type: Healthy")
                    .contains("the new process of web.service did not start")
                    .contains("result exit-code")
                    .contains("Last lines of its journal:")
                    .contains("line 30 of the migration")
                    .doesNotContain("line 1 of the migration")
                    .doesNotContain("line 10 of the migration");
            assertThat(host.exec("curl", "-s", "http://127.0.0.1:8080/")).startsWith("1 ");
        } finally {
            fleet.delete("web");
        }
    }

    @Test
    void whatIsOnlyReportedIsLeftAsItWasMadeUntilItShallBeHealed() {
        var reported = APP + "  drift: Report\n";
        fleet.converge(reported);

        host.exec("sh", "-c", "echo colour=red >/etc/kept.conf");
        host.write("/etc/systemd/system/kept.service.d/by-hand.conf", "[Service]\nRestart=no\n");
        host.exec("systemctl", "daemon-reload");
        host.exec("systemctl", "stop", "kept.service");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(fleet.awaitTrouble("kept", host, "Drifted"))
                        .contains("/etc/kept.conf differs on the host")
                        .contains("kept.service is inactive (stopped by hand?)")
                        .contains("by-hand.conf"));
        assertThat(host.read("/etc/kept.conf")).isEqualTo("colour=red\n");
        assertThat(Unit.on(host, "kept.service").isActive()).isFalse();

        host.exec("rm", "-r", "/etc/systemd/system/kept.service.d");
        fleet.converge(APP);

        assertThat(host.read("/etc/kept.conf")).isEqualTo("colour=green\n");
        assertThat(Unit.on(host, "kept.service").isActive()).isTrue();
    }

    @Test
    void aUnitThatSomebodyMaskedIsNotForcedAndAFileThatSomebodyMaskedIsPutBack() {
        host.write("/usr/local/lib/systemd/system/vendor.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        host.exec("systemctl", "daemon-reload");
        var both = APP + "  - name: vendor.service\n    state: Running\n";
        fleet.converge(both);
        var file = host.read("/etc/systemd/system/kept.service");

        host.exec("systemctl", "mask", "--now", "vendor.service");

        assertThat(fleet.awaitTrouble("kept", host, "Waiting"))
                .contains(".service: is masked on the host; systemctl unmask it");
        assertThat(fleet.plan("kept", host)).contains("Wait vendor.service");
        assertThat(Unit.on(host, "vendor.service").isActive()).isFalse();
        host.exec("systemctl", "unmask", "vendor.service");
        fleet.awaitSettled("kept");
        assertThat(Unit.on(host, "vendor.service").isActive()).isTrue();

        host.exec("ln", "-sf", "/dev/null", "/etc/systemd/system/kept.service");
        host.exec("systemctl", "daemon-reload");

        await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> host.tryExec("cat", "/etc/systemd/system/kept.service")
                                .output(),
                        file::equals);
        fleet.awaitSettled("kept");
    }

    private static Assignment assignment() {
        return fleet.assignment("kept", host).orElseThrow();
    }

    private static void hold(String hold) {
        var said = fleet.server()
                .kubectl()
                .run("patch", "host", host.name(), "--type=merge", "-p", "{\"spec\": {\"hold\": " + hold + "}}");
        assertThat(said.exit()).as(said.err()).isZero();
    }
}
