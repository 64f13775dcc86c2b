package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a host treats a revision. A change of policy never makes a new revision and never re-rolls the fleet.
@Describe("How the host treats the revision.")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Policy(
        @Describe("Per unit, by name.") @Nullable List<UnitPolicy> units,

        @Describe("Paths of files that may be taken over from the host.") @Nullable
        List<String> adoptFiles,

        @Describe("Heal or Report.") UnitSetSpec.@Nullable DriftPolicy drift,

        @Describe("Asks for a new process of every unit when it changes.") @Nullable
        Instant restartedAt,

        @Describe("How long the host may take to become healthy.") @Nullable
        Duration healthyDeadline,

        @Describe("When a person last said that what failed shall be tried again.") @Nullable
        Instant retriedAt) {

    public static final Policy NONE = new Policy(null, null, null, null, null);

    public Policy(
            @Nullable List<UnitPolicy> units,
            @Nullable List<String> adoptFiles,
            UnitSetSpec.@Nullable DriftPolicy drift,
            @Nullable Instant restartedAt,
            @Nullable Duration healthyDeadline) {
        this(units, adoptFiles, drift, restartedAt, healthyDeadline, null);
    }

    Policy withRetriedAt(Instant at) {
        return new Policy(units, adoptFiles, drift, restartedAt, healthyDeadline, at);
    }

    public List<String> adoptFilesOrEmpty() {
        return adoptFiles == null ? List.of() : adoptFiles;
    }

    /// The policy of one unit; all null when the author said nothing about it.
    public UnitPolicy unit(String name) {
        return (units == null ? List.<UnitPolicy>of() : units)
                .stream()
                        .filter(u -> u.name().equals(name))
                        .findFirst()
                        .orElse(new UnitPolicy(name, null, null, null, null, null, null));
    }

    @Describe("How the host treats one unit.")
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record UnitPolicy(
            @Describe("Unit name.") String name,
            @Describe("The most disruptive action allowed.") UnitSetSpec.@Nullable UpdateMode update,
            @Describe("Running, Stopped or IfRunning.") UnitSetSpec.@Nullable UnitState state,

            @Describe("Paths whose change is taken by a reload.") @Nullable
            List<String> reloadOn,

            @Describe("Paths whose change needs a new process.") @Nullable
            List<String> restartOn,

            @Describe("Probes.") UnitSetSpec.@Nullable Readiness readiness,

            @Describe("May take over the host's unit file.") @Nullable
            Boolean adopt,

            @Describe("How long connections may go on with an earlier version.") @Nullable
            Duration drain) {

        public UnitPolicy(
                String name,
                UnitSetSpec.@Nullable UpdateMode update,
                UnitSetSpec.@Nullable UnitState state,
                @Nullable List<String> reloadOn,
                @Nullable List<String> restartOn,
                UnitSetSpec.@Nullable Readiness readiness,
                @Nullable Boolean adopt) {
            this(name, update, state, reloadOn, restartOn, readiness, adopt, null);
        }
    }
}
