package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import java.util.Objects;

/// What a command is about, as people name it: `NAMESPACE/NAME`, or a name in the namespace of the connection.
record Subject(String namespace, String name) {

    static Subject of(String text, String namespace) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new Subject(namespace, text)
                : new Subject(text.substring(0, slash), text.substring(slash + 1));
    }

    static Subject of(UnitSet set) {
        return new Subject(
                Objects.requireNonNullElse(set.metadata().namespace(), ""),
                set.metadata().name());
    }

    /// Path of the UnitSet, of what is below it with `part` such as `/rollout`.
    String path(String part) {
        return ApiClient.path(Kind.UNIT_SET, namespace, name) + part;
    }

    UnitSet unitSet(ApiClient api) throws CommandFailed {
        return Codec.read(api.get(path("")).body(), UnitSet.class);
    }

    /// Changes the UnitSet by a merge patch.
    UnitSet patch(ApiClient api, ObjectNode patch) throws CommandFailed {
        return Codec.read(
                api.send("PATCH", path(""), ApiClient.Content.mergePatch(patch)).body(), UnitSet.class);
    }

    /// As kubectl prints it.
    String printed() {
        return Kind.UNIT_SET.singular() + "." + Kind.UNIT_SET.group() + "/" + name;
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
