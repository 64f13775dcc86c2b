package dev.underway.server.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;

/// The text in the tables. What the store has written itself parses; anything else is damage.
final class Json {
    /// ASCII only: a lone surrogate is a legal JSON string, but no text for a database.
    private static final ObjectWriter WRITER = Codec.JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private Json() {}

    static String text(Object value) {
        try {
            return WRITER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static ObjectNode object(String text) {
        return read(text, ObjectNode.class);
    }

    static ObjectNode object(byte[] text) {
        return Codec.read(text, ObjectNode.class);
    }

    static <T> T read(String text, Class<T> type) {
        try {
            return Codec.JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds a row that is not JSON", e);
        }
    }
}
