package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Contents;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.ManagedFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Contents with values of the host: to the host a changed value is a change like any other.
class TemplatePassTest {
    /// FakeSystemd's `/bin/false` fails at once, and so does the service when its host's label says so.
    private static final Content WEB = web("first");

    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void start() throws Exception {
        host = new PassHost(directory.resolve("host"));
    }

    private static Content web(String text) {
        return content(
                List.of(new ManagedFile(
                        "/etc/web/c", null, null, null, text + " ${host.labels.zone}\n", null, null, true)),
                new UnitText("web.service", """
                    [Service]
                    ExecStart=/bin/${host.labels.program} ${TIME}
                    [Install]
                    WantedBy=multi-user.target
                    """, null, true));
    }

    private static Map<String, String> values(String zone, String program) {
        return Map.of("labels.zone", zone, "labels.program", program);
    }

    private void runs(Content content, String zone) throws Exception {
        host.desire("web", content, values(zone, "sleep"));
        host.pass();
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
        assertThat(host.condition("web", "Healthy")).isEqualTo("True UnitsHealthy");
    }

    @Test
    void writesTheHostsValuesAndNamesTheServersRevision() throws Exception {
        runs(WEB, "a");

        assertThat(host.text("/etc/web/c")).isEqualTo("first a\n");
        assertThat(host.text("/etc/systemd/system/web.service")).contains("ExecStart=/bin/sleep ${TIME}");
        assertThat(host.status("web").revision()).isEqualTo(Contents.revisionName("web", Contents.digest(WEB)));
    }

    @Test
    void aChangedValueIsAChangeThatSaysWhy() throws Exception {
        runs(WEB, "a");
        long before = host.pid("web.service");

        runs(WEB, "b");

        assertThat(host.text("/etc/web/c")).isEqualTo("first b\n");
        assertThat(host.pid("web.service")).isNotEqualTo(before);
        assertThat(host.status("web").plan()).anySatisfy(step -> {
            assertThat(step.action()).isEqualTo("Restart");
            assertThat(step.because()).contains("/etc/web/c");
        });
    }

    @Test
    void sameValuesAgainAreNoChange() throws Exception {
        runs(WEB, "a");
        var calls = List.copyOf(host.door.calls);

        host.restartAgent();
        runs(WEB, "a");

        assertThat(host.door.calls).isEqualTo(calls);
    }

    @Test
    void aValueThatFailsIsTakenBackAndNotTriedAgain() throws Exception {
        runs(WEB, "a");

        host.desire("web", WEB, values("b", "false"));
        host.pass();
        host.pass();

        assertThat(host.text("/etc/web/c")).isEqualTo("first a\n");
        assertThat(host.text("/etc/systemd/system/web.service")).contains("ExecStart=/bin/sleep");
        assertThat(host.pid("web.service")).isPositive();
        assertThat(host.condition("web", "Synced")).isEqualTo("False Reverted");
        assertThat(host.conditionOf("web", "Synced").message()).contains("with the host's values of before");
        var calls = List.copyOf(host.door.calls);

        host.nanos += Duration.ofHours(1).toNanos();
        host.serverIsAway = true;
        host.restartAgent();
        host.pass();

        assertThat(host.door.calls).isEqualTo(calls);
        assertThat(host.condition("web", "Synced")).isEqualTo("False Reverted");
    }

    @Test
    void theRevisionBeforeComesBackWithItsOwnValues() throws Exception {
        runs(WEB, "a");
        var before = host.status("web").revision();
        var next = web("second");

        host.desire("web", next, values("b", "false"));
        host.pass();
        host.serverIsAway = true;
        host.restartAgent();
        host.pass();

        assertThat(host.text("/etc/web/c")).isEqualTo("first a\n");
        assertThat(host.status("web").revision()).isEqualTo(before);
        assertThat(host.conditionOf("web", "Synced").message()).contains(String.valueOf(before));
    }

    @Test
    void goesBackToValuesOfBeforeWhenTheyAreDesiredAgain() throws Exception {
        runs(WEB, "a");
        host.desire("web", WEB, values("b", "false"));
        host.pass();
        host.pass();

        runs(WEB, "a");

        assertThat(host.text("/etc/web/c")).isEqualTo("first a\n");
    }

    @Test
    void healsWhatWasRenderedWithoutTheServer() throws Exception {
        runs(WEB, "a");
        host.serverIsAway = true;
        host.restartAgent();

        host.put("/etc/web/c", "edited by hand\n");
        host.pass();

        assertThat(host.text("/etc/web/c")).isEqualTo("first a\n");
    }

    @Test
    void refusesValuesThatDoNotMakeWhatTheServerMeans() throws Exception {
        runs(WEB, "a");

        host.desire("web", WEB, values("b", "sleep"), "0".repeat(64));
        host.pass();

        assertThat(host.text("/etc/web/c")).isEqualTo("first a\n");
        assertThat(host.condition("web", "Synced")).isEqualTo("False TemplateUnusable");
    }

    @Test
    void refusesAValueThatMightMeanMoreThanItselfWhoeverSendsIt() throws Exception {
        host.desire("web", WEB, values("b\nroot", "sleep"), "0".repeat(64));
        host.pass();

        assertThat(host.exists("/etc/web/c")).isFalse();
        assertThat(host.condition("web", "Synced")).isEqualTo("False TemplateUnusable");
        assertThat(host.conditionOf("web", "Synced").message()).contains("${host.labels.zone}");
    }

    @Test
    void refusesATemplateWithoutValues() throws Exception {
        host.desire("web", WEB);
        host.pass();

        assertThat(host.exists("/etc/web/c")).isFalse();
        assertThat(host.condition("web", "Synced")).isEqualTo("False Unsupported");
    }
}
