package dev.underway.server.api;

import dev.underway.model.FieldError;
import dev.underway.server.access.Caller;
import io.vertx.core.MultiMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request that was read whole, of a person who may make it.
///
/// @param hosts what a table of Hosts in the answer shows besides them
record Request(
        String method,
        String path,
        MultiMap query,
        MultiMap headers,
        byte[] body,
        Caller.Person caller,
        HostGlance.Source hosts) {

    /// Most characters of a field manager's name, as in Kubernetes.
    private static final int MAX_MANAGER = 128;

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

    /// Who makes the change: the parameter `fieldManager`, or the name before the version of a User-Agent.
    ///
    /// @param options that the parameter belongs to, such as `PatchOptions`
    String fieldManager(String options) {
        var name = query.get("fieldManager");
        if (name == null || name.isEmpty()) {
            return program();
        }
        if (name.length() > MAX_MANAGER) {
            throw refused(options, "TooLong", "may not be longer than " + MAX_MANAGER + " bytes");
        }
        if (!isPrintable(name)) {
            throw refused(options, "Invalid", "should only contain printable characters");
        }
        return name;
    }

    /// The parameter `fieldManager`, which an apply must have.
    String applier() {
        if (query.get("fieldManager") == null || query.get("fieldManager").isEmpty()) {
            throw refused("PatchOptions", "Required", "Required value: is required for apply patch");
        }
        return fieldManager("PatchOptions");
    }

    private static Refusal refused(String options, String reason, String message) {
        return Refusal.invalidOptions(options, List.of(new FieldError("fieldManager", "FieldValue" + reason, message)));
    }

    private String program() {
        var agent = headers.get("User-Agent");
        var name = agent == null ? "" : agent.split("/", 2)[0];
        var cut = name.length() > MAX_MANAGER ? name.substring(0, MAX_MANAGER) : name;
        return cut.isBlank() || !isPrintable(cut) ? "unknown" : cut;
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
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
