package dev.underway.model.fields;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One step of a path from an object to one of its parts.
///
/// `toString` is how messages write it (`.spec`, `[name="web.service"]`, `[="a"]`, `[0]`), [#text] how `FieldsV1` does
/// (`f:spec`, `k:{"name":"web.service"}`, `v:"a"`, `i:0`).
sealed interface PathElement extends Comparable<PathElement> {
    /// A field of an object.
    record Field(String name) implements PathElement {
        @Override
        public String toString() {
            return "." + name;
        }
    }

    /// The element of a list whose fields have these values.
    record Key(SortedMap<String, JsonNode> values) implements PathElement {
        @Override
        public String toString() {
            return values.entrySet().stream()
                    .map(key -> key.getKey() + "=" + key.getValue())
                    .collect(Collectors.joining(",", "[", "]"));
        }
    }

    /// The element of a list that is this scalar.
    record Value(JsonNode value) implements PathElement {
        @Override
        public String toString() {
            return "[=" + value + "]";
        }
    }

    /// The element of a list at this place. We make none; other clients' `managedFields` may have some.
    record Index(int index) implements PathElement {
        @Override
        public String toString() {
            return "[" + index + "]";
        }
    }

    /// Scalars in the order of the reference, in which numbers come first and 1 is 1.0.
    Comparator<JsonNode> SCALARS = (a, b) -> {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        int byType = Integer.compare(rank(a), rank(b));
        return byType != 0 ? byType : a.asText().compareTo(b.asText());
    };

    @Override
    default int compareTo(PathElement other) {
        return switch (this) {
            case Field(var name) when other instanceof Field(var its) -> name.compareTo(its);
            case Key(var values) when other instanceof Key(var its) -> compare(values, its);
            case Value(var value) when other instanceof Value(var its) -> SCALARS.compare(value, its);
            case Index(var index) when other instanceof Index(var its) -> Integer.compare(index, its);
            default -> Integer.compare(kind(), other.kind());
        };
    }

    /// The element of a list with this structure that `item` is; null when it lacks a key or is no element of such a
    /// list.
    static @Nullable PathElement of(Structure list, JsonNode item) {
        return switch (list) {
            case Structure.SetOf _ -> item.isValueNode() && !item.isNull() ? new Value(item) : null;
            case Structure.Keyed keyed -> {
                var values = new TreeMap<String, JsonNode>();
                for (var key : keyed.keys()) {
                    var value = item.get(key);
                    if (value == null) {
                        yield null;
                    }
                    values.put(key, value);
                }
                yield new Key(values);
            }
            case Structure.Leaf _, Structure.Fields _, Structure.Deduced _ -> null;
        };
    }

    /// As the name of a field in `FieldsV1`.
    default String text() {
        return switch (this) {
            case Field(var name) -> "f:" + name;
            case Key(var values) -> "k:" + JsonNodeFactory.instance.objectNode().setAll(values);
            case Value(var value) -> "v:" + value;
            case Index(var index) -> "i:" + index;
        };
    }

    /// Reads [#text]; null for a kind of element that later versions may know. Throws IllegalArgumentException.
    static @Nullable PathElement parse(String text) {
        if (text.length() < 2 || text.charAt(1) != ':') {
            throw new IllegalArgumentException("\"" + text + "\" is no element of a path");
        }
        var rest = text.substring(2);
        return switch (text.charAt(0)) {
            case 'f' -> new Field(rest);
            case 'i' -> new Index(Integer.parseInt(rest));
            case 'v' -> new Value(json(rest));
            case 'k' -> {
                if (json(rest) instanceof ObjectNode object) {
                    var values = new TreeMap<String, JsonNode>();
                    object.properties().forEach(key -> values.put(key.getKey(), key.getValue()));
                    yield new Key(values);
                }
                throw new IllegalArgumentException("\"" + text + "\" has no keys");
            }
            default -> null;
        };
    }

    private int kind() {
        return List.of(Field.class, Key.class, Value.class, Index.class).indexOf(getClass());
    }

    private static int rank(JsonNode scalar) {
        return switch (scalar.getNodeType()) {
            case NUMBER -> 0;
            case STRING -> 1;
            case BOOLEAN -> 2;
            default -> 3;
        };
    }

    private static int compare(SortedMap<String, JsonNode> a, SortedMap<String, JsonNode> b) {
        var others = b.entrySet().iterator();
        for (var each : a.entrySet()) {
            if (!others.hasNext()) {
                return 1;
            }
            var other = others.next();
            int names = each.getKey().compareTo(other.getKey());
            int both = names != 0 ? names : SCALARS.compare(each.getValue(), other.getValue());
            if (both != 0) {
                return both;
            }
        }
        return others.hasNext() ? -1 : 0;
    }

    private static JsonNode json(String text) {
        try {
            var value = Codec.JSON.readTree(text);
            if (!value.isMissingNode()) {
                return value;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("a path element has no value");
    }
}
