package dev.underway.server.gitops;

import dev.underway.model.GitSource;
import dev.underway.model.Kind;
import dev.underway.server.gitops.Inventory.Live;
import dev.underway.server.store.Elections;
import dev.underway.server.store.Leadership;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import dev.underway.server.store.WorkQueue;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Keeps what GitSources own as Git says: applies new commits, prunes, and puts back what was changed by hand.
///
/// Level-triggered, as the rollout controller is: a change only says which source to look at. One replica does this at
/// a time, so that of two commits the newer is always applied last.
@ApplicationScoped
class SyncController {
    private static final Logger LOG = Logger.getLogger(SyncController.class);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration LATER = Duration.ofSeconds(10);
    private static final Duration LEAD_CHECK = Duration.ofSeconds(5);

    /// How often it is looked whether all is well when nothing says otherwise.
    private static final Duration NOW_AND_THEN = Duration.ofMinutes(5);

    /// Sources that are looked at at a time: one that is slow to fetch keeps no other waiting.
    private static final int WORKERS = 4;

    private final GitSources sources;
    private final Sync sync;
    private final ResourceStore store;
    private final Elections elections;
    private final WorkQueue<SourceId> queue = new WorkQueue<>(PAUSE);
    private final Suspects suspects = new Suspects();
    private final Set<SourceId> busy = ConcurrentHashMap.newKeySet();
    private @Nullable Thread thread;

    SyncController(GitSources sources, Sync sync, ResourceStore store, Elections elections) {
        this.sources = sources;
        this.sync = sync;
        this.store = store;
        this.elections = elections;
    }

    void start(@Observes StartupEvent event) {
        sources.listen(this::seen);
        thread = Thread.ofVirtual().name("git sync").start(this::run);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (thread != null) {
            thread.interrupt();
            thread.join(Duration.ofSeconds(5));
        }
    }

    private void seen(Resource.Key key, Inventory.Seen seen) {
        if (!seen.isNews()) {
            return;
        }
        if (key.kind().equals(Kind.GIT_SOURCE)) {
            queue.add(SourceId.of(key));
        }
        for (var owner : suspects.seen(key, seen)) {
            queue.add(owner);
        }
    }

    private void run() {
        try {
            while (true) {
                var lead = elections.take("git");
                if (lead.isPresent()) {
                    try (var leadership = lead.get()) {
                        lead(leadership);
                    }
                }
                Thread.sleep(RETRY);
            }
        } catch (InterruptedException e) {
            // the server stops
        }
    }

    private void lead(Leadership leadership) throws InterruptedException {
        while (!caughtUp() && leadership.holds()) {
            LOG.debug("waiting for the first look at what is there");
        }
        // What happened while others led was not told to this replica's suspects alone.
        suspects.all(sources.world());
        sources.world().keySet().stream()
                .filter(key -> key.kind().equals(Kind.GIT_SOURCE))
                .map(SourceId::of)
                .forEach(queue::add);
        var workers = new ArrayList<Thread>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(Thread.ofVirtual().name("git sync worker").start(this::work));
        }
        try {
            while (leadership.holds()) {
                Thread.sleep(LEAD_CHECK);
            }
        } finally {
            for (var worker : workers) {
                worker.interrupt();
            }
            for (var worker : workers) {
                worker.join();
            }
        }
    }

    private boolean caughtUp() throws InterruptedException {
        try {
            return sources.catchUp();
        } catch (StoreException e) {
            Thread.sleep(RETRY);
            return false;
        }
    }

    private void work() {
        try {
            while (true) {
                var id = queue.take();
                if (busy.add(id)) {
                    try {
                        reconcile(id);
                    } catch (OutOfMemoryError | StackOverflowError e) {
                        // What a repository elsewhere holds may be made for that; the others are looked at further.
                        LOG.errorv(e, "cannot sync: gitsource={0}", id);
                        queue.add(id, NOW_AND_THEN);
                    } finally {
                        busy.remove(id);
                    }
                } else {
                    queue.add(id, PAUSE);
                }
            }
        } catch (InterruptedException e) {
            // no longer leading, or the server stops
        }
    }

    private void reconcile(SourceId id) throws InterruptedException {
        var suspected = suspects.take(id);
        try {
            if (!sources.catchUp()) {
                again(id, suspected, RETRY, "the server does not keep up with its own log");
                return;
            }
            var resource = sources.find(id).orElse(null);
            if (resource == null) {
                sync.forget(id);
                return;
            }
            try {
                var outcome = sync.run(id, resource, suspected, suspects);
                tell(id, resource, outcome.standing());
                if (outcome.suspectsRemain()) {
                    suspects.add(id, suspected);
                }
                queue.add(id, outcome.again());
            } catch (Applier.Failed e) {
                hindered(id, resource, suspected, RETRY, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                LOG.warnv("cannot sync: gitsource={0} reason={1}", id, e.getMessage());
                hindered(id, resource, suspected, LATER, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.errorv(e, "cannot sync: gitsource={0}", id);
                hindered(id, resource, suspected, LATER, "the server failed, its log says more: " + e);
            }
        } catch (StoreException | IOException e) {
            again(id, suspected, RETRY, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.errorv(e, "cannot tell how it stands: gitsource={0}", id);
            again(id, suspected, LATER, String.valueOf(e));
        }
    }

    /// It is tried again, and whoever waits for it reads why.
    private void hindered(SourceId id, Resource resource, Set<Resource.Key> suspected, Duration after, String why)
            throws StoreException {
        again(id, suspected, after, why);
        tell(id, resource, Standing.hindered(resource.as(GitSource.class), why));
    }

    private void again(SourceId id, Set<Resource.Key> suspected, Duration after, String why) {
        LOG.debugv("tries again: gitsource={0} reason={1}", id, why);
        suspects.add(id, suspected);
        queue.add(id, after);
    }

    private void tell(SourceId id, Resource resource, Standing standing) throws StoreException {
        var repository = resource.as(GitSource.class).spec().isHosted() ? Sync.path(id) : null;
        store.write(id.key(), standing.change(resource.generation(), repository, sync.clock()));
    }

    /// How long a source that is as it should be is left alone.
    static Duration nowAndThen() {
        return NOW_AND_THEN;
    }

    /// Resources that may not be as Git says, by the source that owns them.
    static final class Suspects {
        private final Map<SourceId, Set<Resource.Key>> waiting = new ConcurrentHashMap<>();
        /// How this server wrote them, so that its own writes raise no suspicion.
        private final Map<Resource.Key, Integer> written = new ConcurrentHashMap<>();

        /// Remembers how a resource was written here.
        void wrote(Resource.Key key, Live live) {
            written.put(key, live.wording());
        }

        /// The sources that should look at it.
        private List<SourceId> seen(Resource.Key key, Inventory.Seen seen) {
            var after = seen.after();
            if (after == null) {
                written.remove(key);
            } else if (Integer.valueOf(after.wording()).equals(written.get(key))) {
                return List.of();
            }
            var owners = new ArrayList<SourceId>();
            for (var live : new @Nullable Live[] {seen.before(), after}) {
                if (live != null) {
                    SourceId.parse(live.owner()).ifPresent(owners::add);
                }
            }
            owners.forEach(owner -> add(owner, Set.of(key)));
            return owners;
        }

        private void all(Map<Resource.Key, Live> world) {
            world.values().forEach(live -> seen(live.key(), new Inventory.Seen(null, live)));
        }

        void add(SourceId id, Set<Resource.Key> keys) {
            waiting.merge(id, keys, (one, other) -> {
                var both = new HashSet<>(one);
                both.addAll(other);
                return Set.copyOf(both);
            });
        }

        private Set<Resource.Key> take(SourceId id) {
            var taken = waiting.remove(id);
            return taken == null ? Set.of() : taken;
        }
    }
}
