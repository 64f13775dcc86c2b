package dev.underway.server.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The fields by which resources of a kind can be selected (`--field-selector`), stored beside each event so that a
/// watcher learns when an object
/// leaves its selection.
public final class Fields {
    private static final Map<Kind, List<String>> OF = Map.of(
            Kind.UNIT_SET, List.of(),
            Kind.REVISION, List.of("spec.unitSet"),
            Kind.ASSIGNMENT, List.of("spec.host", "spec.unitSet"),
            Kind.HOST, List.of(),
            Kind.NAMESPACE, List.of(),
            Kind.EVENT,
                    List.of(
                            "involvedObject.kind",
                            "involvedObject.name",
                            "involvedObject.namespace",
                            "involvedObject.uid",
                            "involvedObject.apiVersion",
                            "reason",
                            "type"));

    private Fields() {}

    /// The selectable fields of a kind, besides metadata.name and metadata.namespace.
    public static List<String> of(Kind kind) {
        return OF.getOrDefault(kind, List.of());
    }

    public static Map<String, String> values(Kind kind, JsonNode body) {
        var values = new LinkedHashMap<String, String>();
        values.put("metadata.name", body.path("metadata").path("name").asText());
        values.put("metadata.namespace", body.path("metadata").path("namespace").asText(""));
        for (var field : of(kind)) {
            JsonNode node = body;
            for (var name : field.split("\\.")) {
                node = node.path(name);
            }
            values.put(field, node.asText(""));
        }
        return values;
    }
}
