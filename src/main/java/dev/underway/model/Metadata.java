package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What every resource carries besides its spec and status; the meanings are those of the Kubernetes API conventions.
///
/// `generation` starts at 1 and moves with the spec only. `resourceVersion` is a decimal number from one counter for
/// the whole store. Both are null on an object that was never stored.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Metadata(
        String name,
        @Nullable String generateName,
        @Nullable String namespace,
        @Nullable String uid,
        @Nullable String resourceVersion,
        @Nullable Long generation,
        @Nullable Instant creationTimestamp,
        @Nullable Instant deletionTimestamp,
        @Nullable Map<String, String> labels,
        @Nullable Map<String, String> annotations,
        @Nullable List<String> finalizers,
        @Nullable List<OwnerReference> ownerReferences) {

    /// Metadata of an object that is about to be created.
    public static Metadata named(@Nullable String namespace, String name) {
        return new Metadata(name, null, namespace, null, null, null, null, null, null, null, null, null);
    }

    public Map<String, String> labelsOrEmpty() {
        return labels == null ? Map.of() : labels;
    }
}
