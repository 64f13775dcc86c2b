package dev.underway.server.store;

import dev.underway.model.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// All resources and the log of their changes, in PostgreSQL.
///
/// One resourceVersion counts for the whole store, and the order of numbers is the order of commits: who has seen
/// everything up to N never misses
/// anything later. A row and its event are written in one transaction. Writers queue; a committer takes what is queued,
/// reads the rows, applies the
/// [Change]s in order, takes its numbers from a one-row counter as the last statement, and commits them together.
public interface ResourceStore {
    Optional<Resource> get(Resource.Key key) throws StoreException;

    /// A page of a kind, ordered by namespace and name. `continuation` comes from the page before and pins its
    /// resourceVersion.
    Page list(Kind kind, Selection selection, int limit, @Nullable String continuation) throws StoreException;

    /// Everything of a kind at one resourceVersion.
    default List<Resource> list(Kind kind, Selection selection) throws StoreException {
        return list(kind, selection, 0, null).items();
    }

    /// Queues a change and waits for its commit. The answer is the resource as stored, or as it last was when it was
    /// deleted.
    Resource write(Resource.Key key, Change change) throws StoreException;

    /// What [#write] would answer, without storing anything. The answer of a creation has no resourceVersion in its
    /// body.
    Resource dryRun(Resource.Key key, Change change) throws StoreException;

    /// As [#write], without waiting: for controllers and reports that write many. Fails with a [StoreException].
    CompletableFuture<Resource> submit(Resource.Key key, Change change);

    /// The store's current resourceVersion.
    long current() throws StoreException;

    /// Events of a kind after `resourceVersion`, oldest first, at most `limit` and about 64 KiB; those that the
    /// selection saw neither before nor after are left out. As far as this replica has read the log, which is
    /// a moment behind what is committed: see [#awaitBeyond]. Cheap for those who keep up, however many they
    /// are: they read from memory.
    /// Throws EXPIRED when the log does not reach back that far, FUTURE when the store has not.
    Events events(Kind kind, Selection selection, long resourceVersion, int limit) throws StoreException;

    /// Waits until this replica has read the log beyond `resourceVersion` or the time is over; answers whether it has.
    /// Woken by commits here and, through PostgreSQL's NOTIFY, by those of other replicas.
    boolean awaitBeyond(long resourceVersion, Duration time) throws InterruptedException;

    /// As [#awaitBeyond], for a change to `kind`.
    boolean awaitChange(Kind kind, long resourceVersion, Duration time) throws InterruptedException;

    /// Names this store for ever: made at its first start.
    String uid();

    /// `remaining` counts what comes after this page; -1 when only reading it all would tell, because labels or fields
    /// select (Kubernetes leaves `remainingItemCount` out then).
    record Page(
            List<Resource> items,
            long resourceVersion,
            @Nullable String continuation,
            long remaining) {}

    /// `upTo` is the resourceVersion from which to ask on: at least that of the last event, also when all events were
    /// filtered away. `more` when there is more to be had at once.
    record Events(List<Event> events, long upTo, boolean more) {}

    /// What one change was for a watcher of a selection.
    ///
    /// @param json the whole body in UTF-8. All who read the event share it; nobody changes it.
    record Event(Type type, Resource.Key key, long resourceVersion, byte[] json) {
        public enum Type {
            ADDED,
            MODIFIED,
            DELETED
        }

        /// The resource after the change, or as it last was when it is gone; parsed at every call.
        public Resource resource() {
            return new Resource(key, resourceVersion, Json.object(json));
        }
    }
}
