package dev.underway.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A set of fields of one object. Immutable.
///
/// A field is a member or not independently of what is below it: whoever owns an element of a list owns the element
/// (`.` in `FieldsV1`) and those of its fields that were set.
public final class FieldSet {
    public static final FieldSet EMPTY = new FieldSet(new TreeMap<>());

    /// Never with an empty node.
    private final NavigableMap<PathElement, Node> nodes;

    private record Node(boolean member, FieldSet below) {
        boolean isEmpty() {
            return !member && below.isEmpty();
        }
    }

    private FieldSet(NavigableMap<PathElement, Node> nodes) {
        this.nodes = nodes;
    }

    /// The set of one field of an object in objects, such as `metadata`, `name`.
    public static FieldSet of(String... path) {
        var builder = new Builder();
        builder.add(
                List.of(path).stream().<PathElement>map(PathElement.Field::new).toList());
        return builder.build();
    }

    /// All that a value has: its leaves, the elements of its lists, the entries of its maps, and what is null or empty.
    public static FieldSet of(Structure structure, JsonNode value) {
        return FieldsOf.of(structure, value);
    }

    public boolean isEmpty() {
        return nodes.isEmpty();
    }

    public FieldSet union(FieldSet other) {
        var result = new TreeMap<>(nodes);
        other.nodes.forEach((element, node) ->
                result.merge(element, node, (a, b) -> new Node(a.member || b.member, a.below.union(b.below))));
        return new FieldSet(result);
    }

    public FieldSet intersection(FieldSet other) {
        return mapped((element, node) -> {
            var its = other.nodes.get(element);
            return its == null
                    ? new Node(false, EMPTY)
                    : new Node(node.member && its.member, node.below.intersection(its.below));
        });
    }

    /// Without the members of the other; what is below them stays.
    public FieldSet difference(FieldSet other) {
        return mapped((element, node) -> {
            var its = other.nodes.get(element);
            return its == null ? node : new Node(node.member && !its.member, node.below.difference(its.below));
        });
    }

    /// Without the members of the other and all that is below them.
    public FieldSet without(FieldSet other) {
        return mapped((element, node) -> {
            var its = other.nodes.get(element);
            if (its == null) {
                return node;
            }
            return its.member ? new Node(false, EMPTY) : new Node(node.member, node.below.without(its.below));
        });
    }

    /// With the named fields above its members, which are not members otherwise.
    FieldSet withNamed(Structure structure) {
        return mapped((element, node) -> {
            boolean named = structure instanceof Structure.Fields fields
                    && element instanceof PathElement.Field(var name)
                    && fields.named().containsKey(name);
            return new Node(
                    node.member || (named && !node.below.isEmpty()), node.below.withNamed(below(structure, element)));
        });
    }

    /// As it must be since lists or objects have become atomic: what was owned in part is owned whole.
    FieldSet within(Structure structure) {
        return mapped((element, node) -> {
            var below = below(structure, element);
            return below instanceof Structure.Leaf && !node.below.isEmpty()
                    ? new Node(true, EMPTY)
                    : new Node(node.member, node.below.within(below));
        });
    }

    boolean has(PathElement element) {
        var node = nodes.get(element);
        return node != null && node.member;
    }

    /// The part of the set that is below this element.
    FieldSet below(PathElement element) {
        var node = nodes.get(element);
        return node == null ? EMPTY : node.below;
    }

    /// Its members as messages write them, such as `.spec.units[name="web.service"].content`; those nearer to the root
    /// first.
    public List<String> paths() {
        var paths = new ArrayList<String>();
        collect("", paths);
        return paths;
    }

    private void collect(String prefix, List<String> paths) {
        nodes.forEach((element, node) -> {
            if (node.member) {
                paths.add(prefix + element);
            }
        });
        nodes.forEach((element, node) -> node.below.collect(prefix + element, paths));
    }

    /// Kubernetes' `FieldsV1`. A new tree at every call.
    public ObjectNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        nodes.forEach((element, node) -> {
            var below = JsonNodeFactory.instance.objectNode();
            if (node.member && !node.below.isEmpty()) {
                below.putObject(".");
            }
            json.set(element.text(), below.setAll(node.below.toJson()));
        });
        return json;
    }

    /// Reads `FieldsV1`; kinds of elements that nobody knows yet are left out. Throws IllegalArgumentException.
    public static FieldSet fromJson(JsonNode json) {
        var nodes = new TreeMap<PathElement, Node>();
        json.properties().forEach(entry -> {
            var element = entry.getKey().equals(".") ? null : PathElement.parse(entry.getKey());
            if (element != null) {
                var below = fromJson(entry.getValue());
                nodes.put(element, new Node(entry.getValue().has(".") || below.isEmpty(), below));
            }
        });
        return new FieldSet(nodes);
    }

    private interface Mapping {
        Node apply(PathElement element, Node node);
    }

    private FieldSet mapped(Mapping mapping) {
        var result = new TreeMap<PathElement, Node>();
        nodes.forEach((element, node) -> {
            var mapped = mapping.apply(element, node);
            if (!mapped.isEmpty()) {
                result.put(element, mapped);
            }
        });
        return result.isEmpty() ? EMPTY : new FieldSet(result);
    }

    private static Structure below(Structure structure, PathElement element) {
        return switch (structure) {
            case Structure.Fields fields when element instanceof PathElement.Field(var name) -> fields.of(name);
            case Structure.Keyed keyed -> keyed.element();
            case Structure.Fields _, Structure.Deduced _, Structure.Leaf _, Structure.SetOf _ -> Structure.deduced();
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FieldSet set && nodes.equals(set.nodes);
    }

    @Override
    public int hashCode() {
        return paths().hashCode();
    }

    @Override
    public String toString() {
        return paths().toString();
    }

    /// Collects the members of a set.
    static final class Builder {
        private final NavigableMap<PathElement, Builder> below = new TreeMap<>();
        private boolean member;

        /// The object itself, the empty path, is no field.
        void add(List<PathElement> path) {
            var builder = this;
            for (var element : path) {
                builder = builder.below.computeIfAbsent(element, _ -> new Builder());
            }
            builder.member = true;
        }

        FieldSet build() {
            if (below.isEmpty()) {
                return EMPTY;
            }
            var nodes = new TreeMap<PathElement, Node>();
            below.forEach((element, builder) -> nodes.put(element, new Node(builder.member, builder.build())));
            return new FieldSet(Collections.unmodifiableNavigableMap(nodes));
        }
    }
}
