package dev.underway.server.store;

import dev.underway.server.store.ResourceStore.Event;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One entry of the log: the resource after the change, or as it last was when the change removed it; and what
/// selections saw of it before, null when it did not exist.
record LoggedChange(
        Resource resource, boolean removed, @Nullable Seen was) {

    /// What a watcher of this selection learns from the change, if anything. A resource that leaves the selection is
    /// DELETED for it, with the new body: the old one is not kept.
    Optional<Event> to(Selection selection) {
        var before = was != null && was.by(selection);
        var after = !removed && Seen.of(resource).by(selection);
        if (!before && !after) {
            return Optional.empty();
        }
        var type = !before ? Event.Type.ADDED : after ? Event.Type.MODIFIED : Event.Type.DELETED;
        return Optional.of(new Event(type, resource));
    }
}
