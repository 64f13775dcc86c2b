package dev.underway.model;

import java.util.ArrayList;
import java.util.List;

/// What the rules of a validation found, in the order in which they looked. Bounded: a person fixes a few at a time,
/// and a hostile manifest must not become a large answer.
final class Findings {
    private static final int MAX = 50;

    private final List<FieldError> errors = new ArrayList<>();

    void add(FieldError error) {
        if (errors.size() < MAX) {
            errors.add(error);
        }
    }

    void invalid(String field, String message) {
        add(FieldError.invalid(field, message));
    }

    void required(String field, String message) {
        add(FieldError.required(field, message));
    }

    void duplicate(String field, String message) {
        add(FieldError.duplicate(field, message));
    }

    List<FieldError> list() {
        return List.copyOf(errors);
    }
}
