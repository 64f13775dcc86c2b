package dev.underway.server.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Finalizers keep a resource that is being deleted until somebody has done what must be done first.
public final class Finalizers {
    private Finalizers() {}

    public static boolean has(Resource resource, String finalizer) {
        return resource.body()
                .path("metadata")
                .path("finalizers")
                .valueStream()
                .anyMatch(f -> f.asText().equals(finalizer));
    }

    /// Takes a finalizer away; a resource that is being deleted goes with its last one. Throws NOT_FOUND when there
    /// is no resource.
    public static Change without(String finalizer) {
        return current -> {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, "not found");
            }
            if (!has(current, finalizer)) {
                return current.body();
            }
            ObjectNode body = current.body().deepCopy();
            var metadata = body.withObject("/metadata");
            if (metadata.get("finalizers") instanceof ArrayNode finalizers) {
                finalizers.removeIf(f -> f.asText().equals(finalizer));
                if (finalizers.isEmpty()) {
                    metadata.remove("finalizers");
                }
            }
            return body;
        };
    }

    /// Adds a finalizer to a resource that is not being deleted.
    public static Change with(String finalizer) {
        return current -> {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, "not found");
            }
            if (current.deleting() || has(current, finalizer)) {
                return current.body();
            }
            ObjectNode body = current.body().deepCopy();
            body.withObject("/metadata").withArray("finalizers").add(finalizer);
            return body;
        };
    }
}
