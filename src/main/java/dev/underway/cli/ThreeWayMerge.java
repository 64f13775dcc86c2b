package dev.underway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import org.jspecify.annotations.Nullable;

/// What must be sent so that an object becomes as a manifest says, without touching what others wrote into it.
///
/// The rule is kubectl's for kinds that are not built into it: a JSON merge patch (RFC 7386) that sets what the
/// manifest
/// says and removes what the *last applied* manifest said and this one does not. Lists are replaced as a whole.
final class ThreeWayMerge {
    private ThreeWayMerge() {}

    /// The patch from `live` to `wanted`; empty when there is nothing to do. `lastApplied` is null for an object that
    /// was never applied: then nothing is removed.
    static ObjectNode patch(@Nullable ObjectNode lastApplied, ObjectNode wanted, ObjectNode live) {
        var patch = Codec.JSON.createObjectNode();
        var before = lastApplied == null ? Codec.JSON.createObjectNode() : lastApplied;
        before.fieldNames().forEachRemaining(name -> {
            if (isAbsent(wanted.get(name)) && live.has(name)) {
                patch.putNull(name);
            }
        });
        wanted.properties().forEach(field -> {
            var name = field.getKey();
            var value = field.getValue();
            var current = live.get(name);
            if (value instanceof ObjectNode object && current instanceof ObjectNode currentObject) {
                var inner = patch(before.get(name) instanceof ObjectNode o ? o : null, object, currentObject);
                if (!inner.isEmpty()) {
                    patch.set(name, inner);
                }
            } else if (!isAbsent(value) && !same(value, current)) {
                patch.set(name, value);
            }
        });
        return patch;
    }

    private static boolean isAbsent(@Nullable JsonNode value) {
        return value == null || value.isNull();
    }

    private static boolean same(JsonNode wanted, @Nullable JsonNode live) {
        return live != null && wanted.equals(ThreeWayMerge::compareScalars, live);
    }

    /// `1` and `1.0` are one number in JSON.
    private static int compareScalars(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        return a.equals(b) ? 0 : 1;
    }
}
