package dev.underway.server.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a [Change] comes to, with the metadata that belongs to the store put right, after the API conventions of
/// Kubernetes ("Metadata", "Finalizers").
sealed interface Outcome {
    /// The resource to answer with.
    Resource resource();

    /// Nothing is different: no number is used, no event is written.
    record Unchanged(Resource resource) implements Outcome {}

    /// To be stored.
    record Stored(Resource resource) implements Outcome {}

    /// To be removed; the resource is as it last was, under the number of its removal.
    record Removed(Resource resource) implements Outcome {}

    /// Decides what `change` makes of `current`, under `number` if it makes a difference.
    static Outcome of(Resource.Key key, @Nullable Resource current, Change change, long number, Instant now)
            throws StoreException {
        var proposed = change.apply(current);
        if (proposed == null) {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, key + " not found");
            }
            return new Removed(numbered(key, number, current.body().deepCopy()));
        }
        // Through text, so that it equals what a later read will see, and is no longer the caller's to alter.
        var body = Json.object(Json.text(proposed));
        var metadata = body.withObject("/metadata");
        metadata.put("name", key.name());
        if (key.namespace().isEmpty()) {
            metadata.remove("namespace");
        } else {
            metadata.put("namespace", key.namespace());
        }
        if (current == null) {
            metadata.remove(List.of("deletionTimestamp", "deletionGracePeriodSeconds"));
            metadata.put("uid", UUID.randomUUID().toString());
            metadata.put(
                    "creationTimestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
            metadata.put("generation", 1);
            return new Stored(numbered(key, number, body));
        }
        return replaced(key, current, body, metadata, number);
    }

    private static Outcome replaced(
            Resource.Key key, Resource current, ObjectNode body, ObjectNode metadata, long number) {
        var before = current.body().path("metadata");
        for (var field : List.of("uid", "creationTimestamp", "resourceVersion", "generation")) {
            metadata.set(field, before.path(field));
        }
        if (current.deleting()) {
            metadata.set("deletionTimestamp", before.path("deletionTimestamp"));
            keepFinalizers(metadata, before.path("finalizers"));
        }
        if (body.equals(current.body())) {
            return new Unchanged(current);
        }
        var deletionBegins = metadata.has("deletionTimestamp") && !current.deleting();
        if (deletionBegins || !desired(body).equals(desired(current.body()))) {
            metadata.put("generation", Math.toIntExact(current.generation() + 1));
        }
        var resource = numbered(key, number, body);
        return resource.deleting() && metadata.path("finalizers").isEmpty()
                ? new Removed(resource)
                : new Stored(resource);
    }

    /// A resource that is being deleted loses finalizers and never gains one.
    private static void keepFinalizers(ObjectNode metadata, JsonNode before) {
        if (metadata.get("finalizers") instanceof ArrayNode finalizers) {
            var known = before.valueStream().toList();
            finalizers.removeIf(finalizer -> !known.contains(finalizer));
        }
    }

    /// What the generation counts: everything but metadata and status.
    private static Map<String, JsonNode> desired(ObjectNode body) {
        var fields = new HashMap<String, JsonNode>();
        body.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        fields.remove("metadata");
        fields.remove("status");
        return fields;
    }

    private static Resource numbered(Resource.Key key, long number, ObjectNode body) {
        body.withObject("/metadata").put("resourceVersion", Long.toString(number));
        return new Resource(key, number, body);
    }
}
