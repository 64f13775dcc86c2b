package dev.underway.server.store;

import dev.underway.server.store.ResourceStore.Event;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One entry of the log as it is read: the resource after the change, or as it last was when the change removed it; and
/// what selections saw of it before (null when it did not exist) and after.
///
/// @param json the body in UTF-8. All who read the entry share it; nobody changes it.
record LogEntry(
        Resource.Key key,
        long number,
        boolean removed,
        @Nullable Seen was,
        Seen is,
        byte[] json) {
    /// Bytes of memory that an entry takes besides its body; an estimate, with few labels.
    private static final int OVERHEAD = 1024;

    /// What a watcher of this selection learns from the change, if anything. A resource that leaves the selection is
    /// DELETED for it, with the new body: the old one is not kept.
    Optional<Event> to(Selection selection) {
        if (!selection.covers(key.namespace())) {
            return Optional.empty();
        }
        var before = was != null && was.by(selection);
        var after = !removed && is.by(selection);
        if (!before && !after) {
            return Optional.empty();
        }
        var type = !before ? Event.Type.ADDED : after ? Event.Type.MODIFIED : Event.Type.DELETED;
        return Optional.of(new Event(type, key, number, json));
    }

    /// About how many bytes of memory it takes.
    int weight() {
        return json.length + OVERHEAD;
    }
}
