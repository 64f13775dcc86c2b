package dev.underway.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import dev.underway.model.fields.Structure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The structural schema of a kind, read off its records: fields with their descriptions, types, enums and limits.
public final class Schema {
    private static final Map<Kind, Schema> SCHEMAS = new ConcurrentHashMap<>();

    private final Kind kind;
    private final Shape.Field root;
    private final Structure structure;

    private Schema(Kind kind, Shape.Field root) {
        this.kind = kind;
        this.root = root;
        this.structure = root.shape().structure();
    }

    /// The schema of a kind's whole object (with metadata).
    public static Schema of(Kind kind) {
        return SCHEMAS.computeIfAbsent(kind, k -> new Schema(k, root(k)));
    }

    /// What is wrong with `tree` besides unknown fields: types, required fields, enums, limits, elements of a list with
    /// the same key, and text that no database takes. Fields come in the order of the schema; at most
    /// [Checker#MAX_ERRORS] are named.
    public List<FieldError> check(JsonNode tree) {
        return Checker.check(root.shape(), tree);
    }

    /// The fields of `tree` that the schema does not know, as dotted paths such as `spec.units[1].contnet`.
    public List<String> unknownFields(JsonNode tree) {
        return UnknownField.in(root.shape(), tree).stream()
                .map(UnknownField::path)
                .toList();
    }

    /// Removes the fields that [#unknownFields] names.
    public void prune(ObjectNode tree) {
        UnknownField.in(root.shape(), tree).forEach(UnknownField::remove);
    }

    /// What server-side apply merges by: the same declarations as the list and map types of [#toOpenApi].
    public Structure structure() {
        return structure;
    }

    /// As OpenAPI v3: a structural schema without `$ref`, with `x-kubernetes-` list extensions from [Limit#mapKeys],
    /// map extensions from [Atomic], and the kind's `x-kubernetes-group-version-kind`. A new tree at every call.
    public ObjectNode toOpenApi() {
        return OpenApi.of(kind, root);
    }

    private static Shape.Field root(Kind kind) {
        var type = kind.type();
        var fields = new LinkedHashMap<String, Shape.Field>();
        fields.put("apiVersion", new Shape.Field("The version of this schema.", true, Shape.Text.ANY));
        fields.put("kind", new Shape.Field("The kind of the object.", true, Shape.Text.ANY));
        fields.putAll(RecordReader.fields(type).fields());
        fields.put("metadata", new Shape.Field("Name, labels and what the server keeps.", true, ObjectMeta.SHAPE));
        return new Shape.Field(RecordReader.description(type), true, new Shape.Fields(fields, Shape.Owners.EACH_FIELD));
    }
}
