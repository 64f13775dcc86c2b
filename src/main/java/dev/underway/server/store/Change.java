package dev.underway.server.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// Decides what becomes of one resource. Called inside the store's committer with the current state, possibly more than
/// once: it must be quick and
/// free of effects. An exception that it throws is passed to the caller of [ResourceStore#write] and nothing is
/// written.
@FunctionalInterface
public interface Change {
    /// What to store, given what is stored now (null when nothing is).
    ///
    /// The body that comes back is stored with the metadata that the store owns put right: uid and
    /// creationTimestamp (new on creation, else as
    /// before), generation (+1 when anything but metadata and status changed), resourceVersion. The same body as
    /// before is a no-op: no new
    /// resourceVersion, no event. Returning null deletes the row at once; two-phase deletion with finalizers is
    /// [Deletion#request].
    @Nullable
    ObjectNode apply(@Nullable Resource current) throws StoreException;
}
