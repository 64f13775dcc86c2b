package dev.underway.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Durations;
import dev.underway.model.FieldError;
import dev.underway.model.IntOrPercent;
import dev.underway.model.ListenAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Compares a tree with its shape and says what does not fit.
final class Checker {
    /// Most errors that one check names: a person fixes a few at a time, and a hostile body must not become a large
    /// answer.
    static final int MAX_ERRORS = 50;

    /// Longest duration text; `999999999h59m59s999ms` fits.
    private static final int MAX_DURATION = 32;

    private final List<FieldError> errors = new ArrayList<>();

    private Checker() {}

    static List<FieldError> check(Shape shape, JsonNode tree) {
        var checker = new Checker();
        checker.value(shape, tree, Path.ROOT);
        return List.copyOf(checker.errors);
    }

    private void add(Path path, String reason, String message) {
        if (errors.size() < MAX_ERRORS) {
            errors.add(new FieldError(path.text(), reason, message));
        }
    }

    private void invalid(Path path, String message) {
        add(path, "FieldValueInvalid", message);
    }

    private void wrongType(Path path, String expected, JsonNode node) {
        add(path, "FieldValueTypeInvalid", "must be " + expected + ", not " + name(node.getNodeType()));
    }

    private static String name(JsonNodeType type) {
        return switch (type) {
            case OBJECT, POJO -> "a mapping";
            case ARRAY -> "a list";
            case STRING, BINARY -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL, MISSING -> "null";
        };
    }

    private void value(Shape shape, JsonNode node, Path path) {
        if (errors.size() == MAX_ERRORS) {
            return;
        }
        switch (shape) {
            case Shape.Fields fields -> fields(fields, node, path);
            case Shape.Text text -> text(text, node, path);
            case Shape.Words words -> words(words, node, path);
            case Shape.Whole whole -> whole(whole, node, path);
            case Shape.Bool _ -> {
                if (!node.isBoolean()) {
                    wrongType(path, "true or false", node);
                }
            }
            case Shape.Time _ -> time(node, path);
            case Shape.Stamp _ -> stamp(node, path);
            case Shape.Share _ -> share(node, path);
            case Shape.Listening _ -> listening(node, path);
            case Shape.Many many -> many(many, node, path);
            case Shape.TextByKey map -> textByKey(map, node, path);
            case Shape.Anything _ -> anything(node, path);
        }
    }

    private void fields(Shape.Fields fields, JsonNode node, Path path) {
        if (!(node instanceof ObjectNode object)) {
            wrongType(path, "a mapping", node);
            return;
        }
        fields.fields().forEach((name, field) -> {
            var value = object.get(name);
            if (value != null && !value.isNull()) {
                value(field.shape(), value, path.field(name));
            } else if (field.required()) {
                add(path.field(name), "FieldValueRequired", "is required" + hint(field));
            }
        });
    }

    private static String hint(Shape.Field field) {
        return field.description().isEmpty() ? "" : ": " + field.description();
    }

    private void text(Shape.Text shape, JsonNode node, Path path) {
        if (!node.isTextual()) {
            wrongType(path, node.isNumber() || node.isBoolean() ? quoted(shape, node) : "a string", node);
            return;
        }
        var text = node.textValue();
        characters(text, path);
        if (shape.maxLength() != null && text.length() > shape.maxLength()) {
            add(
                    path,
                    "FieldValueTooLong",
                    "has " + text.length() + " characters; at most " + shape.maxLength() + " are allowed");
        } else if (shape.pattern() != null && !text.matches(shape.pattern())) {
            invalid(
                    path,
                    "\"" + excerpt(text) + "\" must match " + shape.pattern()
                            + (shape.example() == null ? "" : ", such as \"" + shape.example() + "\""));
        }
    }

    /// YAML has already made another number of 0640, so what was meant can only be shown where it has an example.
    private static String quoted(Shape.Text shape, JsonNode node) {
        if (shape.example() != null) {
            return "a string (quote it, such as \"" + shape.example() + "\")";
        }
        return shape.pattern() == null ? "a string (quote it: \"" + node.asText() + "\")" : "a string (quote it)";
    }

    /// PostgreSQL stores no NUL, and UTF-8 has no lone surrogates.
    private void characters(String text, Path path) {
        if (text.indexOf('\0') >= 0) {
            invalid(path, "has a NUL character; bytes that are no text go into contentBase64");
        } else if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            invalid(path, "has half of a surrogate pair, which is no character");
        }
    }

    private void words(Shape.Words shape, JsonNode node, Path path) {
        var words = String.join(", ", shape.words());
        if (!node.isTextual()) {
            wrongType(path, "one of " + words, node);
        } else if (!shape.words().contains(node.textValue())) {
            add(
                    path,
                    "FieldValueNotSupported",
                    "\"" + excerpt(node.textValue()) + "\" is not supported; write one of " + words);
        }
    }

    private void whole(Shape.Whole shape, JsonNode node, Path path) {
        if (!node.isIntegralNumber()) {
            wrongType(path, "a whole number", node);
        } else if (!node.canConvertToLong()
                || node.longValue() < shape.minimum()
                || node.longValue() > shape.maximum()) {
            invalid(
                    path,
                    node.asText() + " is out of range; write a number from " + shape.minimum() + " to "
                            + shape.maximum());
        }
    }

    private void time(JsonNode node, Path path) {
        if (!node.isTextual()) {
            wrongType(path, "a duration such as 30s, 5m or 1h30m", node);
        } else if (node.textValue().length() > MAX_DURATION || !node.textValue().matches(Durations.PATTERN)) {
            invalid(path, "\"" + excerpt(node.textValue()) + "\" is not a duration such as 30s, 5m or 1h30m");
        }
    }

    private void stamp(JsonNode node, Path path) {
        if (!node.isTextual()) {
            wrongType(path, "a time such as 2026-01-31T12:00:00Z", node);
            return;
        }
        try {
            var _ = Instant.parse(node.textValue());
        } catch (DateTimeException e) {
            invalid(path, "\"" + excerpt(node.textValue()) + "\" is not a time such as 2026-01-31T12:00:00Z");
        }
    }

    private void share(JsonNode node, Path path) {
        try {
            var _ = IntOrPercent.of(node.isInt() ? (Object) node.intValue() : node.asText());
        } catch (IllegalArgumentException e) {
            invalid(path, e.getMessage() + ", not " + excerpt(node.toString()));
        }
    }

    private void listening(JsonNode node, Path path) {
        try {
            var _ = ListenAddress.of(node.isInt() ? (Object) node.intValue() : node.asText());
        } catch (IllegalArgumentException e) {
            invalid(path, e.getMessage() + ", not " + excerpt(node.toString()));
        }
    }

    private void many(Shape.Many shape, JsonNode node, Path path) {
        if (!(node instanceof ArrayNode array)) {
            wrongType(path, "a list", node);
            return;
        }
        tooMany(shape.maxItems(), array.size(), path);
        for (int i = 0; i < array.size(); i++) {
            value(shape.element(), array.get(i), path.element(i));
        }
        switch (shape.merge()) {
            case Shape.Merge.ByKeys byKeys -> duplicates(array, byKeys.keys(), path);
            case Shape.Merge.Set _, Shape.Merge.Atomic _ -> {}
        }
    }

    private void duplicates(ArrayNode array, List<String> keys, Path path) {
        var seen = new HashSet<List<String>>();
        for (int i = 0; i < array.size(); i++) {
            var element = array.get(i);
            var identity = keys.stream().map(key -> element.path(key).asText()).toList();
            boolean complete = keys.stream().allMatch(element::hasNonNull);
            if (complete && !seen.add(identity)) {
                var at = keys.size() == 1 ? path.element(i).field(keys.getFirst()) : path.element(i);
                var named = identity.stream().map(Checker::excerpt).collect(Collectors.joining(", ", "\"", "\""));
                add(at, "FieldValueDuplicate", named + " is in the list already; each may be there once");
            }
        }
    }

    private void tooMany(@Nullable Integer most, int size, Path path) {
        if (most != null && size > most) {
            add(path, "FieldValueTooMany", "has " + size + " items; at most " + most + " are allowed");
        }
    }

    private void textByKey(Shape.TextByKey shape, JsonNode node, Path path) {
        if (!(node instanceof ObjectNode object)) {
            wrongType(path, "a mapping of strings", node);
            return;
        }
        tooMany(shape.maxItems(), object.size(), path);
        object.properties().forEach(entry -> {
            characters(entry.getKey(), path);
            text(Shape.Text.ANY, entry.getValue(), path.key(excerpt(entry.getKey())));
        });
    }

    private void anything(JsonNode node, Path path) {
        switch (node) {
            case ObjectNode object ->
                object.properties().forEach(entry -> {
                    characters(entry.getKey(), path);
                    anything(entry.getValue(), path.field(entry.getKey()));
                });
            case ArrayNode array -> {
                for (int i = 0; i < array.size(); i++) {
                    anything(array.get(i), path.element(i));
                }
            }
            default -> {
                if (node.isTextual()) {
                    characters(node.textValue(), path);
                }
            }
        }
    }

    private static String excerpt(String text) {
        return text.length() <= 64 ? text : text.substring(0, 63) + "…";
    }
}
