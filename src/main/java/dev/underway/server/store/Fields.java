package dev.underway.server.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// The fields by which resources of a kind can be selected (`--field-selector`), stored beside each event so that a
/// watcher learns when an object
/// leaves its selection.
///
/// Besides fields that an object really has there are those that say in a word how it is: `status.ready`,
/// `status.synced` and `status.healthy` are the statuses of these conditions, and `status.reason` is [#reason].
public final class Fields {
    private static final String READY = "Ready";
    private static final String SYNCED = "Synced";
    private static final String HEALTHY = "Healthy";

    private static final Map<Kind, Map<String, Function<JsonNode, String>>> OF = Map.of(
            Kind.UNIT_SET, conditions(Kind.UNIT_SET, READY),
            Kind.GIT_SOURCE, conditions(Kind.GIT_SOURCE, READY),
            Kind.REVISION, paths("spec.unitSet", "spec.digest"),
            Kind.ASSIGNMENT,
                    together(
                            paths("spec.host", "spec.unitSet", "spec.revision"),
                            conditions(Kind.ASSIGNMENT, SYNCED, HEALTHY)),
            Kind.HOST, together(paths("spec.cordoned"), conditions(Kind.HOST, READY)),
            Kind.NAMESPACE, paths("status.phase"),
            Kind.EVENT,
                    paths(
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
        return List.copyOf(OF.getOrDefault(kind, Map.of()).keySet());
    }

    public static Map<String, String> values(Kind kind, JsonNode body) {
        var values = new LinkedHashMap<String, String>();
        values.put("metadata.name", body.path("metadata").path("name").asText());
        values.put("metadata.namespace", body.path("metadata").path("namespace").asText(""));
        OF.getOrDefault(kind, Map.of()).forEach((field, value) -> values.put(field, value.apply(body)));
        return values;
    }

    /// Why an object is as it is, as `kubectl get` shows it: the reason of `Ready`; of an Assignment that of `Synced`,
    /// or when it is synced, that of `Healthy`. Empty when nothing is known yet.
    public static String reason(Kind kind, JsonNode body) {
        if (!kind.equals(Kind.ASSIGNMENT)) {
            return condition(body, READY, "reason");
        }
        var type = condition(body, SYNCED, "status").equals("True") ? HEALTHY : SYNCED;
        return condition(body, type, "reason");
    }

    /// A field of the condition of this type, empty when there is no such condition.
    public static String condition(JsonNode body, String type, String field) {
        for (var condition : body.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path(field).asText("");
            }
        }
        return "";
    }

    private static Map<String, Function<JsonNode, String>> paths(String... fields) {
        Map<String, Function<JsonNode, String>> values = new LinkedHashMap<>();
        for (var field : fields) {
            var names = field.split("\\.");
            values.put(field, body -> {
                JsonNode node = body;
                for (var name : names) {
                    node = node.path(name);
                }
                return node.asText("");
            });
        }
        return values;
    }

    private static Map<String, Function<JsonNode, String>> conditions(Kind kind, String... types) {
        Map<String, Function<JsonNode, String>> values = new LinkedHashMap<>();
        for (var type : types) {
            values.put("status." + type.toLowerCase(Locale.ROOT), body -> condition(body, type, "status"));
        }
        values.put("status.reason", body -> reason(kind, body));
        return values;
    }

    private static Map<String, Function<JsonNode, String>> together(
            Map<String, Function<JsonNode, String>> one, Map<String, Function<JsonNode, String>> other) {
        var all = new LinkedHashMap<>(one);
        all.putAll(other);
        return all;
    }
}
