package dev.underway.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
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
    /// A hostile body must not become a large answer, nor a small body of long names many long paths.
    private static final int MOST_DUPLICATES = 50;

    private static final int LONGEST_PATH = 256;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Bodies.MAX_BYTES)
                    .build())
            .build();

    /// A document and the paths of its first duplicate fields, such as `spec.units[1].name`.
    record Parsed(JsonNode tree, List<String> duplicates) {}

    private final JsonParser parser;
    private final List<String> duplicates = new ArrayList<>();
    /// Where the parser is.
    private final StringBuilder path = new StringBuilder();

    private StrictJson(JsonParser parser) {
        this.parser = parser;
    }

    /// Throws an exception of Jackson when `json` is not exactly one JSON value.
    static Parsed parse(byte[] json) throws IOException {
        try (var parser = FACTORY.createParser(json)) {
            parser.setCodec(Codec.JSON);
            parser.nextToken();
            var reader = new StrictJson(parser);
            var tree = reader.value();
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "more than one JSON value");
            }
            return new Parsed(tree, List.copyOf(reader.duplicates));
        }
    }

    private JsonNode value() throws IOException {
        return switch (parser.currentToken()) {
            case null -> throw new JsonParseException(parser, "the body is empty");
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_NULL -> NullNode.getInstance();
            default -> parser.readValueAsTree();
        };
    }

    private JsonNode object() throws IOException {
        var object = JsonNodeFactory.instance.objectNode();
        int here = path.length();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            path.append(here == 0 ? "" : ".").append(name);
            if (object.has(name) && duplicates.size() < MOST_DUPLICATES) {
                duplicates.add(path.substring(0, Math.min(path.length(), LONGEST_PATH)));
            }
            parser.nextToken();
            object.set(name, value());
            path.setLength(here);
        }
        return object;
    }

    private JsonNode array() throws IOException {
        var array = JsonNodeFactory.instance.arrayNode();
        int here = path.length();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            path.append('[').append(array.size()).append(']');
            array.add(value());
            path.setLength(here);
        }
        return array;
    }
}
