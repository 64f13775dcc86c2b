package dev.underway.testing.bench;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManager;

/// Many agents without hosts, each on a virtual thread and a connection of its own, with a certificate of its own.
final class SimulatedFleet implements AutoCloseable {
    /// So many shake hands at a time.
    private static final int AT_ONCE = 64;

    private static final Duration CONNECTED_WITHIN = Duration.ofMinutes(3);
    private static final long LEAST_RETRY_MILLIS = 500;
    private static final long MOST_RETRY_MILLIS = 1500;

    private final URI server;
    private final TrustManager[] trust;
    private final int size;
    private final Arrivals listening;
    private final Map<String, Arrivals> told = new ConcurrentHashMap<>();
    private final Map<String, Arrivals> well = new ConcurrentHashMap<>();
    private final Set<String> checked = ConcurrentHashMap.newKeySet();
    private final Set<AgentConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger putOff = new AtomicInteger();
    private final Semaphore gate = new Semaphore(AT_ONCE);
    private volatile boolean closed;

    private SimulatedFleet(URI server, TrustManager[] trust, int size) {
        this.server = server;
        this.trust = trust;
        this.size = size;
        this.listening = new Arrivals(size);
    }

    /// Connects all of `hosts` to the server; returns when each has had its first answer.
    static SimulatedFleet connect(URI server, TrustManager[] trust, List<JoinedHost> hosts, SimulatedHost.Pace pace)
            throws InterruptedException {
        var fleet = new SimulatedFleet(server, trust, hosts.size());
        for (int i = 0; i < hosts.size(); i++) {
            var host = hosts.get(i);
            var simulated = new SimulatedHost(host, i, pace, fleet);
            Thread.ofVirtual().name(host.name()).start(() -> fleet.live(host, simulated));
        }
        fleet.listening.awaitEverywhere("connected", CONNECTED_WITHIN);
        return fleet;
    }

    private void live(JoinedHost host, SimulatedHost simulated) {
        try {
            while (!closed) {
                try (var connection = connect(host)) {
                    connections.add(connection);
                    try {
                        simulated.converse(connection);
                    } finally {
                        connections.remove(connection);
                    }
                } catch (IOException e) {
                    if (!closed) {
                        if (lost.getAndIncrement() == 0) {
                            System.err.println("first of the connections that were lost: " + host.name() + ": " + e);
                        }
                        Thread.sleep(ThreadLocalRandom.current().nextLong(LEAST_RETRY_MILLIS, MOST_RETRY_MILLIS));
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private AgentConnection connect(JoinedHost host) throws IOException, InterruptedException {
        gate.acquire();
        try {
            return AgentConnection.open(server, host.key().tls(trust), host.machine());
        } finally {
            gate.release();
        }
    }

    int size() {
        return size;
    }

    /// How often a connection did not come about or ended; every host has one at the end all the same.
    int lost() {
        return lost.get();
    }

    /// How many reports the server could not take at the time; they were sent again.
    int putOff() {
        return putOff.get();
    }

    /// When each host heard that it shall run the revision with this digest.
    Arrivals told(String digest) {
        return arrivals(told, digest);
    }

    /// When the report of each host, that it runs that and is well, was answered.
    Arrivals well(String digest) {
        return arrivals(well, digest);
    }

    private Arrivals arrivals(Map<String, Arrivals> of, String digest) {
        return of.computeIfAbsent(digest, _ -> new Arrivals(size));
    }

    void listens(int host) {
        listening.at(host);
    }

    void putsOff() {
        putOff.incrementAndGet();
    }

    void told(int host, String digest) {
        told(digest).at(host);
    }

    void well(int host, String digest) {
        well(digest).at(host);
    }

    /// Whether nobody has checked the content with this digest yet; the digest is the same for all.
    boolean isFirstWith(String digest) {
        return checked.add(digest);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (var connection : connections) {
            connection.close();
        }
    }
}
