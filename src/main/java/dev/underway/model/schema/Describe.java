package dev.underway.model.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The sentence that `kubectl explain` prints for a kind or field. A record component without
/// [org.jspecify.annotations.Nullable] is a required field of the schema; enums and limits come from the types and
/// from [Limit].
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.RECORD_COMPONENT, ElementType.METHOD, ElementType.PARAMETER})
public @interface Describe {
    String value();
}
