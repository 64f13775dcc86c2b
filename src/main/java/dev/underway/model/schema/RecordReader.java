package dev.underway.model.schema;

import dev.underway.model.IntOrPercent;
import dev.underway.model.ListenAddress;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the shape of JSON off the records that it becomes, so that the two never drift apart.
///
/// A component type that is not in [#shape] is a mistake of ours and fails at the first use of the kind.
final class RecordReader {
    private RecordReader() {}

    static Shape.Fields fields(Class<?> type) {
        var fields = new LinkedHashMap<String, Shape.Field>();
        for (var component : type.getRecordComponents()) {
            fields.put(component.getName(), field(component));
        }
        var owners = type.isAnnotationPresent(Atomic.class) ? Shape.Owners.ONE : Shape.Owners.EACH_FIELD;
        return new Shape.Fields(fields, owners);
    }

    /// The sentence of a kind; empty when nobody wrote one.
    static String description(Class<?> type) {
        var describe = type.getAnnotation(Describe.class);
        return describe == null ? "" : describe.value();
    }

    /// The sentence of a field, or of its type.
    private static String description(RecordComponent component) {
        var describe = component.getAnnotation(Describe.class);
        return describe == null ? description(component.getType()) : describe.value();
    }

    private static Shape.Field field(RecordComponent component) {
        return new Shape.Field(
                description(component),
                !isNullable(component.getAnnotatedType()),
                shape(component.getGenericType(), component.getAnnotation(Limit.class)));
    }

    private static boolean isNullable(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    private static Shape shape(Type type, @Nullable Limit limit) {
        return switch (type) {
            case ParameterizedType list when list.getRawType() == List.class -> list(list, limit);
            case ParameterizedType map
            when map.getRawType() == Map.class
                    && Arrays.equals(map.getActualTypeArguments(), new Type[] {String.class, String.class}) ->
                new Shape.TextByKey(bound(limit == null ? -1 : limit.maxItems()));
            case Class<?> simple -> simple(simple, limit);
            default -> throw new IllegalArgumentException("no JSON shape is known for " + type);
        };
    }

    private static Shape list(ParameterizedType list, @Nullable Limit limit) {
        var element = shape(list.getActualTypeArguments()[0], null);
        var merge = limit == null || limit.mapKeys().length == 0
                ? new Shape.Merge.Atomic()
                : new Shape.Merge.ByKeys(List.of(limit.mapKeys()));
        return new Shape.Many(element, bound(limit == null ? -1 : limit.maxItems()), merge);
    }

    private static Shape simple(Class<?> type, @Nullable Limit limit) {
        if (type == String.class) {
            return limit == null
                    ? Shape.Text.ANY
                    : new Shape.Text(bound(limit.maxLength()), word(limit.pattern()), word(limit.example()));
        }
        if (type == int.class || type == Integer.class) {
            return whole(limit, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return whole(limit, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == boolean.class || type == Boolean.class) {
            return new Shape.Bool();
        }
        if (type == Duration.class) {
            return new Shape.Time();
        }
        if (type == Instant.class) {
            return new Shape.Stamp();
        }
        if (type == IntOrPercent.class) {
            return new Shape.Share();
        }
        if (type == ListenAddress.class) {
            return new Shape.Listening();
        }
        if (type.isEnum()) {
            return new Shape.Words(Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name())
                    .toList());
        }
        if (type.isRecord()) {
            return fields(type);
        }
        throw new IllegalArgumentException("no JSON shape is known for " + type);
    }

    private static Shape whole(@Nullable Limit limit, long least, long most) {
        return new Shape.Whole(
                limit == null || limit.minimum() < 0 ? least : limit.minimum(),
                limit == null || limit.maximum() < 0 ? most : limit.maximum());
    }

    private static @Nullable Integer bound(int limit) {
        return limit < 0 ? null : limit;
    }

    private static @Nullable String word(String text) {
        return text.isEmpty() ? null : text;
    }
}
