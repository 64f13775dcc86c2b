package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Kind;
import dev.underway.server.api.Dependents.Task;
import dev.underway.server.store.Change;
import dev.underway.server.store.Deletion;
import dev.underway.server.store.Finalizers;
import dev.underway.server.store.Follower;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Deletes what belongs to owners that are gone, and lets owners go that wait for what belongs to them.
///
/// Level-triggered, from what it follows: a task that meets another state than the one it was made for does nothing,
/// and the next look makes a new one. So replicas may all do this.
@ApplicationScoped
class GarbageCollector implements Follower.Reader {
    private static final Logger LOG = Logger.getLogger(GarbageCollector.class);
    /// Not Assignments: they are many, and people do not delete them, so nothing waits for what belongs to one.
    private static final List<Kind> FOLLOWED = List.of(Kind.NAMESPACE, Kind.HOST, Kind.UNIT_SET, Kind.REVISION);

    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final ResourceStore store;
    private final Clock clock = Clock.systemUTC();
    private final Dependents dependents = new Dependents();
    private boolean news;
    private Instant looked = Instant.EPOCH;
    private @Nullable Follower follower;

    GarbageCollector(ResourceStore store) {
        this.store = store;
    }

    void start(@Observes StartupEvent event) {
        follower = Follower.start("garbage collector", store, FOLLOWED, this);
    }

    void stop(@Observes ShutdownEvent event) {
        if (follower != null) {
            follower.close();
        }
    }

    @Override
    public void everything(Kind kind, List<Resource> all, long resourceVersion) {
        dependents.everything(kind, all);
        news = true;
    }

    @Override
    public void changed(ResourceStore.Event event) {
        switch (event.type()) {
            case ADDED, MODIFIED -> dependents.put(event.resource());
            case DELETED -> dependents.remove(event.resource().key());
        }
        news = true;
    }

    /// Looks when there is news, and now and then for what the store refused the last time and for owners of kinds that
    /// are not followed.
    @Override
    public void reached(long resourceVersion) {
        var now = clock.instant();
        if (news || now.isAfter(looked.plus(AGAIN))) {
            news = false;
            looked = now;
            look();
        }
    }

    private void look() {
        for (var task : dependents.tasks()) {
            try {
                carryOut(task);
            } catch (StoreException e) {
                if (e.reason() != StoreException.Reason.NOT_FOUND) {
                    LOG.debugf("waits for the store: %s reason=%s", task, e.reason());
                }
            }
        }
    }

    private void carryOut(Task task) throws StoreException {
        switch (task) {
            case Task.Delete(var dependent, var how) -> {
                if (lost(dependent).size() == Dependents.owners(dependent).size()) {
                    LOG.infof("deleted, because its owner is: %s", dependent.key());
                    store.write(
                            dependent.key(),
                            ifStill(
                                    dependent,
                                    current -> Deletion.request(clock).apply(how.mark(current))));
                }
            }
            case Task.Leave(var dependent, var uids) -> {
                var lost = lost(dependent);
                lost.retainAll(uids);
                store.write(dependent.key(), ifStill(dependent, current -> without(current, lost)));
            }
            case Task.LetGo(var owner, var done) ->
                store.write(
                        owner.key(),
                        ifStill(
                                owner,
                                current -> Finalizers.without(done.finalizer()).apply(current)));
        }
    }

    /// The uids of owners that are gone or are leaving `dependent` by the word of the store itself: what is followed
    /// may
    /// lag, and a deletion is not undone.
    private List<String> lost(Resource dependent) throws StoreException {
        var lost = new ArrayList<String>();
        for (var owner : Dependents.owners(dependent)) {
            var key = Dependents.key(dependent, owner);
            var uid = owner.path("uid").asText();
            var found = key == null ? null : store.get(key).orElse(null);
            boolean stays = key == null || (found != null && found.uid().equals(uid) && !leaves(found));
            if (!stays) {
                lost.add(uid);
            }
        }
        return lost;
    }

    private static boolean leaves(Resource owner) {
        return Propagation.FOREGROUND.isAwaitedBy(owner) || Propagation.ORPHAN.isAwaitedBy(owner);
    }

    /// What a change makes of a resource that is there.
    @FunctionalInterface
    private interface Edit {
        @Nullable
        ObjectNode apply(Resource current) throws StoreException;
    }

    private static Change ifStill(Resource seen, Edit edit) {
        return current -> {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, "gone already");
            }
            return current.resourceVersion() == seen.resourceVersion() ? edit.apply(current) : current.body();
        };
    }

    private static ObjectNode without(Resource dependent, List<String> uids) {
        ObjectNode body = dependent.body().deepCopy();
        var metadata = body.withObject("/metadata");
        if (metadata.get("ownerReferences") instanceof ArrayNode owners) {
            owners.removeIf(owner -> uids.contains(owner.path("uid").asText()));
            if (owners.isEmpty()) {
                metadata.remove("ownerReferences");
            }
        }
        return body;
    }
}
