package dev.underway.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.underway.model.Manifests.ManifestException;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// What a YAML scalar means in JSON, by the core schema of YAML 1.2 (section 10.3).
final class Scalars {
    /// Longest text that is read as a number; anything longer would only cost time.
    private static final int MAX_NUMBER = 64;

    private static final CoreSchema CORE = new CoreSchema();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Scalars() {}

    static JsonNode value(ScalarEvent scalar) throws ManifestException {
        var text = scalar.getValue();
        var tag = tag(scalar);
        if (tag.equals(Tag.STR)) {
            return JSON.textNode(text);
        }
        if (tag.equals(Tag.NULL)) {
            return JSON.nullNode();
        }
        if (tag.equals(Tag.BOOL)) {
            return JSON.booleanNode(text.equalsIgnoreCase("true"));
        }
        if (text.length() <= MAX_NUMBER && tag.equals(Tag.INT)) {
            return integer(scalar);
        }
        if (text.length() <= MAX_NUMBER && tag.equals(Tag.FLOAT)) {
            return decimal(scalar);
        }
        throw YamlReader.refusal(
                scalar.getStartMark(), "the value " + excerpt(text) + " (" + tag + ") is not supported; quote it");
    }

    private static Tag tag(ScalarEvent scalar) {
        var explicit = scalar.getTag().filter(tag -> !tag.equals("!"));
        if (explicit.isPresent()) {
            return new Tag(explicit.get());
        }
        boolean plain = scalar.isPlain() && scalar.getTag().isEmpty();
        return plain ? CORE.getScalarResolver().resolve(scalar.getValue(), true) : Tag.STR;
    }

    private static JsonNode integer(ScalarEvent scalar) throws ManifestException {
        var text = scalar.getValue();
        try {
            var number = text.startsWith("0x")
                    ? new BigInteger(text.substring(2), 16)
                    : text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
            if (number.bitLength() < Integer.SIZE) {
                return JSON.numberNode(number.intValue());
            }
            return number.bitLength() < Long.SIZE ? JSON.numberNode(number.longValue()) : JSON.numberNode(number);
        } catch (NumberFormatException e) {
            throw YamlReader.refusal(scalar.getStartMark(), excerpt(text) + " is not an integer; quote it");
        }
    }

    private static JsonNode decimal(ScalarEvent scalar) throws ManifestException {
        try {
            return JSON.numberNode(new BigDecimal(scalar.getValue()).doubleValue());
        } catch (NumberFormatException e) {
            throw YamlReader.refusal(
                    scalar.getStartMark(), excerpt(scalar.getValue()) + " is no number of JSON; quote it");
        }
    }

    private static String excerpt(String text) {
        return text.length() <= 40 ? text : text.substring(0, 39) + "…";
    }
}
