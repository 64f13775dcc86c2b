package dev.underway.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// Names, labels and annotations of every kind. Reads the tree, so that kinds without a record are checked as well.
final class MetadataRules {
    /// Most bytes of all annotations together, as in Kubernetes.
    private static final int MAX_ANNOTATIONS = 256 << 10;

    /// kubectl's copy of the manifest; not counted, because it is as long as the object, which has limits of its own.
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    /// Leaves room for the name of a set and a dot in the name of an assignment.
    private static final int MAX_HOST_NAME = 189;

    /// What the server appends to generateName.
    private static final String GENERATED = "x2345";

    private MetadataRules() {}

    static void check(Kind kind, ObjectNode object, Findings findings) {
        var metadata = object.path("metadata");
        name(kind, metadata.path("name").asText(), metadata.path("generateName").asText(), findings);
        var namespace = metadata.path("namespace").asText();
        if (!namespace.isEmpty()) {
            Names.label(namespace).ifPresent(m -> findings.invalid("metadata.namespace", m));
        }
        metadata.path("labels").properties().forEach(label -> {
            Names.key(label.getKey()).ifPresent(m -> findings.invalid("metadata.labels", m));
            Names.labelValue(label.getValue().asText()).ifPresent(m -> findings.invalid("metadata.labels", m));
        });
        int annotations = 0;
        for (var annotation : metadata.path("annotations").properties()) {
            Names.key(annotation.getKey()).ifPresent(m -> findings.invalid("metadata.annotations", m));
            if (!annotation.getKey().equals(LAST_APPLIED)) {
                annotations += annotation.getKey().getBytes(UTF_8).length
                        + annotation.getValue().asText().getBytes(UTF_8).length;
            }
        }
        if (annotations > MAX_ANNOTATIONS) {
            findings.invalid(
                    "metadata.annotations",
                    "have " + annotations + " bytes; at most " + MAX_ANNOTATIONS + " are allowed");
        }
        int index = 0;
        for (var finalizer : metadata.path("finalizers")) {
            var field = "metadata.finalizers[" + index++ + "]";
            Names.key(finalizer.asText()).ifPresent(m -> findings.invalid(field, m));
        }
    }

    private static void name(Kind kind, String name, String generateName, Findings findings) {
        if (!name.isEmpty()) {
            complaint(kind, name).ifPresent(m -> findings.invalid("metadata.name", m));
        } else if (generateName.isEmpty()) {
            findings.required("metadata.name", "is required");
        } else {
            complaint(kind, generateName + GENERATED).ifPresent(m -> findings.invalid("metadata.generateName", m));
        }
    }

    private static Optional<String> complaint(Kind kind, String name) {
        if (kind.equals(Kind.UNIT_SET)) {
            return Names.label(name).map(m -> m + "; no dots, because <unitset>.<host> names an assignment");
        }
        if (kind.equals(Kind.NAMESPACE) || kind.equals(Kind.GIT_SOURCE)) {
            return Names.label(name);
        }
        if (kind.equals(Kind.HOST) && name.length() > MAX_HOST_NAME) {
            return Optional.of("has " + name.length() + " characters; a host's name may have " + MAX_HOST_NAME);
        }
        return Names.subdomain(name);
    }
}
