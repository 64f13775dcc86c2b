package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.FieldError;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What the metadata of every resource must look like: names of RFC 1123, labels and annotations as in Kubernetes.
final class MetadataRules {
    /// kubectl's copy of the manifest; not counted, because it is as long as the object, which has a limit of its own.
    static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private static final int MAX_NAME = 253;
    private static final int MAX_ANNOTATIONS = 256 * 1024;
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern KEY_NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");

    private MetadataRules() {}

    static List<FieldError> check(Kind kind, JsonNode metadata) {
        var errors = new ArrayList<FieldError>();
        name(kind, metadata.path("name").asText(""), errors);
        labels(metadata.path("labels"), errors);
        annotations(metadata.path("annotations"), errors);
        finalizers(metadata.path("finalizers"), errors);
        return errors;
    }

    /// The labels that the agent of a host writes; people's changes to them would be lost, so they are refused.
    static void agentLabelsStay(Kind kind, String name, JsonNode before, JsonNode after) {
        if (!kind.equals(Kind.HOST) || agentLabels(before).equals(agentLabels(after))) {
            return;
        }
        throw Refusal.invalid(
                kind,
                name,
                List.of(new FieldError(
                        "metadata.labels",
                        "FieldValueForbidden",
                        "Forbidden: labels that begin with " + Host.AGENT_LABEL_PREFIX
                                + " are written by the host's agent; use another prefix")));
    }

    private static List<String> agentLabels(JsonNode metadata) {
        return metadata.path("labels").properties().stream()
                .filter(e -> e.getKey().startsWith(Host.AGENT_LABEL_PREFIX))
                .map(e -> e.getKey() + "=" + e.getValue().asText())
                .sorted()
                .toList();
    }

    private static void name(Kind kind, String name, List<FieldError> errors) {
        if (name.isEmpty()) {
            errors.add(FieldError.required("metadata.name", "Required value: name or generateName is required"));
        } else if (kind.equals(Kind.NAMESPACE) && !LABEL.matcher(name).matches()) {
            errors.add(FieldError.invalid(
                    "metadata.name",
                    "Invalid value: \"" + name + "\": a name of a namespace must consist of at most 63 lower case"
                            + " letters, digits and '-', and must start and end with a letter or digit"));
        } else if (name.length() > MAX_NAME || !SUBDOMAIN.matcher(name).matches()) {
            errors.add(FieldError.invalid(
                    "metadata.name",
                    "Invalid value: \"" + name + "\": a name must consist of at most 253 lower case letters, digits,"
                            + " '-' or '.', and must start and end with a letter or digit"));
        }
    }

    private static void labels(JsonNode labels, List<FieldError> errors) {
        for (var label : labels.properties()) {
            key("metadata.labels", label.getKey(), errors);
            if (!label.getValue().isTextual()
                    || !LABEL_VALUE.matcher(label.getValue().asText()).matches()) {
                errors.add(FieldError.invalid(
                        "metadata.labels",
                        "Invalid value: " + label.getValue() + ": the value of a label must be a string of at most 63"
                                + " letters, digits, '-', '_' and '.', and must start and end with a letter or digit"));
            }
        }
    }

    private static void annotations(JsonNode annotations, List<FieldError> errors) {
        long total = 0;
        for (var annotation : annotations.properties()) {
            key("metadata.annotations", annotation.getKey(), errors);
            if (!annotation.getValue().isTextual()) {
                errors.add(FieldError.invalid(
                        "metadata.annotations",
                        "Invalid value: " + annotation.getValue() + ": the value of the annotation "
                                + annotation.getKey() + " must be a string; quote it"));
            } else if (!annotation.getKey().equals(LAST_APPLIED)) {
                total += annotation.getKey().length()
                        + annotation.getValue().asText().getBytes(StandardCharsets.UTF_8).length;
            }
        }
        if (total > MAX_ANNOTATIONS) {
            errors.add(new FieldError(
                    "metadata.annotations",
                    "FieldValueTooLong",
                    "Too long: annotations may have at most " + MAX_ANNOTATIONS + " bytes together"));
        }
    }

    private static void finalizers(JsonNode finalizers, List<FieldError> errors) {
        for (var finalizer : finalizers) {
            key("metadata.finalizers", finalizer.asText(""), errors);
        }
    }

    private static void key(String field, String key, List<FieldError> errors) {
        var slash = key.indexOf('/');
        var prefix = slash < 0 ? "" : key.substring(0, slash);
        boolean good = KEY_NAME.matcher(key.substring(slash + 1)).matches()
                && (slash < 0
                        || prefix.length() <= MAX_NAME
                                && SUBDOMAIN.matcher(prefix).matches());
        if (!good) {
            errors.add(FieldError.invalid(
                    field,
                    "Invalid value: \"" + key + "\": a key must be a name of at most 63 letters, digits, '-', '_' and"
                            + " '.', with an optional DNS subdomain and '/' before it"));
        }
    }
}
