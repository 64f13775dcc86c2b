package dev.underway.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Assignment;
import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Condition;
import dev.underway.model.Metadata;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// When a host that waits with something has done what it was told. What is in front of a service with a proxy defers
/// its changes always.
class MemberTest {
    private static final Policy FRONT_DEFERS = new Policy(
            List.of(new UnitPolicy("web-proxy.service", UpdateMode.Defer, null, null, null, null, null)),
            null,
            null,
            null,
            null,
            null);

    @Test
    void whatIsDeferredMayWait() {
        assertThat(waitingWith(FRONT_DEFERS, "web-proxy.service").isVerified()).isTrue();
    }

    @Test
    void anotherUnitThatWaitsIsNotDoneBecauseOneDefers() {
        assertThat(waitingWith(FRONT_DEFERS, "web.service").isVerified()).isFalse();
    }

    @Test
    void nothingMayWaitWhereNothingIsDeferred() {
        assertThat(waitingWith(Policy.NONE, "web.service").isVerified()).isFalse();
    }

    private static Member waitingWith(Policy policy, String unit) {
        var host = new World.HostView("a", Map.of(), true, false, false, null, null, null);
        var spec = new Assignment.Spec("web", Instant.EPOCH, "a", "web-2", "2", policy, null);
        var status = new Assignment.Status(
                1L,
                "web-2",
                List.of(
                        Condition.of("Synced", Condition.Status.False, "Waiting", unit + ": later"),
                        Condition.of("Healthy", Condition.Status.True, "UnitsHealthy", "well")),
                List.of(
                        new PlannedStep("WriteFile", null, "changed", "none", "Done", null),
                        new PlannedStep("Wait", unit, "later", "none", "Done", null)),
                null,
                Instant.EPOCH);
        var metadata = new Metadata("web.a", null, "shop", "uid", "1", 1L, Instant.EPOCH, null, null, null, null, null);
        return new Member(host, new Assignment(metadata, spec, status));
    }
}
