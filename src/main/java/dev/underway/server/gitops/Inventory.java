package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.GitSource;
import dev.underway.model.Kind;
import dev.underway.server.store.Follower;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Who owns what: every resource that a repository may hold, as this replica last heard of it.
///
/// The owner stands in an annotation of the resource itself, written together with it, so that nothing is forgotten
/// when a server dies in the middle of a commit.
final class Inventory implements Follower.Reader {
    static final List<Kind> KINDS = List.of(Kind.NAMESPACE, Kind.UNIT_SET, Kind.GIT_SOURCE);

    private final Map<Resource.Key, Live> known = new HashMap<>();
    private final BiConsumer<Resource.Key, Seen> listener;

    /// A resource that is there.
    ///
    /// @param owner `<namespace>/<name>` of the source that applied it, null when a person made it
    /// @param commit that changed it last, and its author
    /// @param claims null unless it is a UnitSet
    /// @param wording of what people write: generation, labels and annotations
    record Live(
            Resource.Key key,
            String uid,
            @Nullable String owner,
            String commit,
            String author,
            boolean deleting,
            @Nullable Claims claims,
            int wording) {
        private static Live of(Resource resource) {
            var metadata = resource.body().path("metadata");
            var annotations = metadata.path("annotations");
            return new Live(
                    resource.key(),
                    resource.uid(),
                    annotations.path(GitSource.OWNER).asText(null),
                    annotations.path(GitSource.COMMIT).asText(""),
                    annotations.path(GitSource.AUTHOR).asText(""),
                    resource.deleting(),
                    resource.key().kind().equals(Kind.UNIT_SET) ? claimsOf(resource) : null,
                    Objects.hash(resource.generation(), metadata.get("labels"), annotations));
        }
    }

    /// What was stored by older rules may not be readable; then the agents find its conflicts.
    private static @Nullable Claims claimsOf(Resource set) {
        try {
            return Claims.of(set.body());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// What happened to a resource: how it was and how it is, null when it was or is not there.
    record Seen(@Nullable Live before, @Nullable Live after) {
        /// Whether anything is different that people write.
        boolean isNews() {
            return before == null || after == null || before.wording != after.wording || !before.uid.equals(after.uid);
        }
    }

    /// @param listener is told of every change, on the follower's thread
    Inventory(BiConsumer<Resource.Key, Seen> listener) {
        this.listener = listener;
    }

    @Override
    public void everything(Kind kind, List<Resource> all, long resourceVersion) {
        var gone = new HashMap<Resource.Key, Live>();
        synchronized (this) {
            known.values().stream()
                    .filter(live -> live.key().kind().equals(kind))
                    .forEach(live -> gone.put(live.key(), live));
        }
        for (var resource : all) {
            gone.remove(resource.key());
            put(resource.key(), Live.of(resource));
        }
        gone.keySet().forEach(key -> put(key, null));
    }

    @Override
    public void changed(ResourceStore.Event event) {
        put(event.key(), event.type() == ResourceStore.Event.Type.DELETED ? null : Live.of(event.resource()));
    }

    @Override
    public void reached(long resourceVersion) {
        // Nothing waits for it here.
    }

    private void put(Resource.Key key, @Nullable Live live) {
        Seen seen;
        synchronized (this) {
            seen = new Seen(live == null ? known.remove(key) : known.put(key, live), live);
        }
        listener.accept(key, seen);
    }

    /// Everything, as of now.
    synchronized Map<Resource.Key, Live> view() {
        return Map.copyOf(known);
    }

    /// What is there, as it is written now.
    static Live live(Resource.Key key, ObjectNode body) {
        return Live.of(new Resource(key, 0, body));
    }
}
