package dev.underway.testing.bench;

import dev.underway.agent.fetch.Backoff;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.wire.DesiredState;
import dev.underway.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// One agent without a host: it waits for documents, fetches each revision once, takes a while to "apply" it, and
/// reports first that its unit is on the way and then that it is well, as the agent does. Unlike the agent, it does
/// not ask for the next document before that.
final class SimulatedHost {
    /// As the agent asks by default.
    private static final Duration POLL_WAIT = Duration.ofSeconds(30);

    /// As the agent does when the server cannot take a report.
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    private static final Map<String, String> FACTS = Map.of("kernel", "6.1.0", "os", "Debian GNU/Linux 12");

    /// How long a host takes to apply a revision, each time anew.
    record Pace(Duration least, Duration most) {
        Duration next() {
            return Duration.ofMillis(ThreadLocalRandom.current().nextLong(least.toMillis(), most.toMillis() + 1));
        }
    }

    private final JoinedHost host;
    private final int place;
    private final Pace pace;
    private final SimulatedFleet fleet;
    private final Set<String> fetched = new HashSet<>();
    /// What was dealt with, by the uid of the assignment.
    private final Map<String, DesiredState.Entry> known = new HashMap<>();

    private boolean introduced;
    private int runs;

    /// @param place where the host counts in the fleet's [Arrivals]
    SimulatedHost(JoinedHost host, int place, Pace pace, SimulatedFleet fleet) {
        this.host = host;
        this.place = place;
        this.pace = pace;
        this.fleet = fleet;
    }

    /// Asks and reports on `connection` until that ends.
    void converse(AgentConnection connection) throws IOException, InterruptedException {
        var etag = "";
        for (var wait = Duration.ZERO; ; wait = POLL_WAIT) {
            var path = Wire.desiredState(host.name()) + "?wait=" + wait.toSeconds();
            var answer = connection.get(path, etag).expect(200, 304);
            if (answer.status() == 200) {
                etag = answer.etag();
                accept(connection, Codec.read(answer.body(), DesiredState.class));
            }
            fleet.listens(place);
        }
    }

    private void accept(AgentConnection connection, DesiredState document) throws IOException, InterruptedException {
        var contents = new ArrayList<String>();
        boolean news = false;
        for (var entry : document.assignments()) {
            var before = known.get(entry.uid());
            news |= !entry.equals(before);
            if (before == null || !before.digest().equals(entry.digest())) {
                contents.add(entry.digest());
                fleet.told(place, entry.digest());
            }
        }
        if (!contents.isEmpty()) {
            runs++;
            for (var digest : contents) {
                fetch(connection, digest);
            }
            report(connection, document, AgentReports.Health.ON_THE_WAY);
            Thread.sleep(pace.next());
        }
        if (news) {
            report(connection, document, AgentReports.Health.WELL);
        }
        // Only now: what could not be reported is dealt with again on the next connection.
        document.assignments().forEach(entry -> known.put(entry.uid(), entry));
        contents.forEach(digest -> fleet.well(place, digest));
    }

    private void fetch(AgentConnection connection, String digest) throws IOException {
        if (fetched.add(digest)) {
            var content = connection.get(Wire.revision(digest), "").expect(200).body();
            if (fleet.isFirstWith(digest) && !Digests.sha256(content).equals(digest)) {
                throw new IllegalStateException("the server sent another content than revision " + digest);
            }
        }
    }

    private void report(AgentConnection connection, DesiredState document, AgentReports.Health health)
            throws IOException, InterruptedException {
        var report = AgentReports.of(
                host.machine(), document.serial(), introduced ? null : FACTS, document.assignments(), health, runs);
        var json = Codec.bytes(report);
        var backoff = new Backoff(FIRST_RETRY, LAST_RETRY, ThreadLocalRandom.current());
        while (connection.post(Wire.report(host.name()), json).expect(204, 503).status() == 503) {
            fleet.putsOff();
            Thread.sleep(backoff.next());
        }
        introduced = true;
    }
}
