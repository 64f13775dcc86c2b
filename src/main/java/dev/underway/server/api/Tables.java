package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes objects in the [Form] that was negotiated: whole, as rows of a `Table`, or their metadata only.
///
/// @param objectInRow what a row of a table carries besides its cells (`includeObject`)
/// @param hosts what a table of Hosts shows besides them
record Tables(Kind kind, Form form, RowObject objectInRow, HostGlance.Source hosts, Instant now) {

    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    /// What a row carries: kubectl reads labels and namespaces from the metadata, and sorts by the whole object.
    enum RowObject {
        NONE,
        METADATA,
        OBJECT;

        static RowObject of(@Nullable String includeObject) {
            return switch (includeObject) {
                case null -> METADATA;
                case "", "Metadata" -> METADATA;
                case "None" -> NONE;
                case "Object" -> OBJECT;
                default ->
                    throw Refusal.badRequest(
                            "includeObject must be None, Metadata or Object, not \"" + includeObject + "\"");
            };
        }
    }

    static Tables negotiate(Kind kind, Request request, Instant now) {
        return new Tables(
                kind,
                Form.negotiate(request.headers().get("Accept")),
                RowObject.of(request.parameter("includeObject")),
                request.hosts(),
                now);
    }

    /// The same, at a later time.
    Tables at(Instant later) {
        return new Tables(kind, form, objectInRow, hosts, later);
    }

    /// One object as an answer of its own.
    JsonNode one(ObjectNode object) {
        return switch (form) {
            case OBJECT -> object;
            case METADATA -> metadataOnly(object);
            case TABLE -> {
                var metadata = Codec.JSON.createObjectNode();
                copyVersion(object, metadata);
                yield table(List.of(object), metadata, true);
            }
        };
    }

    /// A list with its metadata (resourceVersion, continue, remainingItemCount).
    JsonNode list(List<ObjectNode> objects, ObjectNode metadata) {
        return switch (form) {
            case OBJECT -> list(kind.apiVersion(), kind.name() + "List", objects, metadata);
            case METADATA ->
                list(
                        "meta.k8s.io/v1",
                        "PartialObjectMetadataList",
                        objects.stream().map(this::metadataOnly).toList(),
                        metadata);
            case TABLE -> table(objects, metadata, true);
        };
    }

    /// The object of a watch event. Only the first table of a watch describes its columns.
    JsonNode event(ObjectNode object, boolean first) {
        if (form != Form.TABLE) {
            return one(object);
        }
        var metadata = Codec.JSON.createObjectNode();
        copyVersion(object, metadata);
        return table(List.of(object), metadata, first);
    }

    /// The object of a BOOKMARK event: how far the watch has come, and, with `initialEnd`, that all there was at its
    /// beginning has been told.
    JsonNode bookmark(long resourceVersion, boolean initialEnd) {
        var object = Codec.JSON.createObjectNode();
        object.put("kind", kind.name()).put("apiVersion", kind.apiVersion());
        var metadata = object.putObject("metadata")
                .put("resourceVersion", Long.toString(resourceVersion))
                .putNull("creationTimestamp");
        if (initialEnd) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        return event(object, false);
    }

    private static JsonNode list(String apiVersion, String kind, List<? extends JsonNode> items, ObjectNode metadata) {
        var list = Codec.JSON.createObjectNode().put("kind", kind).put("apiVersion", apiVersion);
        list.set("metadata", metadata);
        var array = list.putArray("items");
        items.forEach(array::add);
        return list;
    }

    private ObjectNode metadataOnly(ObjectNode object) {
        var partial = Codec.JSON
                .createObjectNode()
                .put("kind", "PartialObjectMetadata")
                .put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.path("metadata"));
        return partial;
    }

    /// kubectl's copy of the manifest and the owners of fields would make a table as long as the objects themselves.
    private static ObjectNode shortened(ObjectNode partial) {
        if (partial.at("/metadata/annotations").has(LAST_APPLIED)) {
            partial.set("metadata", partial.path("metadata").deepCopy());
            partial.withObject("/metadata/annotations").remove(LAST_APPLIED);
        }
        return ManagedFields.without(partial);
    }

    private JsonNode table(List<ObjectNode> objects, ObjectNode metadata, boolean describe) {
        var columns = Columns.of(kind).columns();
        var table = Codec.JSON.createObjectNode().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.set("metadata", metadata);
        if (describe) {
            var definitions = table.putArray("columnDefinitions");
            columns.forEach(c -> definitions
                    .addObject()
                    .put("name", c.name())
                    .put("type", c.type())
                    .put("format", c.format())
                    .put("description", c.description())
                    .put("priority", c.priority()));
        } else {
            table.putNull("columnDefinitions");
        }
        var moment = new Columns.Moment(now, glances(objects));
        var rows = table.putArray("rows");
        for (var object : objects) {
            var row = rows.addObject();
            var cells = row.putArray("cells");
            columns.forEach(c -> cells.add(c.cell().apply(object, moment)));
            switch (objectInRow) {
                case NONE -> {}
                case METADATA -> row.set("object", shortened(metadataOnly(object)));
                case OBJECT -> row.set("object", ManagedFields.without(object));
            }
        }
        return table;
    }

    private Map<String, HostGlance> glances(List<ObjectNode> objects) {
        return kind.equals(Kind.HOST)
                ? hosts.of(objects.stream()
                        .map(host -> host.at("/metadata/name").asText())
                        .toList())
                : Map.of();
    }

    private static void copyVersion(ObjectNode object, ObjectNode metadata) {
        var version = object.at("/metadata/resourceVersion");
        if (version.isTextual()) {
            metadata.set("resourceVersion", version);
        }
    }
}
