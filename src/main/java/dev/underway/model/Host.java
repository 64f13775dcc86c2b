package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import dev.underway.model.schema.Limit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One enrolled machine.
@Describe("One enrolled machine.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Host(Metadata metadata, Host.@Nullable Spec spec, Host.@Nullable Status status) {

    /// Labels with this prefix are the agent's to write.
    public static final String AGENT_LABEL_PREFIX = "host.underway.dev/";

    @Describe("What people say about the host.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            @Describe("No new work is sent to a cordoned host.") @Nullable
            Boolean cordoned,

            @Describe("Why it is cordoned.") @Nullable String reason,

            @Describe("Nothing is done to the host until it ends.") @Nullable
            Hold hold,

            @Describe("Stopped: every unit of every set is stopped, within the disruption budget of each set."
                    + " Decommissioned: every set is removed, so that the host can be deleted.")
            @Nullable
            Drain drain) {
        public Spec(@Nullable Boolean cordoned, @Nullable String reason, @Nullable Hold hold) {
            this(cordoned, reason, hold, null);
        }
    }

    /// How far a host is to be emptied.
    public enum Drain {
        Stopped,
        Decommissioned
    }

    @Describe("What the agent reports.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            @Describe("Facts: os, kernel, architecture, systemd, hostname, ip, agent.") @Nullable
            Map<String, String> facts,

            @Describe("Identifies the machine: a digest of /etc/machine-id.") @Nullable
            String machine,

            @Describe("When the host enrolled.") @Nullable Instant enrolledAt,

            @Describe("When the agent was last heard of, written when Ready changes.") @Nullable
            Instant lastSeen,

            @Describe("Ready: the agent is heard of.") @Limit(mapKeys = "type") @Nullable
            List<Condition> conditions) {}
}
