package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.fields.FieldOwnership;
import dev.underway.model.fields.FieldSet;
import dev.underway.server.api.FieldOwner.Operation;
import dev.underway.server.api.RequestPath.Part;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/// `metadata.managedFields`: who owns which fields, and since when (the time as it is written, empty when nobody
/// knows).
/// Immutable.
record ManagedFields(Map<FieldOwner, FieldSet> owners, Map<FieldOwner, String> times) {
    static final ManagedFields NONE = new ManagedFields(Map.of(), Map.of());

    private static final String FIELD = "managedFields";
    /// Most owners by update, as in Kubernetes; older ones become one.
    private static final int MOST_UPDATING = 10;

    private static final String ANCIENT = "ancient-changes";
    private static final Comparator<FieldOwner> BY_NAME = Comparator.comparing(FieldOwner::name)
            .thenComparing(FieldOwner::subresource)
            .thenComparing(FieldOwner::operation);

    ManagedFields {
        owners = Map.copyOf(owners);
        times = Map.copyOf(times);
    }

    /// What an object says. Entries of other versions speak of fields that we do not have, and are left out; a list
    /// that
    /// cannot be read says nothing.
    static ManagedFields of(Kind kind, ObjectNode object) {
        var owners = new HashMap<FieldOwner, FieldSet>();
        var times = new HashMap<FieldOwner, String>();
        try {
            for (var entry : object.path("metadata").path(FIELD)) {
                if (entry.path("apiVersion").asText().equals(kind.apiVersion())) {
                    var owner = new FieldOwner(
                            entry.path("manager").asText(),
                            Operation.valueOf(entry.path("operation").asText()),
                            entry.path("subresource").asText().equals("status") ? Part.STATUS : Part.MAIN);
                    owners.merge(owner, FieldSet.fromJson(entry.path("fieldsV1")), FieldSet::union);
                    times.put(owner, entry.path("time").asText(""));
                }
            }
        } catch (IllegalArgumentException _) {
            return NONE;
        }
        owners.values().removeIf(FieldSet::isEmpty);
        return new ManagedFields(owners, times);
    }

    /// Whether an object asks for all of it to be forgotten, which one empty entry does.
    static boolean forgotten(ObjectNode object) {
        return object.path("metadata").get(FIELD) instanceof ArrayNode list
                && list.size() == 1
                && list.get(0).isObject()
                && list.get(0).isEmpty();
    }

    /// Whether an object says anything of it.
    static boolean isIn(ObjectNode object) {
        return object.path("metadata").hasNonNull(FIELD);
    }

    /// The object without it, as far as needed a copy.
    static ObjectNode without(ObjectNode object) {
        if (!object.path("metadata").has(FIELD)) {
            return object;
        }
        ObjectNode bare = Codec.JSON.createObjectNode();
        bare.setAll(object);
        ObjectNode metadata = Codec.JSON.createObjectNode();
        metadata.setAll((ObjectNode) object.path("metadata"));
        metadata.remove(FIELD);
        bare.set("metadata", metadata);
        return bare;
    }

    /// Writes it into `next`, which follows `before`. Where nothing else changes, the times stay too: whoever applies
    /// the same again and again must find that nothing happens.
    void writeInto(ObjectNode next, Kind kind, ObjectNode before) {
        var metadata = next.withObject("/metadata");
        if (owners.isEmpty()) {
            metadata.remove(FIELD);
        } else if (owners.equals(of(kind, before).owners) && FieldOwnership.same(without(before), without(next))) {
            metadata.set(FIELD, before.path("metadata").path(FIELD));
        } else {
            metadata.set(FIELD, toJson(kind));
        }
    }

    private ArrayNode toJson(Kind kind) {
        var list = Codec.JSON.createArrayNode();
        owners.keySet().stream()
                .sorted(Comparator.comparing(FieldOwner::operation)
                        .thenComparing(this::time)
                        .thenComparing(BY_NAME))
                .forEach(owner -> list.add(entry(owner, kind)));
        return list;
    }

    private ObjectNode entry(FieldOwner owner, Kind kind) {
        ObjectNode entry = Codec.JSON
                .createObjectNode()
                .put("manager", owner.name())
                .put("operation", owner.operation().name())
                .put("apiVersion", kind.apiVersion());
        if (!time(owner).isEmpty()) {
            entry.put("time", time(owner));
        }
        entry.put("fieldsType", "FieldsV1").set("fieldsV1", fields(owner).toJson());
        if (!owner.subresource().isEmpty()) {
            entry.put("subresource", owner.subresource());
        }
        return entry;
    }

    FieldSet fields(FieldOwner owner) {
        return owners.getOrDefault(owner, FieldSet.EMPTY);
    }

    private String time(FieldOwner owner) {
        return times.getOrDefault(owner, "");
    }

    /// The same with other owners, and `owner` at this time.
    ManagedFields with(Map<FieldOwner, FieldSet> others, FieldOwner owner, Instant now) {
        var later = new HashMap<>(times);
        later.put(owner, now.truncatedTo(ChronoUnit.SECONDS).toString());
        return new ManagedFields(others, later);
    }

    /// The same with at most [#MOST_UPDATING] owners by update.
    ManagedFields capped() {
        var updating = owners.keySet().stream()
                .filter(owner -> owner.operation() == Operation.Update)
                .sorted(Comparator.comparing(this::time).thenComparing(BY_NAME))
                .toList();
        if (updating.size() <= MOST_UPDATING) {
            return this;
        }
        var fewer = new HashMap<>(owners);
        var later = new HashMap<>(times);
        var ancient = FieldOwner.updating(ANCIENT, Part.MAIN);
        for (var oldest : updating.subList(0, updating.size() - MOST_UPDATING + 1)) {
            fewer.remove(oldest);
            fewer.merge(ancient, fields(oldest), FieldSet::union);
            later.put(ancient, time(oldest));
        }
        return new ManagedFields(fewer, later);
    }
}
