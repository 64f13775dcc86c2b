package dev.underway.model.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// An object that has one owner: server-side apply replaces it as a whole (`x-kubernetes-map-type: atomic`). The fields
/// of other objects have owners of their own.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Atomic {}
