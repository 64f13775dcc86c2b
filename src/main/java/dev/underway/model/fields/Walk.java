package dev.underway.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Goes through two values of one structure side by side; what it finds is a rule's to judge.
///
/// Absent is null, an explicit null is a value. A list keeps the order of the left, and what only the right has follows
/// in the right's order.
final class Walk {
    /// What to do with what is on both sides, one of which may be absent.
    interface Rule {
        /// A leaf, or containers of which neither has anything. The answer is the leaf of the result.
        @Nullable
        JsonNode leaf(@Nullable JsonNode left, @Nullable JsonNode right, List<PathElement> path);

        /// Containers, after what they contain.
        void container(@Nullable JsonNode left, @Nullable JsonNode right, List<PathElement> path);
    }

    private final Rule rule;
    private final List<PathElement> path = new ArrayList<>();

    private Walk(Rule rule) {
        this.rule = rule;
    }

    /// `left` with everything that `right` has, where both have something `right`'s.
    static @Nullable JsonNode merged(Structure structure, JsonNode left, JsonNode right) {
        return new Walk(new Rule() {
                    @Override
                    public @Nullable JsonNode leaf(
                            @Nullable JsonNode left, @Nullable JsonNode right, List<PathElement> path) {
                        return right == null ? left : right;
                    }

                    @Override
                    public void container(@Nullable JsonNode left, @Nullable JsonNode right, List<PathElement> path) {}
                })
                .walk(structure, left, right);
    }

    static Difference compared(Structure structure, JsonNode left, JsonNode right) {
        var added = new FieldSet.Builder();
        var modified = new FieldSet.Builder();
        var removed = new FieldSet.Builder();
        var _ = new Walk(new Rule() {
                    @Override
                    public @Nullable JsonNode leaf(
                            @Nullable JsonNode left, @Nullable JsonNode right, List<PathElement> path) {
                        if (left != null && right != null && !same(left, right)) {
                            modified.add(path);
                        }
                        container(left, right, path);
                        return null;
                    }

                    @Override
                    public void container(@Nullable JsonNode left, @Nullable JsonNode right, List<PathElement> path) {
                        if (left == null) {
                            added.add(path);
                        } else if (right == null) {
                            removed.add(path);
                        }
                    }
                })
                .walk(structure, left, right);
        return new Difference(added.build(), modified.build(), removed.build());
    }

    /// Numbers are the same when their values are.
    static boolean same(JsonNode a, JsonNode b) {
        return a.equals(
                (x, y) -> x.isNumber() && y.isNumber() ? PathElement.SCALARS.compare(x, y) : x.equals(y) ? 0 : 1, b);
    }

    private @Nullable JsonNode walk(Structure structure, @Nullable JsonNode left, @Nullable JsonNode right) {
        var asLeft = structure.of(left);
        var asRight = structure.of(right);
        if (!asLeft.equals(asRight)) {
            // An object on one side, a scalar or list on the other: as both, of which the right's counts.
            descend(asLeft, left, right);
        }
        return descend(asRight, left, right);
    }

    private @Nullable JsonNode descend(Structure structure, @Nullable JsonNode left, @Nullable JsonNode right) {
        boolean leaf =
                switch (structure) {
                    case Structure.Fields _ -> isEmptyObject(left) && isEmptyObject(right);
                    case Structure.SetOf _, Structure.Keyed _ -> isEmptyList(left) && isEmptyList(right);
                    case Structure.Leaf _, Structure.Deduced _ -> true;
                };
        if (leaf) {
            return rule.leaf(left, right, path);
        }
        var result =
                switch (structure) {
                    case Structure.Fields fields -> fields(fields, object(left), object(right));
                    case Structure.SetOf _ -> elements(structure, Structure.leaf(), list(left), list(right));
                    case Structure.Keyed keyed -> elements(structure, keyed.element(), list(left), list(right));
                    case Structure.Leaf _, Structure.Deduced _ -> null;
                };
        rule.container(left, right, path);
        return result;
    }

    private @Nullable JsonNode fields(Structure.Fields structure, ObjectNode left, ObjectNode right) {
        var result = JsonNodeFactory.instance.objectNode();
        left.properties().forEach(field -> {
            var name = field.getKey();
            var merged = step(new PathElement.Field(name), structure.of(name), field.getValue(), right.get(name));
            if (merged != null) {
                result.set(name, merged);
            }
        });
        right.properties().forEach(field -> {
            var name = field.getKey();
            if (!left.has(name)) {
                var merged = step(new PathElement.Field(name), structure.of(name), null, field.getValue());
                if (merged != null) {
                    result.set(name, merged);
                }
            }
        });
        return result.isEmpty() ? null : result;
    }

    /// Elements that cannot be told apart stay as they are on the left, and nothing is said about them.
    private @Nullable JsonNode elements(Structure list, Structure structure, ArrayNode left, ArrayNode right) {
        var result = JsonNodeFactory.instance.arrayNode();
        var rights = new TreeMap<PathElement, JsonNode>();
        for (var item : right) {
            var element = PathElement.of(list, item);
            if (element != null) {
                rights.putIfAbsent(element, item);
            }
        }
        var seen = new TreeSet<PathElement>();
        for (var item : left) {
            var element = PathElement.of(list, item);
            if (element == null || !seen.add(element)) {
                result.add(item);
                continue;
            }
            var merged = step(element, structure, item, rights.get(element));
            if (merged != null) {
                result.add(merged);
            }
        }
        for (var item : right) {
            var element = PathElement.of(list, item);
            if (element != null && seen.add(element)) {
                var merged = step(element, structure, null, item);
                if (merged != null) {
                    result.add(merged);
                }
            }
        }
        return result.isEmpty() ? null : result;
    }

    private @Nullable JsonNode step(
            PathElement element, Structure structure, @Nullable JsonNode left, @Nullable JsonNode right) {
        path.add(element);
        var result = walk(structure, left, right);
        path.removeLast();
        return result;
    }

    private static boolean isEmptyObject(@Nullable JsonNode value) {
        return object(value).isEmpty();
    }

    private static boolean isEmptyList(@Nullable JsonNode value) {
        return list(value).isEmpty();
    }

    private static ObjectNode object(@Nullable JsonNode value) {
        return value instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
    }

    private static ArrayNode list(@Nullable JsonNode value) {
        return value instanceof ArrayNode array ? array : JsonNodeFactory.instance.arrayNode();
    }
}
