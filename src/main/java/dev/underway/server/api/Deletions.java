package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.server.api.RequestPath.Collection;
import dev.underway.server.api.RequestPath.Item;
import dev.underway.server.store.Change;
import dev.underway.server.store.Deletion;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import java.time.Clock;
import java.util.ArrayList;

/// Deletes resources: at once, or by a deletionTimestamp while finalizers hold them.
final class Deletions {
    private final ResourceStore store;
    private final Clock clock;

    Deletions(ResourceStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /// The body and the parameters of a deletion.
    private record Options(boolean dryRun, Propagation propagation, String uid, String resourceVersion) {
        static Options of(Request request) {
            ObjectNode body = request.body().length == 0
                    ? Codec.JSON.createObjectNode()
                    : Bodies.object(request).object();
            boolean dryRun = request.dryRun();
            for (JsonNode value : body.path("dryRun")) {
                if (!value.asText().equals("All")) {
                    throw Refusal.badRequest("the only value of dryRun is All, not \"" + value.asText() + "\"");
                }
                dryRun = true;
            }
            return new Options(
                    dryRun,
                    Propagation.of(body, request),
                    body.at("/preconditions/uid").asText(""),
                    body.at("/preconditions/resourceVersion").asText(""));
        }
    }

    Answer one(Item path, Request request) {
        var options = Options.of(request);
        Ownership.refuseForeignDeletion(path.kind(), path.name());
        var key = Resource.Key.of(path.kind(), path.namespace(), path.name());
        var last = delete(key, options);
        return Answer.json(200, stays(last) ? last.body() : Refusal.deleted(last));
    }

    /// Deletes what still is the resource with this uid.
    void inBackground(Resource.Key key, String uid) {
        Ownership.refuseForeignDeletion(key.kind(), key.name());
        var _ = delete(key, new Options(false, Propagation.BACKGROUND, uid, ""));
    }

    /// Deletes everything that the selectors pick; the answer is the list of it. Objects that vanish meanwhile are
    /// left out.
    Answer all(Collection path, Request request) {
        var kind = path.kind();
        if (kind.equals(Kind.NAMESPACE)) {
            throw Refusal.methodNotAllowed("namespaces are deleted one by one");
        }
        if (kind.namespaced() && path.namespace().isEmpty()) {
            throw Refusal.methodNotAllowed("delete " + kind.plural() + " of one namespace: DELETE "
                    + "…/namespaces/NAMESPACE/" + kind.plural());
        }
        Ownership.refuseForeignDeletion(kind, "");
        var options = Options.of(request);
        var tables = Tables.negotiate(kind, request, clock.instant());
        try {
            var deleted = new ArrayList<ObjectNode>();
            for (var resource : store.list(kind, Selectors.selection(kind, path.namespace(), request))) {
                try {
                    deleted.add(delete(resource.key(), options).body());
                } catch (Refusal refusal) {
                    if (refusal.code() != 404) {
                        throw refusal;
                    }
                }
            }
            return Answer.json(200, tables.list(deleted, Reads.metadata(store.current())));
        } catch (StoreException e) {
            throw Refusal.of(e, kind, "");
        }
    }

    private Resource delete(Resource.Key key, Options options) {
        Change change = current -> {
            if (current == null) {
                throw Refusal.notFound(key.kind(), key.name());
            }
            precondition(current, "UID", options.uid(), current.uid());
            precondition(
                    current, "ResourceVersion", options.resourceVersion(), Long.toString(current.resourceVersion()));
            var next = Deletion.request(clock).apply(options.propagation().mark(current));
            return key.kind().equals(Kind.NAMESPACE) && next != null ? Namespaces.terminating(next) : next;
        };
        try {
            return options.dryRun() ? store.dryRun(key, change) : store.write(key, change);
        } catch (StoreException e) {
            throw Refusal.of(e, key.kind(), key.name());
        }
    }

    private static void precondition(Resource current, String what, String wanted, String is) {
        if (!wanted.isEmpty() && !wanted.equals(is)) {
            throw Refusal.conflict(
                    current.key().kind(),
                    current.key().name(),
                    "Precondition failed: " + what + " in precondition: " + wanted + ", " + what + " in object meta: "
                            + is);
        }
    }

    private static boolean stays(Resource last) {
        return last.deleting() && !last.body().at("/metadata/finalizers").isEmpty();
    }
}
