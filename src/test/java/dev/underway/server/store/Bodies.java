package dev.underway.server.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/// Resources for tests, and changes to them.
final class Bodies {
    private Bodies() {}

    /// A host of a name that no other test has.
    static Resource.Key anyHost() {
        return Resource.Key.of(Kind.HOST, null, "h-" + UUID.randomUUID());
    }

    static ObjectNode body() {
        return Codec.JSON.createObjectNode();
    }

    static ObjectNode labelled(String key, String value) {
        ObjectNode body = body();
        body.putObject("metadata").putObject("labels").put(key, value);
        return body;
    }

    static ObjectNode finalized(String... finalizers) {
        ObjectNode body = body();
        var list = body.putObject("metadata").putArray("finalizers");
        List.of(finalizers).forEach(list::add);
        return body;
    }

    /// Edits a copy of what is stored.
    static Change edit(Consumer<ObjectNode> edit) {
        return current -> {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, "not found");
            }
            var copy = current.body().deepCopy();
            edit.accept(copy);
            return copy;
        };
    }

    static Change setSpec(String field, int value) {
        return edit(body -> body.withObject("/spec").put(field, value));
    }

    static Change setLabel(String key, String value) {
        return edit(body -> body.withObject("/metadata/labels").put(key, value));
    }

    static Change delete() {
        return current -> null;
    }

    static Selection label(String key, String value) {
        return new Selection("", labels -> value.equals(labels.get(key)), Selection.ANY);
    }
}
