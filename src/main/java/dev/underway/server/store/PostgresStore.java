package dev.underway.server.store;

import static dev.underway.server.store.StoreException.Reason.EXPIRED;
import static dev.underway.server.store.StoreException.Reason.FUTURE;
import static dev.underway.server.store.StoreException.Reason.UNAVAILABLE;

import dev.underway.model.Kind;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The store over PostgreSQL. Writing is [Committer]'s, what a write comes to is [Outcome]'s, following the log is
/// [Tailer]'s and [Window]'s; here is reading.
///
/// Every read of more than one row sees one moment of the store (a transaction with repeatable reads), and the number
/// of that moment belongs to the answer.
@Singleton
class PostgresStore implements ResourceStore, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PostgresStore.class);

    /// On which replicas tell each other the number of the last change.
    static final String CHANNEL = "underway_store";

    /// Who may read from the log itself at a time.
    private static final int MOST_BEHIND = 4;

    /// Bytes of bodies that are told at a time.
    private static final long MOST_BYTES = 64 * 1024;

    private final ResourceRows resources;
    private final EventRows events;
    private final StoreRows store;
    private final Clock clock;
    /// How far the store is known to have come.
    private final Horizon known = new Horizon();

    private final Window window = new Window();
    private final Semaphore behind = new Semaphore(MOST_BEHIND);
    private final Tailer tailer;
    private final Committer committer;
    private final Announcements announcements;
    private final String uid;

    @Inject
    PostgresStore(
            ResourceRows resources,
            EventRows events,
            StoreRows store,
            DataSource database,
            jakarta.enterprise.event.Event<Committed> committed)
            throws StoreException {
        this.resources = resources;
        this.events = events;
        this.store = store;
        this.clock = Clock.systemUTC();
        var moment = Transactions.run(store::read);
        this.uid = moment.uid().toString();
        known.reached(moment.rv());
        window.begin(moment.rv());
        this.committer = new Committer(resources, events, store, clock, (number, changes) -> {
            known.reached(number);
            tell(committed, changes);
        });
        this.announcements = new Announcements(database, CHANNEL, new Announcements.Hearer() {
            @Override
            public void look() throws StoreException {
                known.reached(current());
            }

            @Override
            public void heard(List<String> announcements) {
                known.reached(Long.parseLong(announcements.getLast()));
            }
        });
        this.tailer = new Tailer(events, store, known, window);
    }

    /// What is committed stays so, whatever becomes of those who hear of it.
    private static void tell(jakarta.enterprise.event.Event<Committed> observers, Committed changes) {
        try {
            if (!changes.transitions().isEmpty()) {
                observers.fire(changes);
            }
        } catch (RuntimeException e) {
            LOG.errorf(
                    e,
                    "an observer of commits failed changes=%d",
                    changes.transitions().size());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        close();
    }

    @Override
    public void close() {
        committer.close();
        announcements.close();
        tailer.close();
    }

    @Override
    public Optional<Resource> get(Resource.Key key) throws StoreException {
        return key.isStorable() ? Transactions.run(() -> resources.read(key)) : Optional.empty();
    }

    @Override
    public Page list(Kind kind, Selection selection, int limit, @Nullable String continuation) throws StoreException {
        var from = continuation == null ? null : Continuation.parse(continuation);
        return Transactions.run(() -> {
            store.pinMoment();
            var moment = store.read();
            if (from != null && from.resourceVersion() < moment.compacted()) {
                throw expired();
            }
            var number = from == null ? moment.rv() : from.resourceVersion();
            return page(kind, selection, limit, number, from == null ? Place.START : from.place());
        });
    }

    /// At most `limit` resources from a place on; 0 = all.
    private Page page(Kind kind, Selection selection, int limit, long number, Place start) {
        var items = new ArrayList<Resource>();
        try (var rows = resources.after(kind, selection.namespace(), start)) {
            var selected =
                    rows.filter(resource -> Seen.of(resource).by(selection)).iterator();
            while (selected.hasNext()) {
                var resource = selected.next();
                if (limit > 0 && items.size() == limit) {
                    var last = Place.of(items.getLast().key());
                    return new Page(
                            items,
                            number,
                            new Continuation(number, last).text(),
                            selection.unfiltered() ? resources.countAfter(kind, selection.namespace(), last) : -1);
                }
                items.add(resource);
            }
        }
        return new Page(items, number, null, 0);
    }

    @Override
    public Resource write(Resource.Key key, Change change) throws StoreException {
        try {
            return submit(key, change).get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                // Thrown on another thread: the way here is the caller's to know.
                case StoreException refused ->
                    throw new StoreException(refused.reason(), refused.getMessage(), refused);
                case RuntimeException mistake -> throw mistake;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(UNAVAILABLE, "interrupted: whether the write was done is not known", e);
        }
    }

    @Override
    public Resource dryRun(Resource.Key key, Change change) throws StoreException {
        var current = get(key).orElse(null);
        var unchangedNumber = current == null ? 0 : current.resourceVersion();
        var resource = Outcome.of(key, current, change, unchangedNumber, clock.instant())
                .resource();
        if (current == null) {
            resource.body().withObject("/metadata").remove("resourceVersion");
        }
        return resource;
    }

    @Override
    public CompletableFuture<Resource> submit(Resource.Key key, Change change) {
        return committer.submit(key, change);
    }

    @Override
    public long current() throws StoreException {
        return Transactions.run(() -> store.read().rv());
    }

    @Override
    public Events events(Kind kind, Selection selection, long resourceVersion, int limit) throws StoreException {
        if (resourceVersion > window.reached() && resourceVersion > current()) {
            throw new StoreException(FUTURE, "resourceVersion " + resourceVersion + " is beyond the store's last");
        }
        var bound = new EventRows.Bound(limit, MOST_BYTES);
        var remembered = window.read(kind, selection, resourceVersion, bound);
        return remembered.isPresent() ? remembered.get() : fromLog(kind, selection, resourceVersion, bound);
    }

    /// For those who are further behind than the window reaches; few at a time, so that many who come back at once
    /// leave the database to others.
    private Events fromLog(Kind kind, Selection selection, long resourceVersion, EventRows.Bound bound)
            throws StoreException {
        behind.acquireUninterruptibly();
        try {
            return Transactions.run(() -> {
                store.pinMoment();
                var moment = store.read();
                if (resourceVersion < moment.compacted()) {
                    throw expired();
                }
                var piece = events.after(kind, selection.namespace(), resourceVersion, bound, moment.rv());
                return new Events(
                        piece.entries().stream()
                                .flatMap(entry -> entry.to(selection).stream())
                                .toList(),
                        piece.upTo(),
                        piece.more());
            });
        } finally {
            behind.release();
        }
    }

    @Override
    public boolean awaitBeyond(long resourceVersion, Duration time) throws InterruptedException {
        return window.awaitBeyond(resourceVersion, time);
    }

    @Override
    public boolean awaitChange(Kind kind, long resourceVersion, Duration time) throws InterruptedException {
        return window.awaitChange(kind, resourceVersion, time);
    }

    /// The log has forgotten the changes up to `number`.
    void forgotten(long number) {
        window.forget(number);
    }

    @Override
    public String uid() {
        return uid;
    }

    private static StoreException expired() {
        return new StoreException(EXPIRED, "this resourceVersion is no longer in the log: list again");
    }
}
