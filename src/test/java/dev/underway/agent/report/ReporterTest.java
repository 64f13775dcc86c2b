package dev.underway.agent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.agent.fetch.FetchFailed;
import dev.underway.model.Assignment.Status;
import dev.underway.wire.Report;
import dev.underway.wire.Report.AssignmentReport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReporterTest {
    private final List<Report> sent = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private final Reporter reporter = new Reporter(this::send);
    private final Thread thread = Thread.ofVirtual().start(reporter::run);

    @AfterEach
    void stop() throws Exception {
        thread.interrupt();
        thread.join();
    }

    @Test
    void sendsOnlyNews() {
        reporter.offer(report(1, "web-1"));
        await().until(() -> sent.size() == 1);

        reporter.offer(report(2, "web-1"));
        reporter.offer(report(3, "web-2"));

        await().until(() -> sent.size() == 2);
        assertThat(sent.getLast().serial()).isEqualTo(3);
    }

    @Test
    void sendsFactsOnce() {
        reporter.offer(report(1, "web-1"));
        await().until(() -> sent.size() == 1);
        reporter.offer(report(2, "web-2"));
        await().until(() -> sent.size() == 2);

        assertThat(sent.getFirst().facts()).isNotNull();
        assertThat(sent.getLast().facts()).isNull();
    }

    @Test
    void sendsTheNewestWhenTheServerIsBack() {
        away = true;
        reporter.offer(report(1, "web-1"));
        reporter.offer(report(2, "web-2"));
        away = false;

        await().until(() -> !sent.isEmpty());
        assertThat(sent.getLast().serial()).isEqualTo(2);
    }

    private void send(Report report) throws FetchFailed {
        if (away) {
            throw new FetchFailed("ServerUnreachable", "it is away");
        }
        sent.add(report);
    }

    private static Report report(long serial, String revision) {
        var status = new Status(1L, revision, List.of(), List.of(), List.of(), null);
        return new Report(
                1,
                "machine",
                serial,
                Map.of("os", "Debian"),
                List.of(new AssignmentReport("shop", "web", "u", status)),
                List.of());
    }
}
