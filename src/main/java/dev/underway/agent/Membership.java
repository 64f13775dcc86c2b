package dev.underway.agent;

import dev.underway.agent.fetch.Backoff;
import dev.underway.agent.fetch.Enroller;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Identity;
import dev.underway.agent.fetch.JoinToken;
import dev.underway.agent.host.StateDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/// Who this host is: as stored, or by enrolling with the join token as often as it takes, before and after a
/// restart.
record Membership(StateDirectory state, URI server, Path tokenFile, Enroller.Machine machine, Clock clock) {
    /// The certificate is over and the host has not joined again.
    static final String EXPIRED = "CertificateExpired";

    private static final Logger LOG = Logger.getLogger(Membership.class);

    Identity identity() throws IOException, FetchFailed, InterruptedException {
        var stored = Identity.load(state);
        if (stored.isPresent()) {
            if (!isOver(stored.get())) {
                Enroller.settle(state);
            }
            return stored.get();
        }
        var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), ThreadLocalRandom.current());
        while (true) {
            try {
                return enrolled();
            } catch (FetchFailed e) {
                var pause = backoff.next();
                LOG.warnv("not enrolled: reason={0} message={1} retryIn={2}", e.reason(), e.getMessage(), pause);
                Thread.sleep(pause);
            }
        }
    }

    /// Whether the certificate is over by the clock of this host, which may be wrong.
    boolean isOver(Identity identity) throws FetchFailed {
        return !clock.instant().isBefore(identity.validity().until());
    }

    /// Joins once more, as whoever the configuration says; `old` is kept until the server has admitted the host.
    /// What the host knew of the earlier membership is forgotten then, so whoever works by it has to begin anew.
    Identity again(Identity old) throws FetchFailed, IOException, InterruptedException {
        try {
            return enrolled();
        } catch (FetchFailed e) {
            throw new FetchFailed(
                    EXPIRED,
                    ("the certificate of this host ended at %s; if its clock is right, join again: free the name with"
                                    + " `underway host reset %s`, and put a new token of `underway join-token create`"
                                    + " into %s; it is tried again by itself. Now: %s")
                            .formatted(old.validity().until(), old.host(), tokenFile, e.getMessage()),
                    e);
        }
    }

    private Identity enrolled() throws FetchFailed, IOException, InterruptedException {
        var identity = Enroller.enrol(server, token(tokenFile), machine, state);
        LOG.infov("enrolled: host={0} server={1}", identity.host(), identity.serverUid());
        return identity;
    }

    private static JoinToken token(Path file) throws FetchFailed {
        try {
            return JoinToken.parse(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new FetchFailed(
                    "TokenMissing",
                    "the join token cannot be read from " + file + "; put one there, readable by root",
                    e);
        }
    }
}
