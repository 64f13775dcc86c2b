package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.FieldError;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.server.access.Caller;
import dev.underway.server.store.Resource;
import dev.underway.server.store.Selection;
import java.util.List;
import java.util.Map;

/// Which kinds people may write, and which the server writes from what people said elsewhere.
///
/// Revisions and Assignments follow from UnitSets: people read them, label them, and take finalizers from them, but a
/// content or an order that nobody's UnitSet asks for would be overwritten at once.
final class Ownership {
    private static final String RETRIED_BY = "underway.dev/retried-by";

    private Ownership() {}

    static boolean peopleMayCreate(Kind kind) {
        return !kind.equals(Kind.REVISION) && !kind.equals(Kind.ASSIGNMENT);
    }

    static boolean peopleMayDelete(Kind kind) {
        return !kind.equals(Kind.ASSIGNMENT);
    }

    static void refuseForeignCreation(Kind kind, String name) {
        if (!peopleMayCreate(kind)) {
            throw Refusal.forbidden(
                    kind, name, kind.plural() + " are made by the server; create or change a UnitSet instead");
        }
    }

    static void refuseForeignChange(Resource current, ObjectNode next) {
        var key = current.key();
        if (!peopleMayCreate(key.kind()) && !serversOwn(current.body()).equals(serversOwn(next))) {
            throw Refusal.forbidden(
                    key.kind(),
                    key.name(),
                    "the spec of " + key.kind().plural()
                            + " (but for hold and policy.retriedAt of assignments) is written by the"
                            + " server; change the UnitSet "
                            + current.body().at("/spec/unitSet").asText() + " instead");
        }
        if (key.kind().equals(Kind.HOST) && !agentLabels(current.body()).equals(agentLabels(next))) {
            throw Refusal.invalid(
                    key.kind(),
                    key.name(),
                    List.of(new FieldError(
                            "metadata.labels",
                            "FieldValueForbidden",
                            "labels that begin with " + Host.AGENT_LABEL_PREFIX
                                    + " are written by the host's agent; use another prefix")));
        }
    }

    /// The spec without what people may say of an Assignment: that it is held, and that what failed is tried again.
    static ObjectNode serversOwn(ObjectNode body) {
        ObjectNode own = Codec.JSON.createObjectNode();
        own.set("spec", body.path("spec").deepCopy());
        if (own.get("spec") instanceof ObjectNode spec) {
            spec.remove("hold");
            if (spec.get("policy") instanceof ObjectNode policy) {
                policy.remove("retriedAt");
                if (policy.isEmpty()) {
                    spec.remove("policy");
                }
            }
        }
        return own;
    }

    /// Writes down who held something or asked for another try: `caller` decides that for itself as little as anybody.
    static void sign(ObjectNode before, ObjectNode next, Caller.Person caller) {
        if (next.at("/spec/hold") instanceof ObjectNode hold) {
            var same = before.at("/spec/hold").deepCopy();
            if (same instanceof ObjectNode held) {
                hold.put("by", held.path("by").asText(caller.name()));
            }
            if (!hold.equals(same)) {
                hold.put("by", caller.name());
            }
        }
        var retriedAt = next.at("/spec/policy/retriedAt");
        if (!retriedAt.isMissingNode() && !retriedAt.equals(before.at("/spec/policy/retriedAt"))) {
            next.withObject("/metadata/annotations").put(RETRIED_BY, caller.name());
        }
    }

    static void refuseForeignDeletion(Kind kind, String name) {
        if (!peopleMayDelete(kind)) {
            throw Refusal.forbidden(
                    kind,
                    name,
                    "assignments come and go with their UnitSet; delete the UnitSet, or change its selector or the"
                            + " host's labels");
        }
        if (kind.equals(Kind.NAMESPACE) && name.equals(Namespaces.DEFAULT)) {
            throw Refusal.forbidden(kind, name, "this namespace may not be deleted");
        }
    }

    private static Map<String, String> agentLabels(ObjectNode host) {
        var labels = Selection.labels(host);
        labels.keySet().removeIf(key -> !key.startsWith(Host.AGENT_LABEL_PREFIX));
        return labels;
    }
}
