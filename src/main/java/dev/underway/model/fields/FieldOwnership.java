package dev.underway.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What applies and updates make of an object and of the owners of its fields.
///
/// The rules are those of structured-merge-diff (`merge/update.go`): an applier owns exactly what it said last; what it
/// says no longer goes, unless somebody else owns it too or nobody ever said it; another value than an owner's is a
/// conflict, and with force the owner loses the field; an update takes what it changes and never conflicts.
public final class FieldOwnership {
    private FieldOwnership() {}

    /// What came of an apply. `K` names an owner.
    public sealed interface Outcome<K> {
        /// @param object the live one with what was applied, or the live one when no field that is tracked differs; may
        /// have nulls where a container has lost all it had
        /// @param owners of its fields, each with at least one
        record Merged<K>(JsonNode object, Map<K, FieldSet> owners) implements Outcome<K> {}

        /// Fields with other values that others own; nothing was done.
        record Conflict<K>(Map<K, FieldSet> fields) implements Outcome<K> {}
    }

    /// What an apply does about fields that others own.
    public enum Force {
        /// They are a [Outcome.Conflict].
        REFUSED,
        /// The others lose them.
        TAKEN
    }

    /// `config` applied to `live` by `owner`. `config` must have no [Misfit]; `ignored` fields are merged and not
    /// tracked.
    public static <K> Outcome<K> applied(
            Structure structure,
            JsonNode live,
            JsonNode config,
            Map<K, FieldSet> owners,
            K owner,
            Force force,
            FieldSet ignored) {
        var next = within(structure, owners);
        var last = next.get(owner);
        next.put(owner, FieldSet.of(structure, config).without(ignored));
        var merged = orNull(Walk.merged(structure, live, config));
        var object = last == null || last.isEmpty() ? merged : pruned(structure, merged, last, next);
        var difference = Walk.compared(structure, live, object).without(ignored);
        var conflicts = conflicts(difference, next, owner);
        if (force == Force.REFUSED && !conflicts.isEmpty()) {
            return new Outcome.Conflict<>(conflicts);
        }
        return new Outcome.Merged<>(difference.isEmpty() ? live : object, others(difference, next, owner));
    }

    /// The owners after `owner` has made `next` of `live` by other means than an apply.
    public static <K> Map<K, FieldSet> updated(
            Structure structure, JsonNode live, JsonNode next, Map<K, FieldSet> owners, K owner, FieldSet ignored) {
        var difference = Walk.compared(structure, live, next).without(ignored);
        var after = others(difference, within(structure, owners), owner);
        var own = after.getOrDefault(owner, FieldSet.EMPTY)
                .union(difference.set())
                .difference(difference.removed())
                .without(ignored);
        after.put(owner, own);
        after.values().removeIf(FieldSet::isEmpty);
        return after;
    }

    /// Whether two values are the same, however their numbers are held in memory.
    public static boolean same(JsonNode a, JsonNode b) {
        return Walk.same(a, b);
    }

    /// The fields that `config` and `live` have with the same values.
    public static FieldSet agreed(Structure structure, JsonNode config, JsonNode live) {
        var difference = Walk.compared(structure, config, live);
        return FieldSet.of(structure, config).difference(difference.set()).difference(difference.removed());
    }

    private static <K> Map<K, FieldSet> within(Structure structure, Map<K, FieldSet> owners) {
        var result = new HashMap<K, FieldSet>();
        owners.forEach((owner, fields) -> result.put(owner, fields.within(structure)));
        return result;
    }

    private static <K> Map<K, FieldSet> conflicts(Difference difference, Map<K, FieldSet> owners, K owner) {
        var conflicts = new HashMap<K, FieldSet>();
        owners.forEach((other, fields) -> {
            if (!other.equals(owner)) {
                conflicts.put(other, fields.intersection(difference.set()));
            }
        });
        conflicts.values().removeIf(FieldSet::isEmpty);
        return conflicts;
    }

    /// The owners when `owner` has made the difference: others lose what it set and what is gone.
    private static <K> Map<K, FieldSet> others(Difference difference, Map<K, FieldSet> owners, K owner) {
        var after = new HashMap<>(owners);
        after.replaceAll((other, fields) -> other.equals(owner)
                ? fields
                : fields.difference(difference.set()).difference(difference.removed()));
        after.values().removeIf(FieldSet::isEmpty);
        return after;
    }

    /// Without what the applier said last and says no longer, but for what others own and what nobody ever said.
    private static <K> JsonNode pruned(Structure structure, JsonNode merged, FieldSet last, Map<K, FieldSet> owners) {
        var all = named(structure, merged);
        var lastNamed = last.withNamed(structure);
        var owned =
                owners.values().stream().reduce(FieldSet.EMPTY, FieldSet::union).withNamed(structure);

        var first = Removal.without(lastNamed, structure, merged);
        var ownedBack = Removal.without(all.difference(named(structure, first).union(owned)), structure, merged);
        return Removal.without(all.difference(named(structure, ownedBack)).intersection(lastNamed), structure, merged);
    }

    private static FieldSet named(Structure structure, JsonNode value) {
        return FieldSet.of(structure, value).withNamed(structure);
    }

    private static JsonNode orNull(@Nullable JsonNode value) {
        return value == null ? NullNode.instance : value;
    }
}
