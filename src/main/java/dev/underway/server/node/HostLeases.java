package dev.underway.server.node;

import dev.underway.model.Kind;
import dev.underway.server.access.Enrolments;
import dev.underway.server.store.Change;
import dev.underway.server.store.Follower;
import dev.underway.server.store.HostLeaseRepository;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.StoreException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Says which hosts are there: `Ready` of a Host follows from its agent's calls, and a deleted Host loses its
/// certificate.
///
/// A call costs a note in memory; notes reach the lease table once a second in one statement, and never the log.
/// Only when what is said of a host changes is the Host written.
@ApplicationScoped
class HostLeases implements Follower.Reader {
    private static final Logger LOG = Logger.getLogger(HostLeases.class);

    private final ResourceStore store;
    private final HostLeaseRepository leases;
    private final Enrolments enrolments;
    private final Duration lease;
    private final LeaseBook book;
    private final Map<String, Instant> unwritten = new ConcurrentHashMap<>();
    private final Set<String> departing = ConcurrentHashMap.newKeySet();
    private @Nullable Follower follower;

    HostLeases(ResourceStore store, HostLeaseRepository leases, Enrolments enrolments, ServerConfig config) {
        this.store = store;
        this.leases = leases;
        this.enrolments = enrolments;
        this.lease = config.lease();
        this.book = new LeaseBook(lease);
    }

    void start(@Observes StartupEvent event) {
        follower = Follower.start("host leases", store, List.of(Kind.HOST), this);
    }

    void stop(@Observes ShutdownEvent event) {
        if (follower != null) {
            follower.close();
        }
    }

    /// The longest time for which an agent may be kept waiting, so that it calls again within its lease.
    Duration longestWait() {
        return lease.multipliedBy(2).dividedBy(3);
    }

    /// The agent of `host` calls.
    void heard(String host) {
        var now = Instant.now();
        unwritten.put(host, now);
        if (book.heard(host, now)) {
            say(host, HostChanges.heard(now));
        }
    }

    @Override
    public void everything(Kind kind, List<Resource> all, long resourceVersion) {
        book.forgetAllBut(all.stream().map(host -> host.key().name()).collect(Collectors.toSet()));
        all.forEach(this::expect);
    }

    @Override
    public void changed(ResourceStore.Event event) {
        switch (event.type()) {
            case ADDED, MODIFIED -> expect(event.resource());
            case DELETED -> book.forget(event.resource().key().name());
        }
    }

    @Override
    public void reached(long resourceVersion) {
        letGo();
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sweep() {
        try {
            letGo();
            writeNotes();
            saySilent();
        } catch (StoreException e) {
            LOG.debugv("leases wait for the store: reason={0}", e.reason());
        }
    }

    private void expect(Resource host) {
        var name = host.key().name();
        book.expect(name, Instant.now());
        book.stands(name, HostChanges.isReady(host));
        if (host.deleting()) {
            departing.add(name);
        }
    }

    private void writeNotes() throws StoreException {
        var notes = new HashMap<>(unwritten);
        if (!notes.isEmpty()) {
            leases.renew(notes);
            notes.forEach(unwritten::remove);
        }
    }

    private void saySilent() throws StoreException {
        var overdue = book.overdue(Instant.now());
        if (overdue.isEmpty()) {
            return;
        }
        var seen = leases.of(overdue);
        seen.forEach(book::heardElsewhere);
        for (var host : overdue) {
            var now = Instant.now();
            if (book.saySilent(host, now)) {
                say(host, HostChanges.silent(seen.get(host), lease, now));
            }
        }
    }

    private void say(String host, Change change) {
        var _ = store.submit(HostChanges.key(host), change).whenComplete((_, failure) -> {
            if (failure != null) {
                book.unsay(host);
            }
        });
    }

    /// Revokes the certificates of deleted Hosts, then lets the Hosts go. What fails is tried again a second later.
    private void letGo() {
        for (var host : List.copyOf(departing)) {
            try {
                var key = HostChanges.key(host);
                if (store.get(key).filter(Resource::deleting).isPresent()) {
                    enrolments.revoke(host);
                    leases.remove(host);
                    store.write(key, HostChanges.released());
                }
                departing.remove(host);
            } catch (StoreException e) {
                if (e.reason() == StoreException.Reason.NOT_FOUND) {
                    departing.remove(host);
                } else {
                    LOG.debugv("a deleted host waits for the store: host={0} reason={1}", host, e.reason());
                }
            }
        }
    }
}
