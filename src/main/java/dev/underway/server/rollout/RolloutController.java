package dev.underway.server.rollout;

import dev.underway.model.Kind;
import dev.underway.server.store.Elections;
import dev.underway.server.store.Follower;
import dev.underway.server.store.Leadership;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import dev.underway.server.store.WorkQueue;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Makes Revisions and Assignments of UnitSets, and says in their status how far the fleet is.
///
/// Level-triggered: a change only says which UnitSet to look at; what to do follows from the state of the world
/// then. Before it looks at one again it waits until it sees its own last writes, so that it never decides twice on
/// the same past. One replica does this at a time.
@ApplicationScoped
class RolloutController {
    private static final Logger LOG = Logger.getLogger(RolloutController.class);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration OWN_WRITES = Duration.ofSeconds(10);
    private static final Duration LEAD_CHECK = Duration.ofSeconds(5);

    private final ResourceStore store;
    private final Elections elections;
    private final Clock clock = Clock.systemUTC();
    private @Nullable Thread thread;

    RolloutController(ResourceStore store, Elections elections) {
        this.store = store;
        this.elections = elections;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofVirtual().name("rollout controller").start(this::run);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (thread != null) {
            thread.interrupt();
            thread.join(Duration.ofSeconds(5));
        }
    }

    private void run() {
        try {
            while (true) {
                var lead = elections.take("assignments");
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
        var queue = new WorkQueue<SetKey>(PAUSE);
        var fleet = new Fleet(queue::add);
        var kinds = List.of(Kind.HOST, Kind.REVISION, Kind.ASSIGNMENT, Kind.UNIT_SET);
        try (var follower = Follower.start("rollout controller's fleet", store, kinds, fleet)) {
            // Nothing is decided on half a world.
            while (!follower.awaitReached(0, LEAD_CHECK) && leadership.holds()) {
                LOG.debug("waiting for the first look at the fleet");
            }
            var worker = Thread.ofVirtual().name("rollout planner").start(() -> work(queue, fleet, follower));
            try {
                while (leadership.holds() && worker.isAlive()) {
                    worker.join(LEAD_CHECK);
                }
            } finally {
                worker.interrupt();
                worker.join();
            }
        }
    }

    private void work(WorkQueue<SetKey> queue, Fleet fleet, Follower follower) {
        try {
            while (true) {
                var key = queue.take();
                try {
                    long written = reconcile(queue, key, fleet);
                    if (!follower.awaitReached(written, OWN_WRITES)) {
                        LOG.warnv("the log lags behind: unitset={0}/{1}", key.namespace(), key.name());
                    }
                } catch (StoreException e) {
                    LOG.debugv(
                            "waits for the store: unitset={0}/{1} reason={2}", key.namespace(), key.name(), e.reason());
                    queue.add(key, RETRY);
                } catch (RuntimeException e) {
                    LOG.errorv(e, "cannot plan: unitset={0}/{1}", key.namespace(), key.name());
                    queue.add(key, RETRY.multipliedBy(5));
                }
            }
        } catch (InterruptedException e) {
            // no longer leading, or the server stops
        }
    }

    /// Answers the number of its last write, 0 when it wrote nothing.
    private long reconcile(WorkQueue<SetKey> queue, SetKey key, Fleet fleet)
            throws StoreException, InterruptedException {
        long began = System.nanoTime();
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var world = fleet.world(key);
        var plan = RolloutPlanner.plan(world, now);
        // To plan for ten thousand hosts is no small thing: at most a fifth of the time goes there.
        queue.rest(key, Duration.ofNanos(System.nanoTime() - began).multipliedBy(4));
        if (plan.wake() != null) {
            // A little later than that, so that the time has come by then.
            queue.add(key, Duration.between(now, plan.wake()).plusMillis(1));
        }
        var changes = new DecisionChanges(key, world.set(), world.revisions(), clock);
        var writes = new ArrayList<CompletableFuture<Resource>>();
        for (var decision : plan.decisions()) {
            var write = changes.write(decision);
            writes.add(store.submit(write.key(), write.change()));
        }
        if (plan.status() != null) {
            var write = changes.status(plan.status());
            writes.add(store.submit(write.key(), write.change()));
        }
        if (!plan.decisions().isEmpty()) {
            LOG.infov("planned: unitset={0}/{1} decisions={2}", key.namespace(), key.name(), summary(plan));
        }
        long last = 0;
        for (var write : writes) {
            last = Math.max(last, await(write));
        }
        return last;
    }

    /// The number of a write; one of something that is gone meanwhile is no failure, the next look settles it.
    private static long await(CompletableFuture<Resource> write) throws StoreException, InterruptedException {
        try {
            return write.get().resourceVersion();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException refused) {
                if (refused.reason() == StoreException.Reason.NOT_FOUND) {
                    return 0;
                }
                throw refused;
            }
            throw new IllegalStateException(e);
        }
    }

    /// How many of each, such as `{Assign=2, MakeRevision=1}`.
    private static String summary(Plan plan) {
        return plan.decisions().stream()
                .collect(Collectors.groupingBy(
                        decision -> decision.getClass().getSimpleName(), TreeMap::new, Collectors.counting()))
                .toString();
    }
}
