package dev.underway.model.schema;

import dev.underway.model.fields.Structure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a JSON value must look like. A null bound is no bound.
sealed interface Shape {

    /// A JSON object with known fields, in the order of the record.
    record Fields(Map<String, Field> fields, Owners owners) implements Shape {}

    /// How server-side apply merges an object: `x-kubernetes-map-type`.
    enum Owners {
        EACH_FIELD,
        ONE
    }

    /// One field of an object. Null and absent are the same; neither is allowed when `required`.
    record Field(String description, boolean required, Shape shape) {}

    record Text(
            @Nullable Integer maxLength,
            @Nullable String pattern,
            @Nullable String example) implements Shape {
        static final Text ANY = new Text(null, null, null);
    }

    record Words(List<String> words) implements Shape {}

    record Whole(long minimum, long maximum) implements Shape {
        Width width() {
            return minimum >= Integer.MIN_VALUE && maximum <= Integer.MAX_VALUE ? Width.INT32 : Width.INT64;
        }
    }

    enum Width {
        INT32("int32", Integer.MIN_VALUE, Integer.MAX_VALUE),
        INT64("int64", Long.MIN_VALUE, Long.MAX_VALUE);

        private final String format;
        private final long least;
        private final long most;

        Width(String format, long least, long most) {
            this.format = format;
            this.least = least;
            this.most = most;
        }

        String format() {
            return format;
        }

        long least() {
            return least;
        }

        long most() {
            return most;
        }
    }

    record Bool() implements Shape {}

    /// `1h30m`.
    record Time() implements Shape {}

    /// An instant in RFC 3339.
    record Stamp() implements Shape {}

    /// A count or a percentage, Kubernetes' IntOrString.
    record Share() implements Shape {}

    /// A port as a number, or an address as a string; also Kubernetes' IntOrString.
    record Listening() implements Shape {}

    record Many(Shape element, @Nullable Integer maxItems, Merge merge) implements Shape {}

    /// How server-side apply merges a list: `x-kubernetes-list-type`.
    sealed interface Merge {
        /// One owner owns the list as a whole.
        record Atomic() implements Merge {}

        /// Elements are scalars and unique.
        record Set() implements Merge {}

        /// Elements are objects, told apart by these fields.
        record ByKeys(List<String> keys) implements Merge {}
    }

    record TextByKey(@Nullable Integer maxItems) implements Shape {}

    /// Any value at all.
    record Anything() implements Shape {}

    /// What server-side apply merges by.
    default Structure structure() {
        return switch (this) {
            case Fields object when object.owners() == Owners.ONE -> Structure.leaf();
            case Fields object -> {
                var named = new LinkedHashMap<String, Structure>();
                object.fields.forEach(
                        (name, field) -> named.put(name, field.shape().structure()));
                yield new Structure.Fields(named, null);
            }
            case Many many ->
                switch (many.merge) {
                    case Merge.Atomic _ -> Structure.leaf();
                    case Merge.Set _ -> new Structure.SetOf();
                    case Merge.ByKeys(var keys) -> new Structure.Keyed(keys, many.element.structure());
                };
            case TextByKey _ -> new Structure.Fields(Map.of(), Structure.leaf());
            case Anything _ -> Structure.deduced();
            case Text _, Words _, Whole _, Bool _, Time _, Stamp _, Share _, Listening _ -> Structure.leaf();
        };
    }
}
