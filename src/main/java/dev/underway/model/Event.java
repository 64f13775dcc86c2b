package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import dev.underway.model.schema.Limit;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Something that happened to an object, as Kubernetes' core/v1 has it: `kubectl describe` and `kubectl events` print
/// these.
@Describe("Something that happened to an object, told by whoever saw it. Goes by itself after a while.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Event(
        Metadata metadata,
        @Describe("What it happened to.") ObjectReference involvedObject,

        @Describe("What happened, as a CamelCase word.") @Limit(maxLength = Event.LONGEST_REASON) @Nullable
        String reason,

        @Describe("What happened, as a sentence.") @Limit(maxLength = Event.LONGEST_MESSAGE) @Nullable
        String message,

        @Describe("Normal, or Warning when somebody may have to act.") @Nullable
        Type type,

        @Describe("Who saw it.") @Nullable Source source,
        @Describe("When it first happened.") @Nullable Instant firstTimestamp,
        @Describe("When it last happened.") @Nullable Instant lastTimestamp,
        @Describe("How often it happened.") @Nullable Integer count,

        @Describe("When it happened, in events of newer clients.") @Nullable
        Instant eventTime,

        @Describe("How often and when last, in events of newer clients.") @Nullable
        Series series,

        @Describe("What was done or failed, in events of newer clients.") @Nullable
        String action,

        @Describe("Another object that it concerns.") @Nullable
        ObjectReference related,

        @Describe("The controller that saw it.") @Nullable String reportingComponent,

        @Describe("Which instance of the controller saw it.") @Nullable
        String reportingInstance) {

    /// Most characters of a message, as in Kubernetes' events.k8s.io/v1.
    public static final int LONGEST_MESSAGE = 1024;

    public static final int LONGEST_REASON = 128;

    /// Whether somebody may have to act.
    public enum Type {
        Normal,
        Warning
    }

    @Describe("Names an object.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ObjectReference(
            @Describe("API version of the object.") @Nullable
            String apiVersion,

            @Describe("Kind of the object.") @Nullable String kind,

            @Describe("Namespace of the object; absent for objects of the cluster.") @Nullable
            String namespace,

            @Describe("Name of the object.") @Nullable String name,
            @Describe("Uid of the object.") @Nullable String uid,

            @Describe("The version of the object that is meant.") @Nullable
            String resourceVersion,

            @Describe("The part of the object that is meant.") @Nullable
            String fieldPath) {}

    @Describe("Who saw it.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Source(
            @Describe("The program, such as underway-agent.") @Nullable
            String component,

            @Describe("The host it runs on.") @Nullable String host) {}

    @Describe("How often it happened, and when last.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Series(
            @Describe("How often it happened.") @Nullable Integer count,

            @Describe("When it last happened.") @Nullable Instant lastObservedTime) {}

    /// As in Kubernetes: an event lies where its object lies, or in `default` when that lies in no namespace.
    static void check(Event event, Findings findings) {
        var where = event.involvedObject().namespace();
        var namespace = String.valueOf(event.metadata().namespace());
        var expected = where == null || where.isEmpty() ? "default" : where;
        if (!namespace.equals(expected)) {
            findings.invalid(
                    "involvedObject.namespace",
                    Names.quoted(where == null ? "" : where) + " does not match event.namespace, which is "
                            + Names.quoted(namespace));
        }
    }
}
