package dev.underway.agent.report;

import dev.underway.agent.fetch.Backoff;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.wire.Report;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Sends the newest report, and only one that says something new. While the server is away the newest waits; those
/// before it are not missed, because a report is the whole state.
public final class Reporter {
    private static final Logger LOG = Logger.getLogger(Reporter.class);

    private final Sender sender;
    private final Backoff backoff =
            new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), ThreadLocalRandom.current());
    private @Nullable Report next;
    private @Nullable Report sent;

    /// What takes reports to the server.
    public interface Sender {
        void report(Report report) throws FetchFailed, InterruptedException;
    }

    public Reporter(Sender sender) {
        this.sender = sender;
    }

    /// Takes the report of a pass; returns at once.
    public synchronized void offer(Report report) {
        if (!same(report, sent)) {
            next = report;
            notifyAll();
        } else {
            next = null;
        }
    }

    /// Sends until the thread is interrupted.
    public void run() {
        try {
            while (true) {
                var report = take();
                try {
                    sender.report(withoutKnownFacts(report));
                    settle(report);
                    backoff.reset();
                } catch (FetchFailed e) {
                    var pause = backoff.next();
                    LOG.warnv("report not sent: reason={0} message={1} retryIn={2}", e.reason(), e.getMessage(), pause);
                    Thread.sleep(pause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Report take() throws InterruptedException {
        while (next == null) {
            wait();
        }
        return next;
    }

    private synchronized void settle(Report report) {
        sent = report;
        if (next != null && same(report, next)) {
            next = null;
        }
    }

    private synchronized Report withoutKnownFacts(Report report) {
        Map<String, String> known = sent == null ? null : sent.facts();
        boolean unchanged = known != null && known.equals(report.facts());
        return new Report(
                report.version(),
                report.machine(),
                report.serial(),
                unchanged ? null : report.facts(),
                report.assignments(),
                report.removed());
    }

    /// The serial alone is no news.
    private static boolean same(Report report, @Nullable Report other) {
        return other != null
                && report.assignments().equals(other.assignments())
                && report.removed().equals(other.removed())
                && Objects.equals(report.facts(), other.facts());
    }
}
