package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of an open socket that could not be adjusted. No socket is open on this host, so none ever can.
class AdjustmentTest {
    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void start() throws Exception {
        host = new PassHost(directory.resolve("host"));
    }

    private static Content web(String settings) {
        return content(
                List.of(),
                new UnitText(
                        "web.socket",
                        "[Socket]\nListenStream=8080\n" + settings + "[Install]\nWantedBy=sockets.target\n",
                        null),
                PassHost.service("web.service", "/bin/sleep 1"));
    }

    private List<String> adjustments() {
        return host.status("web").plan().stream()
                .filter(step -> step.action().equals("Adjust"))
                .map(step -> step.result() + " " + step.because())
                .toList();
    }

    /// It may have been adjusted in part.
    @Test
    void isAdjustedBackWhenTheRevisionIsTakenBack() throws Exception {
        host.desire("web", web("Backlog=100\n"));
        host.pass();
        host.desire("web", web("Backlog=many\nNoDelay=yes\n"));

        host.pass();
        assertThat(adjustments()).containsExactly("Failed Backlog= 100 → many, NoDelay= (unset) → yes");
        host.pass();

        assertThat(adjustments())
                .singleElement()
                .isEqualTo("Failed Backlog= (unknown) → 100, NoDelay= (unknown) → (unset)");
    }

    @Test
    void isAdjustedBackWhenAPersonWantsWhatWasThereBefore() throws Exception {
        host.desire("web", web("Backlog=100\n"));
        host.pass();
        host.desire("web", web("Backlog=200\n"));
        host.pass();
        host.restartAgent();
        host.desire("web", web("Backlog=100\n"));

        host.pass();

        assertThat(adjustments()).containsExactly("Failed Backlog= (unknown) → 100");
    }

    @Test
    void theJournalDoesNotGrowWithEveryAttempt() throws Exception {
        host.desire("web", web("Backlog=100\n"));
        host.pass();
        host.desire("web", web("Backlog=200\n"));
        host.pass();
        var journal = host.text("/var/lib/underway/inventory.json");

        for (int i = 0; i < 3; i++) {
            host.nanos += 3_600_000_000_000L;
            host.pass();
        }

        assertThat(adjustments()).containsExactly("Failed Backlog= (unknown) → 200");
        assertThat(host.text("/var/lib/underway/inventory.json")).isEqualTo(journal);
    }
}
