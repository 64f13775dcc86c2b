package dev.underway.agent;

import dev.underway.agent.fetch.Backoff;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Identity;
import dev.underway.agent.fetch.ServerClient;
import dev.underway.agent.host.StateDirectory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/// Renews the host's certificate when two thirds of its life are over, or a little later, so that hosts that joined
/// together do not come together. The identity file is replaced as a whole, and only then is the new certificate used;
/// until the server sees it, it takes the old one as well.
final class Renewal {
    private static final Logger LOG = Logger.getLogger(Renewal.class);
    /// Of the life of a certificate, by how much at most the renewal is put off by chance.
    private static final double JITTER = 1.0 / 12;

    /// The wall clock may be set, so it is looked at now and then.
    private static final Duration LONGEST_SLEEP = Duration.ofHours(1);

    private final StateDirectory state;
    private final ServerClient server;
    private final Clock clock;
    private final RandomGenerator random;
    private Identity identity;

    Renewal(StateDirectory state, ServerClient server, Identity identity, Clock clock, RandomGenerator random) {
        this.state = state;
        this.server = server;
        this.identity = identity;
        this.clock = clock;
        this.random = random;
    }

    /// Until the thread is interrupted.
    void run() {
        var backoff = new Backoff(Duration.ofSeconds(1), LONGEST_SLEEP, ThreadLocalRandom.current());
        try {
            while (true) {
                try {
                    awaitDue();
                    identity = server.renew(identity, state);
                    LOG.infov(
                            "certificate renewed: until={0}",
                            identity.validity().until());
                    backoff.reset();
                } catch (FetchFailed e) {
                    var pause = backoff.next();
                    LOG.warnv(
                            "certificate not renewed: reason={0} message={1} retryIn={2}",
                            e.reason(), e.getMessage(), pause);
                    Thread.sleep(pause);
                } catch (IOException e) {
                    var pause = backoff.next();
                    LOG.warnv("the renewed certificate cannot be kept: {0} retryIn={1}", e.getMessage(), pause);
                    Thread.sleep(pause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitDue() throws FetchFailed, InterruptedException {
        var due = identity.validity().renewalFrom(random.nextDouble(JITTER));
        while (true) {
            var left = Duration.between(clock.instant(), due);
            if (left.compareTo(Duration.ZERO) <= 0) {
                return;
            }
            Thread.sleep(left.compareTo(LONGEST_SLEEP) < 0 ? left : LONGEST_SLEEP);
        }
    }
}
