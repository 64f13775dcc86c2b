package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far a change is on its way over the fleet, as the server says it. Counts are hosts.
///
/// @param id names what is rolled out: a revision together with everything else that asks hosts for a new process
/// @param from the revision that a revert goes back to; null when the fleet never had one
/// @param progressedAt since when progressDeadline counts: a host was told or verified, or a wave began; later by as
///     long as a wave baked in between
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Describe("How far a change is on its way over the fleet.")
public record RolloutStatus(
        @Describe("Names what is rolled out: a revision, and everything else that asks for a new process.")
        String id,

        @Describe("Name of the revision that is rolled out.")
        String revision,

        @Describe("Name of the revision that a revert goes back to.") @Nullable
        String from,

        @Describe("Where it stands.") Phase phase,
        @Describe("When it began.") Instant startedAt,

        @Describe("Since when progressDeadline counts.") @Nullable
        Instant progressedAt,

        @Describe("When it ended.") @Nullable Instant endedAt,

        @Describe("Name of the wave that it is in; absent when it goes straight.") @Nullable
        String wave,

        @Describe("The waves in order; the last is everybody else.") @Nullable
        List<Wave> waves,

        @Describe("The disruption budget.") @Nullable Budget budget,

        @Describe("Why hosts do not have it yet: how many for each reason, and the first of them.") @Nullable
        List<Waiting> waiting,

        @Describe("Hosts that failed, the first ten.") @Nullable
        List<Failure> failures,

        @Describe("Why it failed.") @Nullable String reason,
        @Describe("Why it failed, in words.") @Nullable String message) {

    /// One that begins at `now`.
    public static RolloutStatus begun(String id, String revision, @Nullable String from, Instant now) {
        return new RolloutStatus(
                id, revision, from, Phase.Progressing, now, now, null, null, null, null, null, null, null, null);
    }

    /// The same, further on its way.
    public RolloutStatus advanced(
            Phase to,
            Instant progressed,
            @Nullable String in,
            List<Wave> through,
            @Nullable List<Failure> failed,
            Instant now) {
        return new RolloutStatus(
                id,
                revision,
                from,
                to,
                startedAt,
                progressed,
                to.isEnd() ? now : null,
                in,
                List.copyOf(through),
                budget,
                waiting,
                failed,
                null,
                null);
    }

    /// The same, failed at `now`.
    public RolloutStatus failed(Phase to, String why, String words, @Nullable List<Failure> failed, Instant now) {
        return new RolloutStatus(
                id,
                revision,
                from,
                to,
                startedAt,
                progressedAt,
                to.isEnd() ? now : null,
                null,
                waves,
                budget,
                waiting,
                failed,
                why,
                words);
    }

    /// The same in another phase.
    public RolloutStatus in(Phase other, Instant now) {
        return new RolloutStatus(
                id,
                revision,
                from,
                other,
                startedAt,
                progressedAt,
                other.isEnd() ? (endedAt == null ? now : endedAt) : null,
                wave,
                waves,
                budget,
                waiting,
                failures,
                reason,
                message);
    }

    /// The same with what is true of the fleet now.
    public RolloutStatus at(Budget used, List<Waiting> why) {
        return new RolloutStatus(
                id,
                revision,
                from,
                phase,
                startedAt,
                progressedAt,
                endedAt,
                wave,
                waves,
                used,
                why,
                failures,
                reason,
                message);
    }

    /// Where a rollout stands. Everything after NoHostVerified is an end, or the way back.
    public enum Phase {
        /// Hosts are being changed.
        Progressing,
        /// The wave is healthy and is watched for its `bake`.
        Baking,
        /// The wave is done, and a person must let the rollout go on.
        AwaitingPromotion,
        /// `spec.paused`.
        Paused,
        /// Too few hosts of the wave can be reached to prove anything.
        NoHostVerified,
        /// It failed, and the hosts that have it are going back.
        Reverting,
        /// It failed, and every host that can be reached is back.
        Reverted,
        /// It failed, and hosts stay where they are.
        Failed,
        /// Every host that can be reached has it.
        Complete;

        public boolean isEnd() {
            return switch (this) {
                case Progressing, Baking, AwaitingPromotion, Paused, NoHostVerified, Reverting -> false;
                case Reverted, Failed, Complete -> true;
            };
        }

        /// Whether it failed, however far the way back is.
        public boolean isFailure() {
            return this == Reverting || this == Reverted || this == Failed;
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("A group of hosts that changes before the rest.")
    public record Wave(
            @Describe("Name of the wave; the last, everybody else, is called rest.")
            String name,

            @Describe("Hosts of the wave.") int hosts,
            @Describe("Hosts that were told.") int told,
            @Describe("Hosts on which it is verified.") int verified,

            @Describe("Hosts that are passed over because they are offline, held or cordoned.")
            int skipped,

            @Describe("When the rollout reached the wave.") @Nullable
            Instant startedAt,

            @Describe("Since when the wave is healthy; its bake counts from there.") @Nullable
            Instant healthyAt,

            @Describe("When the rollout went on after it.") @Nullable
            Instant passedAt) {}

    @Describe("The disruption budget.")
    public record Budget(
            @Describe("Most hosts that may be unavailable at a time.")
            int limit,

            @Describe("Hosts that are being changed, unhealthy, or silent since they were told.")
            int unavailable) {}

    @Describe("Hosts that do not have it yet for one reason.")
    public record Waiting(
            @Describe("The reason in a word.") String reason,
            @Describe("How many hosts.") int hosts,
            @Describe("The first of them.") List<String> names) {}

    @Describe("A host that failed.")
    public record Failure(
            @Describe("Name of the host.") String host,
            @Describe("The reason in a word.") String reason,
            @Describe("What went wrong.") String message) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("A rollout that ended.")
    public record Past(
            @Describe("Names what was rolled out.") String id,

            @Describe("Name of the revision that was rolled out.")
            String revision,

            @Describe("When it began.") Instant startedAt,
            @Describe("When it ended.") Instant endedAt,
            @Describe("How it ended.") Outcome outcome,
            @Describe("Why it failed.") @Nullable String reason,
            @Describe("Why it failed, in words.") @Nullable String message,

            @Describe(
                    "Whether the revision itself is condemned: it is not rolled out again unless somebody says retry.")
            @Nullable
            Boolean condemned) {}

    /// How a rollout ended.
    public enum Outcome {
        Completed,
        Failed,
        /// Another one began before it had ended.
        Superseded
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("What people said about the rollout.")
    public record Words(
            @Describe("The rollout may go on after this wave.") @Nullable
            Word promoted,

            @Describe("What failed shall be tried again.") @Nullable
            Word retried) {
        public static final Words NONE = new Words(null, null);
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("One word of a person about one rollout.")
    public record Word(
            @Describe("The rollout that is meant.") String id,

            @Describe("The wave after which it may go on.") @Nullable
            String wave,

            @Describe("Who said so.") String by,
            @Describe("When.") Instant at) {}
}
