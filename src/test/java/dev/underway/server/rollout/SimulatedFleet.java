package dev.underway.server.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.model.LabelSelector;
import dev.underway.model.RolloutStatus;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout.OfHost;
import dev.underway.model.UnitSetSpec;
import dev.underway.server.store.Change;
import dev.underway.server.store.Finalizers;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore.Event;
import dev.underway.server.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The UnitSet `web` over hosts that a test moves: the real [Fleet], [RolloutPlanner] and [DecisionChanges], with a map
/// where the database is, and hosts that report what the test says. Time stands still unless the test lets it go on.
final class SimulatedFleet {
    static final SetKey WEB = new SetKey("shop", "web");
    static final Duration DECIDING = Duration.ofMillis(100);

    private final Map<Resource.Key, Resource> stored = new HashMap<>();
    private Fleet fleet = new Fleet(_ -> concerned = true);
    private Instant now = Instant.parse("2026-11-25T12:00:00Z");
    private long version;
    /// Whether the controller was told to look, by the log.
    private boolean concerned;
    private Plan last = new Plan(List.of(), null);

    Instant now() {
        return now;
    }

    // --- what people do

    /// Hosts are `a`, `b(zone=a)`, `c(canary=true zone=b)`: the labels that the waves of tests pick.
    SimulatedFleet hosts(String... hosts) {
        for (var item : hosts) {
            var name = item.replaceAll("\\(.*", "");
            var labels = new TreeMap<String, String>();
            labels.put("role", "web");
            if (item.contains("(")) {
                for (var label :
                        item.substring(name.length() + 1, item.length() - 1).split(" ")) {
                    labels.put(label.split("=")[0], label.split("=")[1]);
                }
            }
            write(host(name), _ -> {
                var body = fresh(Kind.HOST, name, null);
                body.withObject("/metadata").set("labels", Codec.JSON.valueToTree(labels));
                return body;
            });
            online(name);
        }
        return this;
    }

    /// A new content, with the rest of the spec as it was.
    void push(String version) {
        push(version, rules());
    }

    void push(String version, UnitSetSpec.Rollout rules) {
        write(WEB.resource(), current -> {
            var body = current == null
                    ? fresh(Kind.UNIT_SET, "web", "shop")
                    : current.body().deepCopy();
            var spec = body.withObject("/spec");
            spec.set("selector", Codec.tree(new LabelSelector(Map.of("role", "web"), null)));
            spec.set("files", Codec.JSON.valueToTree(List.of(Map.of("path", "/etc/web.conf", "content", version))));
            if (rules != null) {
                spec.set("rollout", Codec.tree(rules));
            }
            return body;
        });
    }

    /// A change of the spec, as a merge patch of one field.
    void set(String field, Object value) {
        write(WEB.resource(), current -> {
            ObjectNode body = current.body().deepCopy();
            if (value == null) {
                body.withObject("/spec").remove(field);
            } else {
                body.withObject("/spec").set(field, Codec.JSON.valueToTree(value));
            }
            return body;
        });
    }

    void annotate(String name, String value) {
        write(WEB.resource(), current -> {
            ObjectNode body = current.body().deepCopy();
            body.withObject("/metadata/annotations").put(name, value);
            return body;
        });
    }

    /// As a server of an earlier version left it.
    void forgetStatus() {
        write(WEB.resource(), current -> {
            ObjectNode body = current.body().deepCopy();
            body.remove("status");
            return body;
        });
    }

    void promote(String wave) {
        write(WEB.resource(), RolloutWords.promoted(wave, "ann", clock()));
    }

    void retry() {
        write(WEB.resource(), RolloutWords.retried("ann", clock()));
    }

    void undo(String version) {
        set("pin", Map.of("revision", Story.revisionName(version), "reason", "test"));
    }

    void spec(String host, String field, Object value) {
        write(host(host), current -> {
            ObjectNode body = current.body().deepCopy();
            if (value == null) {
                body.withObject("/spec").remove(field);
            } else {
                body.withObject("/spec").set(field, Codec.JSON.valueToTree(value));
            }
            return body;
        });
    }

    /// Its Host is deleted.
    void delete(String host) {
        write(host(host), _ -> null);
    }

    void label(String host, String key, String value) {
        write(host(host), current -> {
            ObjectNode body = current.body().deepCopy();
            body.withObject("/metadata/labels").put(key, value);
            return body;
        });
    }

    // --- what hosts do

    void online(String... hosts) {
        for (var name : hosts) {
            ready(name, Condition.Status.True, null);
        }
    }

    /// Silent since now.
    void offline(String... hosts) {
        for (var name : hosts) {
            ready(name, Condition.Status.Unknown, now);
        }
    }

    /// Found silent now, and not heard of since `seen`.
    void offlineSince(Instant seen, String host) {
        ready(host, Condition.Status.Unknown, seen);
    }

    void healthy(String... hosts) {
        for (var name : hosts) {
            report(name, true, "AsDesired", true, "UnitsHealthy");
        }
    }

    /// It has it, and a unit of it is ill; systemd may bring it back.
    void ill(String... hosts) {
        for (var name : hosts) {
            report(name, true, "AsDesired", false, "UnitUnhealthy");
        }
    }

    /// The new process failed, and the agent put back what was there.
    void crashes(String... hosts) {
        for (var name : hosts) {
            report(name, false, "Reverted", false, "Crashed");
        }
    }

    /// It works on it and is not done.
    void acts(String... hosts) {
        for (var name : hosts) {
            report(name, false, "Applying", null, "Pending");
        }
    }

    void cleaned(String... hosts) {
        for (var name : hosts) {
            write(assignment(name), Finalizers.without(Assignment.FINALIZER));
        }
    }

    private void report(String host, boolean synced, String why, Boolean healthy, String reason) {
        write(assignment(host), current -> {
            ObjectNode body = current.body().deepCopy();
            var spec = current.as(Assignment.class).spec();
            var before = current.as(Assignment.class).status();
            var conditions = dev.underway.server.store.Conditions.stamped(
                    before == null ? null : before.conditions(),
                    List.of(
                            Condition.of("Synced", synced ? Condition.Status.True : Condition.Status.False, why, why),
                            Condition.of(
                                    "Healthy",
                                    healthy == null
                                            ? Condition.Status.Unknown
                                            : healthy ? Condition.Status.True : Condition.Status.False,
                                    reason,
                                    reason)),
                    now);
            var runs = why.equals("Reverted") && before != null ? before.revision() : spec.revision();
            var acting = before != null
                            && before.actingSince() != null
                            && before.observedGeneration() >= spec.told().generation()
                    ? before.actingSince()
                    : now;
            body.set(
                    "status",
                    Codec.tree(new Assignment.Status(current.generation(), runs, conditions, null, null, now, acting)));
            return body;
        });
    }

    private void ready(String host, Condition.Status status, Instant seen) {
        write(host(host), current -> {
            ObjectNode body = current.body().deepCopy();
            body.set(
                    "status",
                    Codec.tree(new Host.Status(
                            null, null, now, seen, List.of(Condition.of("Ready", status, "Agent", "agent")))));
            return body;
        });
    }

    // --- what the server does

    void elapse(Duration time) {
        now = now.plus(time);
    }

    /// Another replica takes over, or the server starts anew: nothing but what is stored is known.
    void restartServer() {
        fleet = new Fleet(_ -> concerned = true);
        for (var kind : List.of(Kind.HOST, Kind.REVISION, Kind.ASSIGNMENT, Kind.UNIT_SET)) {
            fleet.everything(
                    kind,
                    stored.values().stream()
                            .filter(resource -> resource.key().kind().equals(kind))
                            .toList(),
                    version);
        }
    }

    /// One look of the controller. Answers what was decided, as [Story#words] has it.
    String decide() {
        elapse(DECIDING);
        return decideNow();
    }

    /// Only when news or the time asks for it, as the controller does.
    String decideNow() {
        boolean due = last.wake() != null && !last.wake().isAfter(now);
        if (!concerned && !due) {
            last = new Plan(List.of(), null, last.wake());
            return "";
        }
        concerned = false;
        last = RolloutPlanner.plan(fleet.world(WEB), now);
        var changes = new DecisionChanges(
                WEB, fleet.world(WEB).set(), fleet.world(WEB).revisions(), clock());
        for (var decision : last.decisions()) {
            var write = changes.write(decision);
            write(write.key(), write.change());
        }
        if (last.status() != null) {
            var write = changes.status(last.status());
            write(write.key(), write.change());
        }
        return Story.words(last);
    }

    /// Looks until there is nothing more to decide without time or news.
    String settle() {
        var words = new ArrayList<String>();
        for (int i = 0; i < 1000; i++) {
            var before = version;
            var said = decide();
            if (!said.isEmpty()) {
                words.add(said);
            }
            if (version == before) {
                return String.join("; ", words);
            }
        }
        throw new IllegalStateException("never settles: " + words);
    }

    Plan last() {
        return last;
    }

    /// When the planner wants to look again although nothing changed; null for never.
    Instant wake() {
        return last.wake();
    }

    // --- what is there

    UnitSet web() {
        return stored.get(WEB.resource()).as(UnitSet.class);
    }

    RolloutStatus rollout() {
        return web().status().rollout();
    }

    RolloutStatus.Phase phase() {
        return rollout().phase();
    }

    String reason() {
        return web().status().conditions().getFirst().reason();
    }

    String message() {
        return web().status().conditions().getFirst().message();
    }

    /// What every host was told, such as `a=v1, b=v2`; hosts without an Assignment are left out.
    String told() {
        return assignments()
                .map(assignment -> assignment.spec().host() + "="
                        + (assignment.metadata().deletionTimestamp() != null
                                ? "gone"
                                : Story.version(assignment.spec().revision())))
                .collect(Collectors.joining(", "));
    }

    Stream<Assignment> assignments() {
        return fleet.world(WEB).assignments().stream()
                .sorted((one, other) -> one.spec().host().compareTo(other.spec().host()));
    }

    Assignment of(String host) {
        var resource = stored.get(assignment(host));
        return resource == null ? null : resource.as(Assignment.class);
    }

    /// Why the host is where it is, such as `Waiting BudgetExhausted`.
    String why(String host) {
        var standing = standing(host);
        return standing.state() + " " + standing.reason();
    }

    OfHost standing(String host) {
        return standings().stream()
                .filter(standing -> standing.host().equals(host))
                .findFirst()
                .orElseThrow();
    }

    List<OfHost> standings() {
        var world = fleet.world(WEB);
        return Objects.requireNonNull(RolloutPlanner.decide(world, world.set(), now))
                .hosts();
    }

    World world() {
        return fleet.world(WEB);
    }

    private UnitSetSpec.Rollout rules() {
        var current = stored.get(WEB.resource());
        return current == null ? null : current.as(UnitSet.class).spec().rollout();
    }

    private Clock clock() {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    private static Resource.Key host(String name) {
        return Resource.Key.of(Kind.HOST, null, name);
    }

    private static Resource.Key assignment(String host) {
        return WEB.assignment(Assignment.name("web", host));
    }

    private static ObjectNode fresh(Kind kind, String name, String namespace) {
        var body = Codec.JSON
                .createObjectNode()
                .put("apiVersion", kind.apiVersion())
                .put("kind", kind.name());
        var metadata = body.withObject("/metadata").put("name", name);
        if (namespace != null) {
            metadata.put("namespace", namespace);
        }
        return body;
    }

    /// As the store writes: refusals and no-ops change nothing, generation counts changes of the spec and deletion, and
    /// who is
    /// deleted goes with the last finalizer.
    private void write(Resource.Key key, Change change) {
        var before = stored.get(key);
        ObjectNode body;
        try {
            body = change.apply(before);
        } catch (StoreException e) {
            if (e.reason() == StoreException.Reason.NOT_FOUND || e.reason() == StoreException.Reason.CONFLICT) {
                return;
            }
            throw new IllegalStateException(e);
        }
        boolean gone = body == null
                || (body.at("/metadata/deletionTimestamp").isTextual()
                        && body.at("/metadata/finalizers").isEmpty());
        if (gone) {
            if (stored.remove(key) != null) {
                version++;
                fleet.changed(new Event(Event.Type.DELETED, key, version, Codec.bytes(before.body())));
            }
            return;
        }
        if (before != null && before.body().equals(body)) {
            return;
        }
        version++;
        ObjectNode next = body.deepCopy();
        var metadata = next.withObject("/metadata");
        metadata.put("name", key.name());
        if (!key.namespace().isEmpty()) {
            metadata.put("namespace", key.namespace());
        }
        if (before == null) {
            metadata.put("uid", "uid-" + version);
            metadata.put("creationTimestamp", now.toString());
            metadata.put("generation", 1);
        } else {
            boolean moved = !Objects.equals(before.body().get("spec"), body.get("spec"))
                    || before.deleting() != body.at("/metadata").has("deletionTimestamp");
            metadata.put("generation", (int) before.generation() + (moved ? 1 : 0));
        }
        var resource = new Resource(key, version, next);
        stored.put(key, resource);
        fleet.changed(
                new Event(before == null ? Event.Type.ADDED : Event.Type.MODIFIED, key, version, Codec.bytes(next)));
    }
}
