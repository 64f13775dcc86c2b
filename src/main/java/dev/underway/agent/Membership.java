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
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/// Who this host is: as stored, or by enrolling with the join token as often as it takes, before and after a restart.
final class Membership {
    private static final Logger LOG = Logger.getLogger(Membership.class);

    private Membership() {}

    static Identity of(StateDirectory state, URI server, Path tokenFile, Enroller.Machine machine)
            throws IOException, InterruptedException {
        var stored = Identity.load(state);
        if (stored.isPresent()) {
            Enroller.settle(state);
            return stored.get();
        }
        var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), ThreadLocalRandom.current());
        while (true) {
            try {
                var identity = Enroller.enrol(server, token(tokenFile), machine, state);
                LOG.infov("enrolled: host={0} server={1}", identity.host(), identity.serverUid());
                return identity;
            } catch (FetchFailed e) {
                var pause = backoff.next();
                LOG.warnv("not enrolled: reason={0} message={1} retryIn={2}", e.reason(), e.getMessage(), pause);
                Thread.sleep(pause);
            }
        }
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
