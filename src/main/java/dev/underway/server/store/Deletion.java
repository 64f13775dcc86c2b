package dev.underway.server.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/// Deletion in two phases: a resource with finalizers gets a deletionTimestamp and stays until the last finalizer is
/// removed.
public final class Deletion {
    private Deletion() {}

    /// A change that asks for deletion. Throws NOT_FOUND when there is nothing.
    public static Change request(Clock clock) {
        return current -> {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, "not found");
            }
            var metadata = current.body().path("metadata");
            if (metadata.path("finalizers").isEmpty()) {
                return null;
            }
            if (current.deleting()) {
                return current.body();
            }
            ObjectNode body = current.body().deepCopy();
            body.withObject("/metadata")
                    .put(
                            "deletionTimestamp",
                            clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
            return body;
        };
    }
}
