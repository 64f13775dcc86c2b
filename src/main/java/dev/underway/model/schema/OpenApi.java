package dev.underway.model.schema;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Durations;
import dev.underway.model.Kind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a shape as OpenAPI v3, within what Kubernetes calls a structural schema.
final class OpenApi {
    private OpenApi() {}

    static ObjectNode of(Kind kind, Shape.Field root) {
        var schema = of(root);
        schema.putArray("x-kubernetes-group-version-kind")
                .addObject()
                .put("group", kind.group())
                .put("kind", kind.name())
                .put("version", kind.version());
        return schema;
    }

    private static ObjectNode of(Shape.Field field) {
        var schema = of(field.shape());
        if (!field.description().isEmpty()) {
            schema.put("description", field.description());
        }
        return schema;
    }

    private static ObjectNode of(Shape shape) {
        var schema = JsonNodeFactory.instance.objectNode();
        return switch (shape) {
            case Shape.Fields fields -> fields(schema, fields);
            case Shape.Text text -> text(schema, text);
            case Shape.Words words -> {
                schema.put("type", "string");
                words.words().forEach(schema.putArray("enum")::add);
                yield schema;
            }
            case Shape.Whole whole -> whole(schema, whole);
            case Shape.Bool _ -> schema.put("type", "boolean");
            case Shape.Time _ -> schema.put("type", "string").put("pattern", whole(Durations.PATTERN));
            case Shape.Stamp _ -> schema.put("type", "string").put("format", "date-time");
            case Shape.Share _, Shape.Listening _ -> {
                var choices = schema.putArray("anyOf");
                choices.addObject().put("type", "integer");
                choices.addObject().put("type", "string");
                yield schema.put("x-kubernetes-int-or-string", true);
            }
            case Shape.Many many -> many(schema, many);
            case Shape.TextByKey map -> {
                schema.put("type", "object");
                putIfBound(schema, "maxProperties", map.maxItems());
                schema.putObject("additionalProperties").put("type", "string");
                yield schema;
            }
            case Shape.Anything _ -> schema.put("type", "object").put("x-kubernetes-preserve-unknown-fields", true);
        };
    }

    private static ObjectNode fields(ObjectNode schema, Shape.Fields fields) {
        schema.put("type", "object");
        var required = fields.fields().entrySet().stream()
                .filter(entry -> entry.getValue().required())
                .map(Map.Entry::getKey)
                .toList();
        if (!required.isEmpty()) {
            required.forEach(schema.putArray("required")::add);
        }
        var properties = schema.putObject("properties");
        fields.fields().forEach((name, field) -> properties.set(name, of(field)));
        if (fields.owners() == Shape.Owners.ONE) {
            schema.put("x-kubernetes-map-type", "atomic");
        }
        return schema;
    }

    private static ObjectNode text(ObjectNode schema, Shape.Text text) {
        schema.put("type", "string");
        putIfBound(schema, "maxLength", text.maxLength());
        if (text.pattern() != null) {
            schema.put("pattern", whole(text.pattern()));
        }
        return schema;
    }

    /// A pattern of OpenAPI matches anywhere; ours match the whole string.
    private static String whole(String pattern) {
        return "^(" + pattern + ")$";
    }

    private static ObjectNode whole(ObjectNode schema, Shape.Whole whole) {
        schema.put("type", "integer").put("format", whole.width().format());
        if (whole.minimum() > whole.width().least()) {
            schema.put("minimum", whole.minimum());
        }
        if (whole.maximum() < whole.width().most()) {
            schema.put("maximum", whole.maximum());
        }
        return schema;
    }

    private static ObjectNode many(ObjectNode schema, Shape.Many many) {
        schema.put("type", "array");
        putIfBound(schema, "maxItems", many.maxItems());
        switch (many.merge()) {
            case Shape.Merge.Atomic _ -> schema.put("x-kubernetes-list-type", "atomic");
            case Shape.Merge.Set _ -> schema.put("x-kubernetes-list-type", "set");
            case Shape.Merge.ByKeys byKeys -> {
                schema.put("x-kubernetes-list-type", "map");
                byKeys.keys().forEach(schema.putArray("x-kubernetes-list-map-keys")::add);
            }
        }
        schema.set("items", of(many.element()));
        return schema;
    }

    private static void putIfBound(ObjectNode schema, String name, @Nullable Integer bound) {
        if (bound != null) {
            schema.put(name, bound);
        }
    }
}
