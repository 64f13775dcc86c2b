package dev.underway.agent;

import dev.underway.agent.fetch.Backoff;
import dev.underway.agent.fetch.DesiredStateStore;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.ServerClient;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/// Asks the server for new desired-state documents, for ever.
final class Poll {
    private static final Logger LOG = Logger.getLogger(Poll.class);

    private final ServerClient server;
    private final DesiredStateStore store;
    private final Runnable news;
    private final Duration wait;

    Poll(ServerClient server, DesiredStateStore store, Runnable news, Duration wait) {
        this.server = server;
        this.store = store;
        this.news = news;
        this.wait = wait;
    }

    /// Until the thread is interrupted.
    void run() {
        var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), ThreadLocalRandom.current());
        var etag = "";
        try {
            while (true) {
                try {
                    var answer = server.desiredState(etag, wait);
                    if (answer.isPresent()) {
                        var document = store.accept(answer.get().document());
                        etag = answer.get().etag();
                        LOG.infov(
                                "desired state received: serial={0} assignments={1} tombstones={2}",
                                document.state().serial(),
                                document.state().assignments().size(),
                                document.state().tombstones().size());
                        news.run();
                    }
                    backoff.reset();
                } catch (FetchFailed e) {
                    var pause = backoff.next();
                    LOG.warnv(
                            "no desired state: reason={0} message={1} retryIn={2}", e.reason(), e.getMessage(), pause);
                    Thread.sleep(pause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
