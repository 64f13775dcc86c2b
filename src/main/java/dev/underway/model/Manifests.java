package dev.underway.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Reads manifests: YAML or JSON, one or several documents, with bounds against bombs and errors that name the line.
///
/// YAML is read by the core schema of YAML 1.2, so `yes` and `on` are strings and `0640` is the number 640. JSON is
/// YAML. What JSON cannot say (infinity, other tags, cycles) is refused, and so are merge keys (`<<`).
public final class Manifests {
    /// Most bytes of one manifest file.
    public static final int MAX_BYTES = 3 << 20;

    private Manifests() {}

    /// A document and the line (from 1) at which it starts.
    public record Document(ObjectNode body, int line) {}

    /// The documents of `text`, empty ones left out. Duplicate keys, aliases beyond a small bound, more than
    /// [#MAX_BYTES], and documents that are not mappings are refused.
    public static List<Document> read(String text) throws ManifestException {
        if (text.length() > MAX_BYTES || text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new ManifestException(
                    0, 0, "the manifest is larger than " + MAX_BYTES + " bytes; divide it into several files");
        }
        return YamlReader.read(text);
    }

    /// A text that is no manifest. `line` and `column` count from 1, 0 when unknown.
    public static final class ManifestException extends Exception {
        private static final long serialVersionUID = 1;
        private final int line;
        private final int column;

        public ManifestException(int line, int column, String message) {
            super(line > 0 ? "line " + line + ": " + message : message);
            this.line = line;
            this.column = column;
        }

        public int line() {
            return line;
        }

        public int column() {
            return column;
        }
    }
}
