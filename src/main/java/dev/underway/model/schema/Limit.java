package dev.underway.model.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Bounds of a field, published in its schema and checked on every write. An absent bound is -1 or empty.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.RECORD_COMPONENT, ElementType.METHOD, ElementType.PARAMETER})
public @interface Limit {
    /// Smallest value of a number.
    long minimum() default -1;

    /// Largest value of a number.
    long maximum() default -1;

    /// Most characters of a string.
    int maxLength() default -1;

    /// Most elements of a list or map.
    int maxItems() default -1;

    /// Regular expression that the whole string must match.
    String pattern() default "";

    /// A value that is right, for messages.
    String example() default "";

    /// The fields that identify an element of a list, so that server-side apply can merge by them; empty = atomic list.
    String[] mapKeys() default {};
}
