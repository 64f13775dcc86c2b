package dev.underway.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Null means absent: nobody can own it. Entries of maps are left alone, where it is a mistake that must be told.
public final class Nulls {
    private Nulls() {}

    /// Removes the fields of objects that are null.
    public static void drop(Structure structure, JsonNode value) {
        switch (structure.of(value)) {
            case Structure.Fields fields
            when value instanceof ObjectNode object -> {
                object.properties()
                        .removeIf(field -> field.getValue().isNull()
                                && (fields.named().containsKey(field.getKey())
                                        || !(fields.others() instanceof Structure.Leaf)));
                object.properties().forEach(field -> drop(fields.of(field.getKey()), field.getValue()));
            }
            case Structure.Keyed keyed -> value.forEach(item -> drop(keyed.element(), item));
            case Structure.Fields _, Structure.Leaf _, Structure.SetOf _, Structure.Deduced _ -> {}
        }
    }
}
