package dev.underway.server.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Assignment;
import dev.underway.model.Assignment.Draining;
import dev.underway.model.Assignment.Told;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Kind;
import dev.underway.server.store.Change;
import dev.underway.server.store.Conditions;
import dev.underway.server.store.Finalizers;
import dev.underway.server.store.Resource;
import dev.underway.server.store.StoreException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an agent's report makes of its Assignments. Pure. An Assignment that is gone, or that was made anew since
/// (its uid differs), is left alone: the agent speaks of one that it will hear the end of with its next document.
final class Reports {
    /// Reasons for which a host has not begun to act.
    private static final Set<String> NOT_YET = Set.of("Fetching", "Held");

    private Reports() {}

    static Resource.Key key(String namespace, String unitSet, String host) {
        return Resource.Key.of(Kind.ASSIGNMENT, namespace, Assignment.name(unitSet, host));
    }

    /// The agent's status, stamped by the server's clock. The same status again changes nothing, so that a repeated
    /// report wakes nobody.
    static Change status(String host, String uid, Assignment.Status reported, Instant now) {
        return current -> {
            var resource = sameAs(host, uid, current);
            var assignment = resource.as(Assignment.class);
            var before = assignment.status();
            var old = before == null ? new Assignment.Status(null, null, null, null, null, null) : before;
            var stamped = new Assignment.Status(
                    reported.observedGeneration(),
                    reported.revision(),
                    Conditions.stamped(old.conditions(), conditions(reported), now),
                    reported.plan(),
                    stamped(old.units(), reported.units(), now),
                    null,
                    actingSince(assignment.spec().told(), old, reported, now));
            var next = at(stamped, Objects.requireNonNullElse(old.reportedAt(), now));
            if (next.equals(before)) {
                return resource.body();
            }
            ObjectNode body = resource.body().deepCopy();
            body.set("status", Codec.tree(at(next, now)));
            return body;
        };
    }

    /// The agent has carried out the tombstone: the Assignment may go.
    static Change removed(String host, String uid) {
        return current -> {
            var resource = sameAs(host, uid, current);
            return resource.deleting()
                    ? Finalizers.without(Assignment.FINALIZER).apply(resource)
                    : resource.body();
        };
    }

    private static List<Condition> conditions(Assignment.Status status) {
        return status.conditions() == null ? List.of() : status.conditions();
    }

    /// `next` with the time since when each instance drains: that of `before` where it is there.
    private static @Nullable List<UnitReport> stamped(
            @Nullable List<UnitReport> before, @Nullable List<UnitReport> next, Instant now) {
        var since = new HashMap<String, Instant>();
        (before == null ? List.<UnitReport>of() : before)
                .stream()
                        .flatMap(unit -> unit.drainingOrEmpty().stream())
                        .filter(each -> each.since() != null)
                        .forEach(each -> since.put(each.instance(), Objects.requireNonNull(each.since())));
        return next == null
                ? null
                : next.stream().map(unit -> stamped(unit, since, now)).toList();
    }

    private static UnitReport stamped(UnitReport unit, Map<String, Instant> since, Instant now) {
        var draining = unit.drainingOrEmpty().stream()
                .map(each -> new Draining(each.instance(), since.getOrDefault(each.instance(), now)))
                .toList();
        return unit.draining(draining.isEmpty() ? null : draining);
    }

    private static Assignment.Status at(Assignment.Status status, Instant reportedAt) {
        return new Assignment.Status(
                status.observedGeneration(),
                status.revision(),
                status.conditions(),
                status.plan(),
                status.units(),
                reportedAt,
                status.actingSince());
    }

    /// Since when the host acts on what it was told: downloads and holds do not count.
    private static @Nullable Instant actingSince(
            @Nullable Told told, Assignment.Status before, Assignment.Status reported, Instant now) {
        long since = told == null ? 0 : told.generation();
        if (!answers(reported, since)) {
            return null;
        }
        if (answers(before, since) && before.actingSince() != null) {
            return before.actingSince();
        }
        var synced = Conditions.find(reported.conditions(), "Synced");
        return synced != null && NOT_YET.contains(synced.reason()) ? null : now;
    }

    private static boolean answers(Assignment.Status status, long generation) {
        return status.observedGeneration() != null && status.observedGeneration() >= generation;
    }

    /// `web.a` on host `b` has the same name as `web` on host `a.b`, so the name alone does not say whose it is.
    private static Resource sameAs(String host, String uid, @Nullable Resource current) throws StoreException {
        if (current == null
                || !current.uid().equals(uid)
                || !current.body().path("spec").path("host").asText().equals(host)) {
            throw new StoreException(StoreException.Reason.NOT_FOUND, "no such assignment");
        }
        return current;
    }
}
