package dev.underway.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// A field of a tree that its schema does not know.
record UnknownField(ObjectNode parent, String name, String path) {

    /// All of them; what lies below an unknown field is not named again.
    static List<UnknownField> in(Shape shape, JsonNode tree) {
        var found = new ArrayList<UnknownField>();
        collect(shape, tree, Path.ROOT, found);
        return found;
    }

    void remove() {
        parent.remove(name);
    }

    private static void collect(Shape shape, JsonNode node, Path path, List<UnknownField> found) {
        if (shape instanceof Shape.Fields fields && node instanceof ObjectNode object) {
            object.properties().forEach(entry -> {
                var field = fields.fields().get(entry.getKey());
                var at = path.field(entry.getKey());
                if (field != null) {
                    collect(field.shape(), entry.getValue(), at, found);
                } else {
                    found.add(new UnknownField(object, entry.getKey(), at.text()));
                }
            });
        } else if (shape instanceof Shape.Many many && node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                collect(many.element(), array.get(i), path.element(i), found);
            }
        }
    }
}
