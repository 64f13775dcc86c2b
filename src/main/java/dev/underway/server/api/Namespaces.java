package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.server.store.Deletion;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.Selection;
import dev.underway.server.store.StoreException;
import dev.underway.server.store.StoreException.Reason;
import java.time.Clock;
import java.util.List;

/// Namespaces: one that is deleted is emptied first.
///
/// Every namespace is born with the finalizer [#FINALIZER]. The order of emptying is that of what depends on what:
/// GitSources, which would make new ones, UnitSets, then the Assignments that their hosts still clean up, then
/// Revisions and Events, and at last the
/// namespace. A round deletes what it can and leaves the rest to the next one, so it may be cut anywhere.
final class Namespaces {
    static final String DEFAULT = "default";
    static final String FINALIZER = "underway.dev/contents";

    private static final List<List<Kind>> STAGES = List.of(
            List.of(Kind.GIT_SOURCE),
            List.of(Kind.UNIT_SET),
            List.of(Kind.ASSIGNMENT),
            List.of(Kind.REVISION, Kind.EVENT));

    private final ResourceStore store;
    private final Clock clock;

    Namespaces(ResourceStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /// A namespace as it is created.
    static void born(ObjectNode namespace) {
        var finalizers = namespace.withObject("/metadata").withArray("finalizers");
        boolean held = false;
        for (var finalizer : finalizers) {
            held |= finalizer.asText().equals(FINALIZER);
        }
        if (!held) {
            finalizers.add(FINALIZER);
        }
        namespace.putObject("status").put("phase", "Active");
    }

    static ObjectNode terminating(ObjectNode namespace) {
        ObjectNode next = namespace.deepCopy();
        next.withObject("/status").put("phase", "Terminating");
        return next;
    }

    /// Refuses new resources in a namespace that does not exist or is going. A namespace that goes in the very moment
    /// is found empty or not by its last round; what came after that stays without a namespace, as in Kubernetes.
    static void mustTakeNew(ResourceStore store, Kind kind, String namespace) {
        if (!kind.namespaced()) {
            return;
        }
        try {
            var found = store.get(Resource.Key.of(Kind.NAMESPACE, "", namespace))
                    .orElseThrow(() -> Refusal.notFound(Kind.NAMESPACE, namespace));
            if (found.deleting()) {
                throw Refusal.forbidden(
                        kind,
                        "",
                        "unable to create new content in namespace " + namespace + " because it is being terminated");
            }
        } catch (StoreException e) {
            throw Refusal.of(e, Kind.NAMESPACE, namespace);
        }
    }

    /// Makes the namespace that kubectl uses when none is said.
    void makeDefault() throws StoreException {
        ObjectNode namespace =
                Codec.JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", DEFAULT);
        born(namespace);
        store.write(
                Resource.Key.of(Kind.NAMESPACE, "", DEFAULT), current -> current == null ? namespace : current.body());
    }

    /// One round over all namespaces that are going.
    void emptyDeleted() throws StoreException {
        for (var namespace : store.list(Kind.NAMESPACE, Selection.ALL)) {
            if (namespace.deleting() && empty(namespace.key().name())) {
                release(namespace.key());
            }
        }
    }

    /// Whether nothing is left in the namespace; else asks for the deletion of the next stage.
    private boolean empty(String namespace) throws StoreException {
        for (var stage : STAGES) {
            boolean left = false;
            for (var kind : stage) {
                for (var resource : store.list(kind, Selection.inNamespace(namespace))) {
                    left = true;
                    if (!resource.deleting()) {
                        var _ = store.submit(resource.key(), Deletion.request(clock));
                    }
                }
            }
            if (left) {
                return false;
            }
        }
        return true;
    }

    private void release(Resource.Key key) throws StoreException {
        try {
            store.write(key, current -> {
                if (current == null || !current.deleting()) {
                    return current == null ? null : current.body();
                }
                ObjectNode next = current.body().deepCopy();
                var finalizers = next.withObject("/metadata").putArray("finalizers");
                for (var finalizer : current.body().at("/metadata/finalizers")) {
                    if (!finalizer.asText().equals(FINALIZER)) {
                        finalizers.add(finalizer);
                    }
                }
                return finalizers.isEmpty() ? null : next;
            });
        } catch (StoreException e) {
            if (e.reason() != Reason.NOT_FOUND) {
                throw e;
            }
        }
    }
}
