package dev.underway.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.underway.model.Codec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads JSON and notes the fields that occur twice in one object, which Jackson's tree would silently drop. The last
/// one counts, as in Kubernetes.
final class StrictJson {
    private static final int MAX_DEPTH = 200;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Bodies.MAX_BYTES)
                    .build())
            .build();

    /// A document and the paths of its duplicate fields, such as `spec.units[1].name`.
    record Parsed(JsonNode tree, List<String> duplicates) {}

    private final JsonParser parser;
    private final List<String> duplicates = new ArrayList<>();

    private StrictJson(JsonParser parser) {
        this.parser = parser;
    }

    /// Throws an exception of Jackson when `json` is not exactly one JSON value.
    static Parsed parse(byte[] json) throws IOException {
        try (var parser = FACTORY.createParser(json)) {
            parser.setCodec(Codec.JSON);
            parser.nextToken();
            var reader = new StrictJson(parser);
            var tree = reader.value("");
            if (parser.nextToken() != null) {
                throw new com.fasterxml.jackson.core.JsonParseException(parser, "more than one JSON value");
            }
            return new Parsed(tree, List.copyOf(reader.duplicates));
        }
    }

    private JsonNode value(String path) throws IOException {
        return switch (parser.currentToken()) {
            case null -> throw new com.fasterxml.jackson.core.JsonParseException(parser, "the body is empty");
            case START_OBJECT -> object(path);
            case START_ARRAY -> array(path);
            case VALUE_NULL -> NullNode.getInstance();
            default -> parser.readValueAsTree();
        };
    }

    private JsonNode object(String path) throws IOException {
        var object = JsonNodeFactory.instance.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            var field = path.isEmpty() ? name : path + "." + name;
            if (object.has(name)) {
                duplicates.add(field);
            }
            parser.nextToken();
            object.set(name, value(field));
        }
        return object;
    }

    private JsonNode array(String path) throws IOException {
        var array = JsonNodeFactory.instance.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(path + "[" + array.size() + "]"));
        }
        return array;
    }
}
