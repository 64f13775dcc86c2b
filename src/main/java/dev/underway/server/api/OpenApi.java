package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.schema.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// OpenAPI v3: an index, and a document for each group version whose URL carries its hash, so that clients keep it for
/// ever.
///
/// kubectl reads three things from it: schemas and descriptions (`explain`), whether a PATCH of a kind has the
/// parameter `fieldValidation` (then the server checks, not kubectl), and which patch types a kind takes. Strategic
/// merge patch is not among them on purpose: kubectl would use it.
final class OpenApi {
    private static final String V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private final ObjectNode index = Codec.JSON.createObjectNode();
    private final Map<String, byte[]> documents = new LinkedHashMap<>();

    OpenApi() {
        var paths = index.putObject("paths");
        for (var path : List.of("api/v1", "apis/" + Kind.GROUP + "/" + Kind.VERSION)) {
            var document = Codec.bytes(document(path));
            documents.put(path, document);
            paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + Cached.digest(document));
        }
    }

    Answer index(Request request) {
        return Cached.json(request, index);
    }

    /// Says nothing, in the older format: kubectl asks for it before it says that it does not know a kind, and takes a
    /// missing document for a failure. With a client that accepts only protobuf it is the message
    /// `openapi.v2.Document{swagger = 1}`.
    Answer v2(Request request) {
        var type = MediaRange.of(request.headers().get("Accept")).getFirst().type();
        return type.contains("proto-openapi.spec.v2")
                ? Cached.of(request, V2_PROTOBUF, new byte[] {1 << 3 | 2, 3, '2', '.', '0'}, Map.of())
                : Cached.json(request, Codec.JSON.createObjectNode().put("swagger", "2.0"));
    }

    Answer document(String path, Request request) {
        var document = documents.get(path);
        if (document == null) {
            throw Refusal.noSuchPath();
        }
        boolean named = Cached.digest(document).equals(request.parameter("hash"));
        return Cached.of(
                request,
                "application/json",
                document,
                named ? Map.of("Cache-Control", "public, immutable, max-age=31536000") : Map.of());
    }

    private static ObjectNode document(String path) {
        var document = Codec.JSON.createObjectNode().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Underway").put("version", "v1");
        var paths = document.putObject("paths");
        var schemas = document.putObject("components").putObject("schemas");
        boolean core = path.equals("api/v1");
        for (var kind : core ? Discovery.kinds("", "v1") : Discovery.kinds(Kind.GROUP, Kind.VERSION)) {
            var schema = Schema.of(kind).toOpenApi();
            schema.putArray("x-kubernetes-group-version-kind").add(Discovery.groupVersionKind(kind));
            schemas.set(component(kind), schema);
            list(kind, schemas.putObject(component(kind) + "List"));
            operations(kind, "/" + path, paths);
        }
        return document;
    }

    private static String component(Kind kind) {
        return kind.group().isEmpty()
                ? "io.k8s.api.core." + kind.version() + "." + kind.name()
                : "dev.underway." + kind.version() + "." + kind.name();
    }

    private static void list(Kind kind, ObjectNode schema) {
        schema.put("type", "object").put("description", "A list of " + kind.plural() + ".");
        var properties = schema.putObject("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        properties.putObject("metadata").put("type", "object");
        properties.putObject("items").put("type", "array").putObject("items").put("$ref", reference(component(kind)));
        schema.putArray("x-kubernetes-group-version-kind")
                .add(Discovery.groupVersionKind(kind).put("kind", kind.name() + "List"));
    }

    private static void operations(Kind kind, String prefix, ObjectNode paths) {
        var verbs = Discovery.verbs(kind);
        var everywhere = prefix + "/" + kind.plural();
        var collection = kind.namespaced() ? prefix + "/namespaces/{namespace}/" + kind.plural() : everywhere;
        if (kind.namespaced()) {
            operation(paths.putObject(everywhere), "get", "list", kind);
        }
        var many = paths.putObject(collection);
        var one = paths.putObject(collection + "/{name}");
        parameters(many, kind, false);
        parameters(one, kind, true);
        operation(many, "get", "list", kind);
        if (verbs.contains("create")) {
            operation(many, "post", "create", kind);
        }
        if (verbs.contains("deletecollection")) {
            operation(many, "delete", "deletecollection", kind);
        }
        operation(one, "get", "get", kind);
        operation(one, "put", "update", kind);
        operation(one, "patch", "patch", kind);
        if (verbs.contains("delete")) {
            operation(one, "delete", "delete", kind);
        }
        if (kind.hasStatus()) {
            var status = paths.putObject(collection + "/{name}/status");
            parameters(status, kind, true);
            operation(status, "get", "get", kind);
            operation(status, "put", "update", kind);
            operation(status, "patch", "patch", kind);
        }
    }

    private static void parameters(ObjectNode path, Kind kind, boolean named) {
        var parameters = path.putArray("parameters");
        if (named) {
            parameters.add(parameter("name", "path", "Name of the " + kind.name() + ".")
                    .put("required", true));
        }
        if (kind.namespaced()) {
            parameters.add(
                    parameter("namespace", "path", "Namespace of the object.").put("required", true));
        }
    }

    private static void operation(ObjectNode path, String method, String action, Kind kind) {
        var operation = path.putObject(method);
        operation.put("description", action + " " + kind.plural());
        var parameters = operation.putArray("parameters");
        if (!method.equals("get")) {
            parameters.add(parameter("dryRun", "query", "All: check and answer, but store nothing."));
        }
        if (method.equals("post") || method.equals("put") || method.equals("patch")) {
            parameters.add(
                    parameter("fieldValidation", "query", "Ignore, Warn or Strict: what to do about unknown fields."));
            parameters.add(parameter("fieldManager", "query", "Who makes the change."));
        }
        if (method.equals("patch")) {
            parameters.add(parameter("force", "query", "An apply takes fields from others that own them."));
        }
        if (action.equals("list") || action.equals("deletecollection")) {
            for (var name : List.of("labelSelector", "fieldSelector", "limit", "continue", "resourceVersion")) {
                parameters.add(parameter(name, "query", "As in Kubernetes."));
            }
        }
        var object = component(kind);
        switch (method) {
            case "post", "put" -> content(operation.putObject("requestBody"), "application/json", object);
            case "patch" -> {
                var body = operation.putObject("requestBody");
                for (var type : List.of("application/json-patch+json", "application/merge-patch+json", Patches.APPLY)) {
                    body.withObject("/content")
                            .putObject(type)
                            .putObject("schema")
                            .put("type", type.contains("json-patch") ? "array" : "object");
                }
            }
            default -> {}
        }
        var answer = operation.putObject("responses").putObject(method.equals("post") ? "201" : "200");
        answer.put("description", "OK");
        content(answer, "application/json", action.equals("list") ? object + "List" : object);
        operation.put("x-kubernetes-action", action);
        operation.set("x-kubernetes-group-version-kind", Discovery.groupVersionKind(kind));
    }

    private static void content(ObjectNode body, String type, String component) {
        body.putObject("content").putObject(type).putObject("schema").put("$ref", reference(component));
    }

    private static String reference(String component) {
        return "#/components/schemas/" + component;
    }

    private static ObjectNode parameter(String name, String in, String description) {
        var parameter =
                Codec.JSON.createObjectNode().put("name", name).put("in", in).put("description", description);
        parameter.putObject("schema").put("type", "string");
        return parameter;
    }
}
