package dev.underway.server.api;

import dev.underway.server.access.Caller;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/// A request that was read whole, of a person who may make it.
record Request(String method, String path, MultiMap query, MultiMap headers, byte[] body, Caller.Person caller) {

    /// The parameter's first value, or null.
    @Nullable
    String parameter(String name) {
        return query.get(name);
    }

    /// Whether a parameter is on: whatever its value is but `false` and `0`, as in Kubernetes.
    boolean flag(String name) {
        var value = query.get(name);
        return value != null && !value.equalsIgnoreCase("false") && !value.equals("0");
    }

    /// A parameter that must be a whole number of at least 0.
    long number(String name, long absent) {
        var value = query.get(name);
        if (value == null || value.isEmpty()) {
            return absent;
        }
        try {
            var number = Long.parseLong(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw Refusal.badRequest(
                "the parameter " + name + " must be a whole number of at least 0, not \"" + value + "\"");
    }

    /// `dryRun=All`: everything is checked and answered, nothing is stored.
    boolean dryRun() {
        for (var value : query.getAll("dryRun")) {
            if (!value.equals("All")) {
                throw Refusal.badRequest("the only value of dryRun is All, not \"" + value + "\"");
            }
        }
        return query.contains("dryRun");
    }

    FieldValidation fieldValidation() {
        return FieldValidation.of(query.get("fieldValidation"));
    }

    /// What to do about fields that the kind does not have, and about fields that occur twice.
    enum FieldValidation {
        IGNORE,
        WARN,
        STRICT;

        private static FieldValidation of(@Nullable String value) {
            return switch (value) {
                case null -> WARN;
                case "", "Warn" -> WARN;
                case "Ignore" -> IGNORE;
                case "Strict" -> STRICT;
                default ->
                    throw Refusal.badRequest("fieldValidation must be Ignore, Warn or Strict, not \"" + value + "\"");
            };
        }
    }
}
