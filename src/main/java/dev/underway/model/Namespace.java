package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A room for names, as Kubernetes' core/v1 has it.
@Describe("A room for names: UnitSets of one name may be in several namespaces.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Namespace(
        Metadata metadata,

        @Describe("Nothing here counts for Underway.") Namespace.@Nullable Spec spec,

        Namespace.@Nullable Status status) {

    @Describe("Nothing here counts for Underway.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            @Describe("Kept as sent, because manifests from Kubernetes have it; metadata.finalizers is what counts.")
            @Nullable
            List<String> finalizers) {}

    @Describe("Whether the namespace takes something new; written by the server.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            @Describe("Active, or Terminating while it is emptied.") @Nullable
            String phase) {}
}
