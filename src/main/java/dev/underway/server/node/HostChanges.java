package dev.underway.server.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.model.Printable;
import dev.underway.server.access.Names;
import dev.underway.server.store.Change;
import dev.underway.server.store.Conditions;
import dev.underway.server.store.Finalizers;
import dev.underway.server.store.Resource;
import dev.underway.server.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What enrolment, contact, silence and departure make of a Host. Pure.
final class HostChanges {
    /// Held by the server until the host's certificate counts no more.
    static final String FINALIZER = "underway.dev/identity";

    private static final String READY = "Ready";
    private static final int MAX_FACTS = 64;
    private static final int MAX_FACT_LENGTH = 1024;

    private HostChanges() {}

    static Resource.Key key(String host) {
        return Resource.Key.of(Kind.HOST, null, host);
    }

    /// A machine has joined. `fixed` labels are its join token's and win; of the agent's own, those count that have
    /// the agent's prefix.
    static Change enrolled(
            Map<String, String> fixed,
            @Nullable Map<String, String> own,
            @Nullable Map<String, String> facts,
            String machine,
            Instant at) {
        return current -> {
            if (current != null && current.deleting()) {
                throw new StoreException(StoreException.Reason.CONFLICT, "the host is being deleted");
            }
            ObjectNode body = current == null ? fresh() : current.body().deepCopy();
            var metadata = body.withObject("/metadata");
            var labels = new TreeMap<>(current == null ? Map.of() : current.labels());
            labels.keySet().removeIf(key -> key.startsWith(Host.AGENT_LABEL_PREFIX));
            labels.putAll(agentLabels(own));
            labels.putAll(fixed);
            metadata.set("labels", Codec.JSON.valueToTree(labels));
            var finalizers = new LinkedHashSet<String>();
            metadata.path("finalizers").forEach(finalizer -> finalizers.add(finalizer.asText()));
            finalizers.add(FINALIZER);
            metadata.set("finalizers", Codec.JSON.valueToTree(finalizers));
            var ready = Condition.of(
                    READY, Condition.Status.Unknown, "Joined", "The host has joined; its agent has not called since.");
            var before = status(body);
            body.set(
                    "status",
                    Codec.tree(new Host.Status(
                            facts == null ? before.facts() : bounded(facts),
                            machine,
                            at,
                            before.lastSeen(),
                            Conditions.stamped(before.conditions(), List.of(ready), at))));
            return body;
        };
    }

    /// The agent was heard of.
    static Change heard(Instant now) {
        var ready = Condition.of(READY, Condition.Status.True, "AgentHeard", "The agent is heard of.");
        return status(before -> Conditions.isTrue(before.conditions(), READY)
                ? before
                : new Host.Status(
                        before.facts(),
                        before.machine(),
                        before.enrolledAt(),
                        now,
                        Conditions.stamped(before.conditions(), List.of(ready), now)));
    }

    /// Nothing was heard of the agent for a whole lease; `seen` is when it last was, null when never.
    static Change silent(@Nullable Instant seen, Duration lease, Instant now) {
        return status(before -> {
            var ready = before.enrolledAt() == null
                    ? Condition.of(
                            READY,
                            Condition.Status.False,
                            "NotEnrolled",
                            "No machine has joined under this name: make a join token and start its agent.")
                    : Condition.of(
                            READY,
                            Condition.Status.Unknown,
                            "AgentSilent",
                            "The agent has not called for more than " + lease.toSeconds()
                                    + " s: is the host up, and does underway-agent.service run?");
            var lastSeen = seen == null ? before.lastSeen() : seen;
            var conditions = Conditions.stamped(before.conditions(), List.of(ready), now);
            return conditions.equals(before.conditions())
                    ? before
                    : new Host.Status(before.facts(), before.machine(), before.enrolledAt(), lastSeen, conditions);
        });
    }

    static Change facts(Map<String, String> facts) {
        return status(before -> new Host.Status(
                bounded(facts), before.machine(), before.enrolledAt(), before.lastSeen(), before.conditions()));
    }

    static boolean isReady(Resource host) {
        return Conditions.isTrue(status(host.body()).conditions(), READY);
    }

    /// The certificate counts no more; a Host that is being deleted may go.
    static Change released() {
        return Finalizers.without(FINALIZER);
    }

    private static Change status(UnaryOperator<Host.Status> change) {
        return current -> {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, "no such host");
            }
            var before = status(current.body());
            var after = change.apply(before);
            if (after.equals(before)) {
                return current.body();
            }
            ObjectNode body = current.body().deepCopy();
            body.set("status", Codec.tree(after));
            return body;
        };
    }

    private static Host.Status status(ObjectNode body) {
        var status = body.get("status");
        return status == null || status.isNull()
                ? new Host.Status(null, null, null, null, null)
                : Codec.read(status, Host.Status.class);
    }

    private static ObjectNode fresh() {
        return Codec.JSON
                .createObjectNode()
                .put("apiVersion", Kind.HOST.apiVersion())
                .put("kind", Kind.HOST.name());
    }

    private static Map<String, String> agentLabels(@Nullable Map<String, String> own) {
        var labels = new TreeMap<String, String>();
        (own == null ? Map.<String, String>of() : own).forEach((key, value) -> {
            if (labels.size() < MAX_FACTS
                    && key.startsWith(Host.AGENT_LABEL_PREFIX)
                    && Names.isLabelKey(key)
                    && value != null
                    && Names.isLabelValue(value)) {
                labels.put(key, value);
            }
        });
        return labels;
    }

    private static Map<String, String> bounded(Map<String, String> facts) {
        var bounded = new TreeMap<String, String>();
        facts.forEach((key, value) -> {
            if (bounded.size() < MAX_FACTS && key.length() <= MAX_FACT_LENGTH && value != null) {
                var cut = value.length() > MAX_FACT_LENGTH ? value.substring(0, MAX_FACT_LENGTH) : value;
                bounded.put(Printable.of(key), Printable.of(cut));
            }
        });
        return bounded;
    }
}
