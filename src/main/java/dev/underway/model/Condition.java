package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One aspect of a resource's state, as kstatus and `kubectl wait` read it.
@JsonInclude(JsonInclude.Include.NON_NULL)
@Describe("One aspect of the state, with the reason and since when.")
public record Condition(
        @Describe("Ready, Reconciling, Stalled, Synced or Healthy.")
        String type,

        @Describe("True, False or Unknown.") Status status,
        @Describe("A CamelCase word that says why.") String reason,

        @Describe("A sentence that says what is so, and what to do where something must be done.") @Nullable
        String message,

        @Describe("The generation of the spec that this speaks of.") @Nullable
        Long observedGeneration,

        @Describe("When the status last changed.") @Nullable Instant lastTransitionTime) {

    /// The three answers to "does this condition hold?".
    public enum Status {
        True,
        False,
        Unknown
    }

    /// A condition without times; the server stamps `lastTransitionTime` when it stores it.
    public static Condition of(String type, Status status, String reason, String message) {
        return new Condition(type, status, reason, message, null, null);
    }
}
