package dev.underway.server.forecast;

import dev.underway.model.Condition;
import dev.underway.model.Host;
import dev.underway.model.Templates;
import dev.underway.model.UnitSetPlan.State;
import dev.underway.server.store.Conditions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What of a Host matters for a forecast.
record Machine(
        String name,
        Map<String, String> labels,
        boolean reachable,
        boolean cordoned,
        @Nullable Instant heldUntil,
        Map<String, String> facts) {
    Machine(String name, Map<String, String> labels, boolean reachable, boolean cordoned, @Nullable Instant heldUntil) {
        this(name, labels, reachable, cordoned, heldUntil, Map.of());
    }

    static Machine of(Host host) {
        var spec = host.spec();
        var conditions =
                host.status() == null ? List.<Condition>of() : host.status().conditions();
        return new Machine(
                host.metadata().name(),
                host.metadata().labelsOrEmpty(),
                Conditions.isTrue(conditions, "Ready"),
                spec != null && Boolean.TRUE.equals(spec.cordoned()),
                spec == null || spec.hold() == null ? null : spec.hold().until(),
                Templates.facts(host.status()));
    }

    /// @param share the set's part of the host, which may be held by itself; null when it has none
    State state(@Nullable Share share, Instant now) {
        if (!reachable) {
            return State.Offline;
        }
        if (isAfter(heldUntil, now) || (share != null && isAfter(share.heldUntil(), now))) {
            return State.Held;
        }
        return cordoned ? State.Cordoned : State.Ready;
    }

    private static boolean isAfter(@Nullable Instant until, Instant now) {
        return until != null && until.isAfter(now);
    }
}
