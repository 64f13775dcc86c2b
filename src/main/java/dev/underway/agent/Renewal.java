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
///
/// One that is over can no longer be renewed: the host then joins again, as soon as it has a token for it and the
/// server has its name free.
final class Renewal {
    private static final Logger LOG = Logger.getLogger(Renewal.class);
    /// Of the life of a certificate, by how much at most the renewal is put off by chance.
    private static final double JITTER = 1.0 / 12;

    /// The wall clock may be set, so it is looked at now and then.
    private static final Duration LONGEST_SLEEP = Duration.ofHours(1);

    /// What a person has to do is done at some time; nobody shall wait long after that.
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final StateDirectory state;
    private final ServerClient server;
    private final Membership membership;
    private final Runnable joinedAgain;
    private final Clock clock;
    private final RandomGenerator random;
    private Identity identity;

    /// `joinedAgain` is told when the host has another identity than `server` goes by.
    Renewal(
            StateDirectory state,
            ServerClient server,
            Membership membership,
            Identity identity,
            Runnable joinedAgain,
            Clock clock,
            RandomGenerator random) {
        this.state = state;
        this.server = server;
        this.membership = membership;
        this.joinedAgain = joinedAgain;
        this.identity = identity;
        this.clock = clock;
        this.random = random;
    }

    /// How it went on with the certificate.
    enum Next {
        RENEWED,
        JOINED_AGAIN
    }

    /// Until the thread is interrupted, or the host has joined again.
    void run() {
        var backoff = new Backoff(Duration.ofSeconds(1), LONGEST_SLEEP, ThreadLocalRandom.current());
        var joining = new Backoff(Duration.ofSeconds(1), LONGEST_PAUSE, ThreadLocalRandom.current());
        try {
            while (true) {
                try {
                    awaitDue();
                    if (next() == Next.JOINED_AGAIN) {
                        joinedAgain.run();
                        return;
                    }
                    backoff.reset();
                } catch (FetchFailed e) {
                    var pause = e.reason().equals(Membership.EXPIRED) ? joining.next() : backoff.next();
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

    /// The clock of the server counts, so one that is over by ours is shown to it all the same.
    Next next() throws FetchFailed, IOException, InterruptedException {
        try {
            identity = server.renew(identity, state);
            LOG.infov("certificate renewed: until={0}", identity.validity().until());
            return Next.RENEWED;
        } catch (FetchFailed e) {
            if (!membership.isOver(identity)) {
                throw e;
            }
            identity = membership.again(identity);
            return Next.JOINED_AGAIN;
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
