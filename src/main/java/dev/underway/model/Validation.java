package dev.underway.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// What a schema cannot say about a manifest: paths, unit names, unit files that parse, references, duplicates, limits
/// over all content.
public final class Validation {
    /// Most bytes of all file contents and unit texts of one UnitSet together.
    public static final int MAX_CONTENT_BYTES = 1 << 20;

    private Validation() {}

    /// Everything that is wrong with an object of `kind` that its schema accepts; empty when nothing is. Order follows
    /// the object.
    public static List<FieldError> check(Kind kind, ObjectNode object) {
        throw new UnsupportedOperationException();
    }

    /// Sentences about what is allowed but probably not meant.
    public static List<String> warnings(Kind kind, ObjectNode object) {
        throw new UnsupportedOperationException();
    }
}
