package dev.underway.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// Collects the fields that a value has.
final class FieldsOf {
    private final FieldSet.Builder found = new FieldSet.Builder();
    private final List<PathElement> path = new ArrayList<>();

    private FieldsOf() {}

    static FieldSet of(Structure structure, JsonNode value) {
        var fields = new FieldsOf();
        fields.collect(structure.of(value), value);
        return fields.found.build();
    }

    private void collect(Structure structure, JsonNode value) {
        switch (structure) {
            case Structure.Leaf _, Structure.Deduced _ -> found.add(path);
            case Structure.Fields fields -> {
                if (value instanceof ObjectNode object) {
                    object.properties().forEach(field -> field(fields, field.getKey(), field.getValue()));
                }
            }
            case Structure.SetOf _ -> elements(structure, Structure.leaf(), value);
            case Structure.Keyed keyed -> elements(structure, keyed.element(), value);
        }
    }

    private void field(Structure.Fields fields, String name, JsonNode value) {
        path.add(new PathElement.Field(name));
        collect(fields.of(name).of(value), value);
        boolean named = fields.named().containsKey(name);
        if (!named || value.isNull() || (value.isObject() && value.isEmpty())) {
            found.add(path);
        }
        path.removeLast();
    }

    private void elements(Structure list, Structure structure, JsonNode value) {
        if (!value.isArray()) {
            return;
        }
        for (var item : value) {
            var element = PathElement.of(list, item);
            if (element != null) {
                path.add(element);
                collect(structure.of(item), item);
                found.add(path);
                path.removeLast();
            }
        }
    }
}
