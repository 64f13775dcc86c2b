package dev.underway.server.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Reads the objects that clients send: JSON, YAML, or the protobuf of the few kinds that kubectl sends no other way.
final class Bodies {
    /// Most bytes of a request's body and of a stored object.
    static final int MAX_BYTES = Manifests.MAX_BYTES;

    private Bodies() {}

    /// An object as it was sent, with the fields that occur twice in it.
    record Sent(ObjectNode object, List<String> duplicates) {}

    /// The media type of the body, `application/json` when none is said.
    static String type(Request request) {
        var header = request.headers().get("Content-Type");
        return header == null || header.isBlank()
                ? "application/json"
                : MediaRange.of(header).getFirst().type();
    }

    static Sent object(Request request) {
        return switch (type(request)) {
            case "application/json" -> json(request.body());
            case "application/yaml", "application/x-yaml", "text/yaml" -> yaml(request.body());
            case Protobuf.MEDIA_TYPE -> new Sent(Protobuf.read(request.body()), List.of());
            default ->
                throw Refusal.unsupportedMediaType("the body of the request was in an unknown format (" + type(request)
                        + ") - accepted media types include: application/json, application/yaml");
        };
    }

    /// What somebody applies: YAML, which JSON is. kubectl sends JSON, which is read faster and keeps duplicates.
    static Sent applied(Request request) {
        var body = request.body();
        if (body.length > 0 && body[0] == '{') {
            try {
                return json(body);
            } catch (Refusal _) {
                // YAML may begin like that too
            }
        }
        return yaml(body);
    }

    static Sent json(byte[] body) {
        var parsed = jsonValue(body);
        if (parsed.tree() instanceof ObjectNode object) {
            return new Sent(object, parsed.duplicates());
        }
        throw Refusal.badRequest("the body must be a JSON object, not "
                + parsed.tree().getNodeType().name().toLowerCase(java.util.Locale.ROOT));
    }

    static StrictJson.Parsed jsonValue(byte[] body) {
        try {
            return StrictJson.parse(body);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw Refusal.badRequest("the body is not JSON: " + e.getOriginalMessage()
                    + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Sent yaml(byte[] body) {
        try {
            var documents = Manifests.read(new String(body, StandardCharsets.UTF_8));
            if (documents.size() != 1) {
                throw Refusal.badRequest("the body must hold one YAML document, not " + documents.size()
                        + "; send one object a request");
            }
            return new Sent(documents.getFirst().body(), List.of());
        } catch (Manifests.ManifestException e) {
            throw Refusal.badRequest("the body is not a YAML manifest: " + e.getMessage());
        }
    }
}
