package dev.underway.model.fields;

/// What is different on the right: fields that only it has, that have another value, and that it lacks.
record Difference(FieldSet added, FieldSet modified, FieldSet removed) {
    FieldSet set() {
        return added.union(modified);
    }

    boolean isEmpty() {
        return set().isEmpty() && removed.isEmpty();
    }

    /// Without these fields and all that is below them.
    Difference without(FieldSet ignored) {
        return new Difference(added.without(ignored), modified.without(ignored), removed.without(ignored));
    }
}
