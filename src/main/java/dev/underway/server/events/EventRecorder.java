package dev.underway.server.events;

import dev.underway.model.Kind;
import dev.underway.server.store.Committed;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import org.jboss.logging.Logger;

/// Writes Events of what this replica has committed: what happened since a second ago, in one group.
///
/// Each replica tells of its own commits, so nothing is told twice, whoever leads. An Event is a help for people and
/// no record to rely on: what happened in the second before a server dies is not told.
@ApplicationScoped
class EventRecorder {
    private static final Logger LOG = Logger.getLogger(EventRecorder.class);
    private static final int AT_ONCE = 500;

    private final ResourceStore store;
    private final Backlog backlog = new Backlog();

    EventRecorder(ResourceStore store) {
        this.store = store;
    }

    void committed(@Observes Committed changes) {
        backlog.add(Story.of(changes.transitions()), changes.at());
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void write() {
        var all = backlog.take(AT_ONCE, Instant.now());
        try {
            var namespaces = new HashMap<String, Boolean>();
            var written = new ArrayList<Backlog.Told>();
            for (var told : all) {
                var key = EventChanges.key(told.occurrence());
                if (!namespaces.containsKey(key.namespace())) {
                    namespaces.put(key.namespace(), takesNew(key.namespace()));
                }
                if (Boolean.TRUE.equals(namespaces.get(key.namespace()))) {
                    written.add(told);
                }
            }
            for (var told : written) {
                var _ = store.submit(EventChanges.key(told.occurrence()), EventChanges.happened(told))
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                LOG.debugf(failure, "an event is lost: %s", told.occurrence());
                            }
                        });
            }
        } catch (StoreException e) {
            LOG.debugf("events wait for the store: reason=%s", e.reason());
            backlog.putBack(all);
        }
    }

    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void tidy() {
        var leftOut = backlog.tidy(Instant.now());
        if (leftOut > 0) {
            LOG.infof("more happened than is told in events: left out=%d", leftOut);
        }
    }

    /// An Event in a namespace that is being emptied would keep it from becoming empty.
    private boolean takesNew(String namespace) throws StoreException {
        return store.get(Resource.Key.of(Kind.NAMESPACE, null, namespace))
                .filter(found -> !found.deleting())
                .isPresent();
    }
}
