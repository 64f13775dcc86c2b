package dev.underway.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What of a JSON value has an owner of its own: the part of a schema that server-side apply merges by
/// ("Merge strategy" in Kubernetes' documentation of server-side apply).
public sealed interface Structure {
    /// Owned as one: scalars, atomic lists, atomic objects.
    record Leaf() implements Structure {}

    /// An object whose fields have owners of their own. `others` is the structure of all fields that are not named;
    /// null when there are none.
    record Fields(Map<String, Structure> named, @Nullable Structure others) implements Structure {
        /// The structure of a field. One that the schema does not know, in an object from before it, is taken as it
        /// is.
        Structure of(String field) {
            var known = named.getOrDefault(field, others);
            return known == null ? deduced() : known;
        }
    }

    /// A list of scalars, each there once and with owners of its own: `x-kubernetes-list-type: set`.
    record SetOf() implements Structure {}

    /// A list of objects that `keys` tell apart: `x-kubernetes-list-type: map`.
    record Keyed(List<String> keys, Structure element) implements Structure {}

    /// Without a schema: an object is [Fields] of the same kind, everything else is a [Leaf].
    record Deduced() implements Structure {}

    static Structure leaf() {
        return new Leaf();
    }

    static Structure deduced() {
        return new Deduced();
    }

    /// The structure of this value: the same one, unless the value must tell. Absent and null may be objects.
    default Structure of(@Nullable JsonNode value) {
        if (!(this instanceof Deduced)) {
            return this;
        }
        return value == null || value.isNull() || value.isObject() ? new Fields(Map.of(), deduced()) : leaf();
    }
}
