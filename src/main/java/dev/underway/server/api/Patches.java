package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.List;
import java.util.Map;

/// Changes to an object that a client sends instead of the object: JSON Merge Patch (RFC 7386) and JSON Patch
/// (RFC 6902).
///
/// Strategic merge patch is refused as for custom resources, and not advertised, so that `kubectl apply` and
/// `kubectl edit` do not ask for it.
sealed interface Patches {
    /// The media type of what somebody applies, which says what shall be and not what changes: see [FieldTracking].
    String APPLY = "application/apply-patch+yaml";

    /// `original` with the changes; `original` stays as it is.
    ObjectNode apply(ObjectNode original);

    /// Fields that occur twice in the patch itself.
    List<String> duplicates();

    static Patches of(Kind kind, Request request) {
        return switch (Bodies.type(request)) {
            case "application/strategic-merge-patch+json" -> strategic(kind, request);
            case "application/merge-patch+json" -> {
                var sent = Bodies.json(request.body());
                yield new Merge(sent.object(), sent.duplicates());
            }
            case "application/json-patch+json" ->
                Operations.of(Bodies.jsonValue(request.body()).tree());
            default -> throw unsupported(request);
        };
    }

    /// kubectl sends no other patch for kinds that it knows itself. Namespaces and Events have no lists that are merged
    /// by key, so the patch means what a merge patch means, and its hints about the order of lists say nothing.
    private static Patches strategic(Kind kind, Request request) {
        if (!kind.group().isEmpty()) {
            throw unsupported(request);
        }
        var sent = Bodies.json(request.body());
        dropOrder(sent.object());
        return new Merge(sent.object(), sent.duplicates());
    }

    private static void dropOrder(ObjectNode patch) {
        for (var name :
                List.copyOf(patch.propertyStream().map(Map.Entry::getKey).toList())) {
            if (name.startsWith("$setElementOrder/")) {
                patch.remove(name);
            } else if (name.startsWith("$")) {
                throw Refusal.unsupportedMediaType(
                        "the directive " + name + " of strategic merge patches is not served; use --type=merge");
            } else if (patch.get(name) instanceof ObjectNode inner) {
                dropOrder(inner);
            }
        }
    }

    private static Refusal unsupported(Request request) {
        return Refusal.unsupportedMediaType("the body of the request was in an unknown format ("
                + Bodies.type(request) + ") - accepted media types include: application/json-patch+json, "
                + "application/merge-patch+json, " + APPLY);
    }

    /// Fields of the patch replace those of the object, null removes, lists are replaced whole.
    record Merge(ObjectNode patch, List<String> duplicates) implements Patches {
        @Override
        public ObjectNode apply(ObjectNode original) {
            return merged(original, patch);
        }

        private static ObjectNode merged(JsonNode target, ObjectNode patch) {
            ObjectNode result = target instanceof ObjectNode object ? object.deepCopy() : Codec.JSON.createObjectNode();
            for (var field : patch.properties()) {
                switch (field.getValue()) {
                    case ObjectNode inner -> result.set(field.getKey(), merged(result.path(field.getKey()), inner));
                    case JsonNode value when value.isNull() -> result.remove(field.getKey());
                    case JsonNode value -> result.set(field.getKey(), value);
                }
            }
            return result;
        }
    }

    /// A list of operations, carried out in order, all or none.
    record Operations(ArrayNode operations) implements Patches {
        private static final int MOST = 1000;

        private static Operations of(JsonNode tree) {
            if (!(tree instanceof ArrayNode operations)) {
                throw Refusal.badRequest("a JSON patch must be a list of operations");
            }
            if (operations.size() > MOST) {
                throw Refusal.badRequest("a JSON patch may have at most " + MOST + " operations");
            }
            return new Operations(operations);
        }

        @Override
        public List<String> duplicates() {
            return List.of();
        }

        @Override
        public ObjectNode apply(ObjectNode original) {
            JsonNode result = original;
            for (var operation : operations) {
                targetExists(operation, result);
                result = applied(operation, result);
                // Twenty copies of the whole into itself would be a million times the whole.
                if (operation.path("op").asText().equals("copy") && Codec.bytes(result).length > Bodies.MAX_BYTES) {
                    throw Refusal.tooLarge();
                }
            }
            if (result instanceof ObjectNode object) {
                return object;
            }
            throw Refusal.unprocessable("the JSON patch makes something else than an object");
        }

        /// Whatever the library complains of, it is the patch: for a name in the place of an index it throws an
        /// IllegalStateException.
        private static JsonNode applied(JsonNode operation, JsonNode object) {
            try {
                return JsonPatch.apply(Codec.JSON.createArrayNode().add(operation), object);
            } catch (RuntimeException e) {
                throw Refusal.unprocessable("the JSON patch does not fit the object: " + e.getMessage());
            }
        }

        /// RFC 6902 asks that what is removed or moved exists; the library lets it pass.
        private static void targetExists(JsonNode operation, JsonNode object) {
            var field =
                    switch (operation.path("op").asText()) {
                        case "remove" -> "path";
                        case "move", "copy" -> "from";
                        default -> "";
                    };
            var pointer = operation.path(field).asText("");
            if (!field.isEmpty()
                    && (!pointer.startsWith("/") || object.at(pointer).isMissingNode())) {
                throw Refusal.unprocessable(
                        "the JSON patch does not fit the object: there is nothing at \"" + pointer + "\"");
            }
        }
    }
}
