package dev.underway.model;

/// One thing that is wrong with a manifest.
///
/// `field` is a JSON path such as `spec.units[1].content`; `reason` is a word of the Kubernetes API
/// (`FieldValueInvalid`, `FieldValueRequired`, `FieldValueDuplicate`, `FieldValueNotSupported`, `FieldValueTooLong`,
/// `FieldValueTypeInvalid`); `message` says what is wrong and what to write instead.
public record FieldError(String field, String reason, String message) {

    public static FieldError invalid(String field, String message) {
        return new FieldError(field, "FieldValueInvalid", message);
    }

    public static FieldError required(String field, String message) {
        return new FieldError(field, "FieldValueRequired", message);
    }

    public static FieldError duplicate(String field, String message) {
        return new FieldError(field, "FieldValueDuplicate", message);
    }
}
