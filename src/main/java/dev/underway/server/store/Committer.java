package dev.underway.server.store;

import static dev.underway.server.store.StoreException.Reason.UNAVAILABLE;
import static dev.underway.server.store.StoreException.Reason.UNSTORABLE;

import dev.underway.model.Kind;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/// Commits changes in groups: whoever writes queues; one thread takes what has queued while it was busy, and commits it
/// in one transaction, so that the price of a commit (one fsync, one wait for the counter) is shared.
///
/// In the transaction: lock the rows, then the counter; apply the changes in memory; write rows, log and counter in
/// batches; commit. The counter is the last of the locks and is held until the commit, so that numbers are seen in
/// their order, whichever replica takes them. It comes before the changes are applied, because a change must find what
/// its predecessor in the same group has stored under its right number.
///
/// A change that the database cannot hold fails alone: what was in its group is committed without it.
final class Committer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Committer.class);

    /// With this many changes waiting, the database is in trouble, and writers are told so.
    private static final int MOST_WAITING = 20_000;

    private static final int MOST_AT_ONCE = 500;

    private static final Resource.Key NOTHING = Resource.Key.of(Kind.EVENT, null, "");

    private record Waiting(Resource.Key key, Change change, CompletableFuture<Resource> answer) {}

    /// What to tell a writer once the group is committed.
    private sealed interface Answer {
        void to(CompletableFuture<Resource> writer);

        record Done(Resource resource) implements Answer {
            @Override
            public void to(CompletableFuture<Resource> writer) {
                writer.complete(resource);
            }
        }

        record Refused(Exception reason) implements Answer {
            @Override
            public void to(CompletableFuture<Resource> writer) {
                writer.completeExceptionally(reason);
            }
        }
    }

    private final ResourceRows resources;
    private final EventRows events;
    private final StoreRows store;
    private final Clock clock;
    private final Reached reached;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private volatile boolean stopping;

    /// Is told of each commit: the store's number, and what changed. Quick, and called by the committing thread.
    @FunctionalInterface
    interface Reached {
        void reached(long number, Committed changes);
    }

    Committer(ResourceRows resources, EventRows events, StoreRows store, Clock clock, Reached reached) {
        this.resources = resources;
        this.events = events;
        this.store = store;
        this.clock = clock;
        this.reached = reached;
        Thread.ofVirtual().name("committer").start(this::run);
    }

    CompletableFuture<Resource> submit(Resource.Key key, Change change) {
        var waiting = new Waiting(key, change, new CompletableFuture<>());
        if (!key.isStorable()) {
            waiting.answer.completeExceptionally(new StoreException(UNSTORABLE, "nothing can be called so"));
        } else if (stopping) {
            refuse(waiting);
        } else if (!queue.offer(waiting)) {
            waiting.answer.completeExceptionally(
                    new StoreException(UNAVAILABLE, "too many writes wait for the database: try again later"));
        }
        return waiting.answer;
    }

    /// Lets the group that is being committed finish, and refuses what waits.
    @Override
    public void close() {
        stopping = true;
        // Wakes the thread if it waits; it looks at `stopping` before it looks at the change.
        queue.offer(new Waiting(NOTHING, current -> null, new CompletableFuture<>()));
    }

    private void run() {
        var group = new ArrayList<Waiting>();
        try {
            while (!stopping) {
                group.add(queue.take());
                queue.drainTo(group, MOST_AT_ONCE - 1);
                if (!stopping) {
                    commit(group);
                    group.clear();
                }
            }
        } catch (InterruptedException e) {
            stopping = true;
        }
        queue.drainTo(group);
        group.forEach(Committer::refuse);
    }

    private static void refuse(Waiting waiting) {
        waiting.answer.completeExceptionally(
                new StoreException(UNAVAILABLE, "the server is stopping: try again when it is back"));
    }

    private void commit(List<Waiting> group) {
        var answers = new LinkedHashMap<Waiting, Answer>();
        try {
            var batch = Transactions.run(() -> {
                answers.clear();
                return write(group, answers);
            });
            reached.reached(batch.number(), new Committed(batch.log(), batch.now()));
        } catch (StoreException e) {
            if (e.reason() == UNSTORABLE && group.size() > 1) {
                // Half by half, down to the one that cannot be stored.
                commit(group.subList(0, group.size() / 2));
                commit(group.subList(group.size() / 2, group.size()));
                return;
            }
            group.forEach(waiting -> answers.put(waiting, new Answer.Refused(e)));
        } catch (RuntimeException e) {
            LOG.errorf(e, "cannot commit changes=%d", group.size());
            group.forEach(waiting -> answers.put(waiting, new Answer.Refused(e)));
        }
        answers.forEach((waiting, answer) -> answer.to(waiting.answer));
    }

    /// Fills in the answers, which hold, as what is returned, once the transaction is committed.
    private Batch write(List<Waiting> group, Map<Waiting, Answer> answers) {
        var keys = group.stream().map(Waiting::key).collect(Collectors.toSet());
        var rows = new HashMap<Resource.Key, ResourceRow>();
        var byId = keys.stream().collect(Collectors.toMap(ResourceRow.Id::of, key -> key));
        resources.lock(keys).forEach(row -> rows.put(byId.get(row.id), row));
        var counter = store.lock();
        var now = clock.instant();
        var batch = new Batch(
                rows.entrySet().stream()
                        .map(row -> row.getValue().resource(row.getKey().kind()))
                        .toList(),
                counter.rv,
                now);

        group.forEach(waiting -> answers.put(waiting, applied(batch, waiting)));

        if (counter.rv == batch.number()) {
            return batch;
        }
        var entries = new ArrayList<EventRow>();
        // A row holds what its last entry in the log does, as a text that is made once.
        var texts = new HashMap<Resource.Key, String>();
        for (var change : batch.log()) {
            var entry = new EventRow(now, change.logged());
            entries.add(entry);
            texts.put(change.after().key(), entry.body);
        }
        texts.forEach((key, text) -> {
            var row = rows.get(key);
            var resource = batch.get(key);
            if (row == null && resource != null) {
                resources.persist(new ResourceRow(resource, text, now));
            } else if (row != null && resource != null) {
                row.become(resource, text, now);
            } else if (row != null) {
                resources.delete(row);
            }
        });
        events.persist(entries);
        counter.rv = batch.number();
        store.announce(counter.rv);
        return batch;
    }

    private static Answer applied(Batch batch, Waiting waiting) {
        try {
            return new Answer.Done(batch.apply(waiting.key, waiting.change));
        } catch (StoreException | RuntimeException e) {
            return new Answer.Refused(e);
        }
    }
}
