package dev.underway.server.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import dev.underway.model.fields.FieldOwnership;
import dev.underway.model.fields.FieldOwnership.Force;
import dev.underway.model.fields.FieldOwnership.Outcome;
import dev.underway.model.fields.FieldSet;
import dev.underway.model.fields.Misfit;
import dev.underway.model.fields.Nulls;
import dev.underway.model.fields.Structure;
import dev.underway.model.schema.Schema;
import dev.underway.server.api.FieldOwner.Operation;
import dev.underway.server.api.RequestPath.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/// Who owns the fields of an object after a write, by the rules of Kubernetes' server-side apply. Pure.
///
/// Only what comes through this API is written down. The controllers and the agents' reports, which write by far most,
/// write nothing down: what is theirs follows from the object ([#servers]) and is worked out when somebody applies. And
/// as in Kubernetes, an object without any owner (made by a controller, or told to forget) is not tracked until
/// somebody applies; then everything that it has belongs to [#BEFORE].
///
/// @param part to which the writes go: of the other parts, nothing is tracked
record FieldTracking(Kind kind, Part part, Instant now) {
    /// Who owned everything before somebody applied.
    static final String BEFORE = "before-first-apply";

    private static final String SERVER = "underway-server";
    private static final String AGENT = "underway-agent";

    /// kubectl's default name when it applies on the server's side.
    private static final String KUBECTL = "kubectl";

    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    /// Fields that nobody owns: they name the object, or are the server's.
    private static final FieldSet NOBODYS = Stream.concat(
                    Stream.of("apiVersion", "kind", "metadata").map(FieldSet::of),
                    Stream.of(
                                    "name",
                                    "namespace",
                                    "creationTimestamp",
                                    "selfLink",
                                    "uid",
                                    "generation",
                                    "managedFields",
                                    "resourceVersion")
                            .map(field -> FieldSet.of("metadata", field)))
            .reduce(FieldSet.EMPTY, FieldSet::union);

    /// What an apply comes to: the object, not checked yet, and its owners.
    record Applied(ObjectNode object, ManagedFields managed) {}

    /// The owners when a program has made `next` of `before` (empty on creation) by other means than an apply. Owners
    /// that `next` brings along count instead of the stored ones: so kubectl hands fields from one to another.
    ManagedFields updated(ObjectNode before, ObjectNode next, String by) {
        var managed = brought(before, next);
        if (managed.owners().isEmpty() && !before.isEmpty()) {
            return managed;
        }
        var owner = FieldOwner.updating(by, part);
        // Under a name of its own first, to see what it takes.
        var taking = FieldOwner.updating("", part);
        var owners = new HashMap<>(FieldOwnership.updated(
                structure(),
                ManagedFields.without(before),
                ManagedFields.without(next),
                managed.owners(),
                taking,
                ignored()));
        var taken = owners.getOrDefault(taking, FieldSet.EMPTY).difference(NOBODYS);
        owners.remove(taking);
        if (taken.isEmpty()) {
            return new ManagedFields(owners, managed.times());
        }
        owners.merge(owner, taken, FieldSet::union);
        return managed.with(owners, owner, now).capped();
    }

    private ManagedFields brought(ObjectNode before, ObjectNode next) {
        var stored = ManagedFields.of(kind, before);
        if (part == Part.STATUS) {
            return stored;
        }
        if (ManagedFields.forgotten(next)) {
            return ManagedFields.NONE;
        }
        var brought = ManagedFields.of(kind, next);
        return brought.owners().isEmpty() ? stored : brought;
    }

    /// `patch` applied to `before` (empty on creation). Throws a Refusal that names the conflicts.
    Applied applied(ObjectNode before, ObjectNode patch, String by, Force force) {
        var live = ManagedFields.without(before);
        var servers = servers(live);
        var managed = ManagedFields.of(kind, before);
        if (managed.owners().isEmpty()) {
            managed = beforeFirst(live, servers);
        }
        var owner = new FieldOwner(by, Operation.Apply, part);
        var all = new HashMap<>(managed.owners());
        all.putAll(servers);
        var outcome = FieldOwnership.applied(structure(), live, patch, all, owner, force, ignored());
        if (outcome instanceof Outcome.Conflict<FieldOwner>(var fields)) {
            var left = by.equals(KUBECTL) ? without(saidBefore(live), fields) : fields;
            if (!left.isEmpty()) {
                throw conflict(left);
            }
            outcome = FieldOwnership.applied(structure(), live, patch, all, owner, Force.TAKEN, ignored());
        }
        if (!(outcome instanceof Outcome.Merged<FieldOwner>(var merged, var its))) {
            throw new IllegalStateException("a forced apply has conflicts");
        }
        var owners = new HashMap<>(its);
        owners.keySet().removeAll(servers.keySet());
        owners.computeIfPresent(owner, (_, fields) -> fields.difference(NOBODYS));
        owners.values().removeIf(FieldSet::isEmpty);
        ObjectNode object = merged instanceof ObjectNode some ? some.deepCopy() : Codec.JSON.createObjectNode();
        Nulls.drop(structure(), object);
        if (by.equals(KUBECTL)) {
            keepLastApplied(object, patch);
        }
        return new Applied(object, managed.with(owners, owner, now).capped());
    }

    private ManagedFields beforeFirst(ObjectNode live, Map<FieldOwner, FieldSet> servers) {
        var everything = FieldSet.of(structure(), live).without(ignored()).difference(NOBODYS);
        for (var fields : servers.values()) {
            everything = everything.difference(fields);
        }
        return everything.isEmpty()
                ? ManagedFields.NONE
                : ManagedFields.NONE.with(
                        Map.of(FieldOwner.updating(BEFORE, part), everything), FieldOwner.updating(BEFORE, part), now);
    }

    /// What belongs to the server's controllers and to the agents without being written down: the status, and of the
    /// kinds that follow from UnitSets all of the spec that is not people's word.
    private Map<FieldOwner, FieldSet> servers(ObjectNode live) {
        var theirs = Codec.JSON.createObjectNode();
        var name = SERVER;
        if (part == Part.STATUS && live.has("status")) {
            theirs.set("status", live.path("status"));
            name = kind.equals(Kind.HOST) || kind.equals(Kind.ASSIGNMENT) ? AGENT : SERVER;
        } else if (part == Part.MAIN && !Ownership.peopleMayCreate(kind)) {
            theirs.set("spec", Ownership.serversOwn(live).path("spec"));
        }
        var fields = FieldSet.of(structure(), theirs);
        return fields.isEmpty() ? Map.of() : Map.of(FieldOwner.updating(name, part), fields);
    }

    private FieldSet ignored() {
        if (!kind.hasStatus()) {
            return FieldSet.EMPTY;
        }
        return part == Part.STATUS ? FieldSet.of("metadata").union(FieldSet.of("spec")) : FieldSet.of("status");
    }

    private Structure structure() {
        return Schema.of(kind).structure();
    }

    /// What the annotation of a client-side apply says and the object still has: kubectl takes it over from itself.
    private FieldSet saidBefore(ObjectNode live) {
        try {
            var said = Codec.JSON.readTree(
                    live.path("metadata").path("annotations").path(LAST_APPLIED).asText(""));
            return said instanceof ObjectNode object
                            && object.path("apiVersion").asText().equals(kind.apiVersion())
                            && Misfit.in(structure(), object).isEmpty()
                    ? FieldOwnership.agreed(structure(), object, live)
                    : FieldSet.EMPTY;
        } catch (JsonProcessingException _) {
            return FieldSet.EMPTY;
        }
    }

    private static Map<FieldOwner, FieldSet> without(FieldSet allowed, Map<FieldOwner, FieldSet> conflicts) {
        var left = new HashMap<FieldOwner, FieldSet>();
        conflicts.forEach((owner, fields) -> left.put(owner, fields.difference(allowed)));
        left.values().removeIf(FieldSet::isEmpty);
        return left;
    }

    /// For those who go back to client-side apply: the annotation, where there is one, says what was applied last.
    private static void keepLastApplied(ObjectNode object, ObjectNode patch) {
        if (object.path("metadata").path("annotations").has(LAST_APPLIED)) {
            var said = patch.deepCopy();
            if (said.path("metadata").path("annotations") instanceof ObjectNode annotations) {
                annotations.remove(LAST_APPLIED);
            }
            object.withObject("/metadata/annotations").put(LAST_APPLIED, said + "\n");
        }
    }

    private Refusal conflict(Map<FieldOwner, FieldSet> conflicts) {
        var causes = new ArrayList<FieldError>();
        conflicts.entrySet().stream()
                .sorted(Comparator.comparing(conflict -> sentence(conflict.getKey())))
                .forEach(conflict -> conflict.getValue()
                        .paths()
                        .forEach(path ->
                                causes.add(new FieldError(path, "FieldManagerConflict", sentence(conflict.getKey())))));
        return Refusal.applyConflict(causes);
    }

    private String sentence(FieldOwner owner) {
        return "conflict with " + owner.sentence(kind.apiVersion());
    }
}
