package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import dev.underway.model.schema.Limit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One UnitSet on one Host, named `<unitset>.<host>`: what that host shall run, and what its agent reports. The Pod
/// of this world.
@Describe("One UnitSet on one Host: what it shall run, and what its agent reports.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Assignment(Metadata metadata, Spec spec, Assignment.@Nullable Status status) {

    /// Held until the agent has removed what the assignment put on its host.
    public static final String FINALIZER = "underway.dev/host";

    /// UnitSet names have no dots, so the first dot divides.
    public static String name(String unitSet, String host) {
        return unitSet + "." + host;
    }

    @Describe("What the host shall run; written by the server.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            @Describe("Name of the UnitSet.") String unitSet,

            @Describe("When the UnitSet was created: of two sets that claim one path, the older wins.") @Nullable
            Instant since,

            @Describe("Name of the host.") String host,
            @Describe("Name of the revision.") String revision,
            @Describe("Digest of the revision's content.") String digest,

            @Describe("How the host treats the revision.") @Nullable
            Policy policy,

            @Describe("What deletion does on the host.") UnitSetSpec.@Nullable DeletionPolicy deletionPolicy,

            @Describe("Nothing is done to the set on this host until it ends; written by people.") @Nullable
            Hold hold,

            @Describe("When the host was told this, and how it was then.") @Nullable
            Told told,

            @Describe("The host's values for the templates of the revision, by name such as labels.zone.") @Nullable
            Map<String, String> values,

            @Describe("Digest of the content with the values in their places; absent when nothing is a template.")
            @Nullable
            String rendered) {

        public Spec(
                String unitSet,
                @Nullable Instant since,
                String host,
                String revision,
                String digest,
                @Nullable Policy policy,
                UnitSetSpec.@Nullable DeletionPolicy deletionPolicy) {
            this(unitSet, since, host, revision, digest, policy, deletionPolicy, null, null, null, null);
        }

        /// The same with what people wrote into `other`: its hold and its word to try again.
        public Spec withWordsOf(Spec other) {
            var theirs = other.policy == null ? null : other.policy.retriedAt();
            var same = policy == null ? Policy.NONE : policy;
            var ours = same.retriedAt();
            var retriedAt = theirs == null || (ours != null && ours.isAfter(theirs)) ? ours : theirs;
            return new Spec(
                    unitSet,
                    since,
                    host,
                    revision,
                    digest,
                    retriedAt == null ? policy : same.withRetriedAt(retriedAt),
                    deletionPolicy,
                    other.hold,
                    told,
                    values,
                    rendered);
        }

        public Spec with(@Nullable Told other) {
            return new Spec(
                    unitSet, since, host, revision, digest, policy, deletionPolicy, hold, other, values, rendered);
        }

        /// The same with the values of its host.
        ///
        /// @param otherRendered digest of the content with them, null when it has no templates
        public Spec with(@Nullable Map<String, String> otherValues, @Nullable String otherRendered) {
            return new Spec(
                    unitSet,
                    since,
                    host,
                    revision,
                    digest,
                    policy,
                    deletionPolicy,
                    hold,
                    told,
                    otherValues,
                    otherRendered);
        }
    }

    /// The server's note of when the host was last told something that changes what runs there.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("When the host was last told something that changes what runs there, and how it was then.")
    public record Told(
            @Describe("When.") Instant at,

            @Describe("The generation of the spec that said so; later ones changed nothing that runs.")
            long generation,

            @Describe("Whether the set was unhealthy on the host before: the change is not blamed for that.") @Nullable
            Boolean unhealthyBefore) {}

    /// What the agent last reported.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("What the agent last reported.")
    public record Status(
            @Describe("The generation of the spec that this speaks of.") @Nullable
            Long observedGeneration,

            @Describe("Name of the revision that the host really runs.") @Nullable
            String revision,

            @Describe("Synced: everything is as desired. Healthy: everything works.") @Limit(mapKeys = "type") @Nullable
            List<Condition> conditions,

            @Describe("The last plan that did something: its steps in order, with the reason of each.") @Nullable
            List<PlannedStep> plan,

            @Describe("The units as systemd sees them.") @Nullable
            List<UnitReport> units,

            @Describe("When the server received this.") @Nullable
            Instant reportedAt,

            @Describe("When the server first heard that the host acts on what it was told, downloads excluded.")
            @Nullable
            Instant actingSince) {
        public Status(
                @Nullable Long observedGeneration,
                @Nullable String revision,
                @Nullable List<Condition> conditions,
                @Nullable List<PlannedStep> plan,
                @Nullable List<UnitReport> units,
                @Nullable Instant reportedAt) {
            this(observedGeneration, revision, conditions, plan, units, reportedAt, null);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("One thing that the agent did or will do.")
    public record PlannedStep(
            @Describe("WriteFile, DaemonReload, Reload, Swap, Restart, Start, Stop ….")
            String action,

            @Describe("The unit, where the step has one.") @Nullable
            String unit,

            @Describe("The difference that made the step necessary.")
            String because,

            @Describe("none, queued (connections wait) or dropped.")
            String disruption,

            @Describe("Done, Failed or Pending.") @Nullable String result,
            @Describe("What went wrong.") @Nullable String message) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("One unit as systemd sees it.")
    public record UnitReport(
            @Describe("Unit name.") String name,
            @Describe("ActiveState, such as active.") String active,
            @Describe("SubState, such as running.") String sub,
            @Describe("Id of the main process.") @Nullable Long mainPid,

            @Describe("systemd's id of this run of the unit.") @Nullable
            String invocation,

            @Describe("Whether it is what it shall be.") boolean healthy,
            @Describe("Why it is not.") @Nullable String message,

            @Describe("Earlier instances of it that finish what they have begun.") @Nullable
            List<Draining> draining) {

        public List<Draining> drainingOrEmpty() {
            return draining == null ? List.of() : draining;
        }

        /// The same with other `draining`; null for none.
        public UnitReport draining(@Nullable List<Draining> other) {
            return new UnitReport(name, active, sub, mainPid, invocation, healthy, message, other);
        }
    }

    /// One instance that is not the unit any more and has not ended yet.
    ///
    /// Agents report it without a time, and the server stamps when it first heard of it, as it does for conditions:
    /// clocks of hosts are not trusted, and a duration would be wrong as soon as it is written, because a report is
    /// sent only when something changed. Agents before this one reported the name alone, which is read as well.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("An earlier instance of a unit that finishes what it has begun.")
    public record Draining(
            @Describe("Unit name of the instance.") String instance,

            @Describe("When the server first heard that it drains.") @Nullable
            Instant since) {

        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public Draining {}

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Draining of(String instance) {
            return new Draining(instance, null);
        }
    }
}
