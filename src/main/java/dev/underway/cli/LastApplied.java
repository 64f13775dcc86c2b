package dev.underway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import org.jspecify.annotations.Nullable;

/// The annotation in which client-side apply remembers what it applied. `underway apply` and `kubectl apply` read each
/// other's, and write the same bytes: sorted keys, `<`, `>` and `&` escaped as Go's encoder does, a newline at the end.
final class LastApplied {
    static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

    private static final ObjectWriter WRITER =
            Codec.JSON.writer(new GoEscapes()).with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

    private LastApplied() {}

    /// `manifest` with itself in the annotation.
    static ObjectNode annotate(ObjectNode manifest) {
        var plain = manifest.deepCopy();
        annotations(plain).remove(ANNOTATION);
        try {
            var text = WRITER.writeValueAsString(plain) + "\n";
            annotations(plain).put(ANNOTATION, text);
            return plain;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What was applied last, or null when the object was made in another way or the annotation was spoiled.
    static @Nullable ObjectNode of(ObjectNode live) {
        var text = live.path("metadata").path("annotations").path(ANNOTATION).asText("");
        try {
            return Codec.JSON.readTree(text) instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static ObjectNode annotations(ObjectNode object) {
        return object.withObjectProperty("metadata").withObjectProperty("annotations");
    }

    private static final class GoEscapes extends CharacterEscapes {
        private static final long serialVersionUID = 1;
        private static final String ESCAPED = "<>&";
        private final int[] ascii = standardAsciiEscapesForJSON();

        GoEscapes() {
            ESCAPED.chars().forEach(c -> ascii[c] = ESCAPE_CUSTOM);
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int character) {
            return ESCAPED.indexOf(character) >= 0 || character == 0x2028 || character == 0x2029
                    ? new SerializedString(String.format("\\u%04x", character))
                    : null;
        }
    }
}
