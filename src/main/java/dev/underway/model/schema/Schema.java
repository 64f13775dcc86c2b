package dev.underway.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import java.util.List;

/// The structural schema of a kind, read off its records: fields with their descriptions, types, enums and limits.
public final class Schema {
    /// The schema of a kind's whole object (with metadata). Kinds without a record accept any object.
    public static Schema of(Kind kind) {
        throw new UnsupportedOperationException();
    }

    /// What is wrong with `tree` besides unknown fields: types, required fields, enums, limits. `path` prefixes each
    /// field.
    public List<FieldError> check(JsonNode tree) {
        throw new UnsupportedOperationException();
    }

    /// The fields of `tree` that the schema does not know, as dotted paths such as `spec.units[1].contnet`.
    public List<String> unknownFields(JsonNode tree) {
        throw new UnsupportedOperationException();
    }

    /// Removes the fields that [#unknownFields] names.
    public void prune(ObjectNode tree) {
        throw new UnsupportedOperationException();
    }

    /// As OpenAPI v3 (a structural schema without `$ref`), with `x-kubernetes-` list extensions from [Limit#mapKeys].
    public ObjectNode toOpenApi() {
        throw new UnsupportedOperationException();
    }
}
