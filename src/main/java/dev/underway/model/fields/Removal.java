package dev.underway.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Takes fields out of a value. A container that has nothing left becomes null, as in the reference.
final class Removal {
    private Removal() {}

    static JsonNode without(FieldSet fields, Structure structure, JsonNode value) {
        return switch (structure.of(value)) {
            case Structure.Leaf _, Structure.Deduced _ -> value.isContainerNode() ? NullNode.instance : value;
            case Structure.Fields object -> fields(fields, object, value);
            case Structure.SetOf _ -> elements(fields, structure, Structure.leaf(), value);
            case Structure.Keyed keyed -> elements(fields, structure, keyed.element(), value);
        };
    }

    private static JsonNode fields(FieldSet fields, Structure.Fields structure, JsonNode value) {
        if (!(value instanceof ObjectNode object)) {
            return NullNode.instance;
        }
        var result = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(field -> {
            var element = new PathElement.Field(field.getKey());
            if (!fields.has(element)) {
                result.set(
                        field.getKey(),
                        lessened(fields.below(element), structure.of(field.getKey()), field.getValue()));
            }
        });
        return result.isEmpty() ? NullNode.instance : result;
    }

    private static JsonNode elements(FieldSet fields, Structure list, Structure structure, JsonNode value) {
        if (!(value instanceof ArrayNode array)) {
            return NullNode.instance;
        }
        var result = JsonNodeFactory.instance.arrayNode();
        for (var item : array) {
            var element = PathElement.of(list, item);
            if (element == null) {
                result.add(item);
            } else if (!fields.has(element)) {
                result.add(lessened(fields.below(element), structure, item));
            }
        }
        return result.isEmpty() ? NullNode.instance : result;
    }

    private static JsonNode lessened(FieldSet fields, Structure structure, JsonNode value) {
        return fields.isEmpty() ? value : without(fields, structure, value);
    }
}
