package dev.underway.server.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Kind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A stored resource: its key, its number, and its body as JSON.
///
/// `body` is the whole object as a client sees it (apiVersion, kind, metadata with uid, generation, times and
/// resourceVersion, spec, status).
/// Treat it as immutable; copy before changing.
public record Resource(Key key, long resourceVersion, ObjectNode body) {

    /// Where a resource lives. `namespace` is empty for cluster-scoped kinds.
    public record Key(Kind kind, String namespace, String name) {
        public static Key of(Kind kind, @Nullable String namespace, String name) {
            return new Key(kind, namespace == null ? "" : namespace, name);
        }

        /// Whether a resource can be called so: all names are of printable ASCII. A NUL or half a surrogate pair is no
        /// text for the database, or another one than here.
        boolean isStorable() {
            return isPrintable(namespace) && isPrintable(name);
        }

        private static boolean isPrintable(String text) {
            return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
        }

        @Override
        public String toString() {
            return kind.resource() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
        }
    }

    public String uid() {
        return body.path("metadata").path("uid").asText();
    }

    public long generation() {
        return body.path("metadata").path("generation").asLong();
    }

    public boolean deleting() {
        return body.path("metadata").has("deletionTimestamp");
    }

    /// The labels of a body.
    public Map<String, String> labels() {
        return Selection.labels(body);
    }

    /// The body as a record, such as `dev.underway.model.UnitSet`.
    public <T> T as(Class<T> type) {
        return dev.underway.model.Codec.read(body, type);
    }
}
