package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import dev.underway.model.schema.Limit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What should run on the hosts that a selector picks: "a DaemonSet for VMs, made of systemd units".
@Describe("What should run on the hosts that a selector picks: artifacts, files and systemd units.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UnitSet(Metadata metadata, UnitSetSpec spec, UnitSet.@Nullable Status status) {

    /// The annotation by which a person confirms that a set leaves most of its hosts; its value is how many may go.
    public static final String CONFIRM_REMOVAL = "underway.dev/confirm-removal";

    /// The reason for which such a set waits.
    public static final String REMOVAL_NEEDS_CONFIRMATION = "RemovalNeedsConfirmation";

    /// What became of the spec over the fleet. Counts are hosts.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Describe("What became of the set over the fleet; written by the server.")
    public record Status(
            @Describe("The generation that this speaks of.") @Nullable
            Long observedGeneration,

            @Describe("Name of the newest revision.") @Nullable
            String revision,

            @Describe("Hosts that the selector picks.") @Nullable
            Integer hosts,

            @Describe("Hosts that were told to run the newest revision.") @Nullable
            Integer updated,

            @Describe("Hosts on which everything is as the newest revision says.") @Nullable
            Integer synced,

            @Describe("Hosts that are synced and healthy.") @Nullable
            Integer healthy,

            @Describe("Hosts that failed or cannot.") @Nullable
            Integer failed,

            @Describe("Ready, Reconciling and Stalled.") @Limit(mapKeys = "type") @Nullable
            List<Condition> conditions,

            @Describe("The rollout that is on, or that ended last.") @Nullable
            RolloutStatus rollout,

            @Describe("Name of the revision that a rollout brought to the fleet last; a revert goes back to it.")
            @Nullable
            String stable,

            @Describe("Rollouts that ended, the newest first.") @Nullable
            List<RolloutStatus.Past> history,

            @Describe("What people said about the rollout by promote and retry, with who and when.")
            RolloutStatus.@Nullable Words words,

            @Describe("The policy that the stable revision was rolled out with; it goes back with it.") @Nullable
            Policy stablePolicy) {
        public static final Status NONE =
                new Status(null, null, null, null, null, null, null, null, null, null, null, null, null);

        public List<RolloutStatus.Past> historyOrEmpty() {
            return history == null ? List.of() : history;
        }
    }
}
