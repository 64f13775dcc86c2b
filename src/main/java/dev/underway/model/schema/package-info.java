/// The shape of a kind, read off its records once: strict checking of JSON trees, OpenAPI and custom resource
/// definitions all come from it.
@NullMarked
package dev.underway.model.schema;

import org.jspecify.annotations.NullMarked;
