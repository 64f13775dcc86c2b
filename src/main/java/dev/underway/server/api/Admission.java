package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetSpec;
import dev.underway.model.Validation;
import dev.underway.model.fields.Misfit;
import dev.underway.model.fields.Nulls;
import dev.underway.model.schema.Schema;
import dev.underway.plan.SwapAdvice;
import dev.underway.server.api.Request.FieldValidation;
import dev.underway.server.api.RequestPath.Item;
import dev.underway.server.api.RequestPath.Part;
import dev.underway.server.store.Resource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Decides what an object becomes before it is stored, and refuses what may not be stored. Pure.
///
/// The order is that of Kubernetes: read strictly, put the metadata right that clients do not own, then check. Rules of
/// the spec are checked only where the spec changed, so that an object of older rules can still be labelled or lose
/// its finalizer.
final class Admission {
    /// Fields that old or typed clients send and nobody keeps.
    private static final List<String> NOT_KEPT = List.of("selfLink", "deletionGracePeriodSeconds");
    /// Fields of the metadata that only the server writes.
    private static final List<String> SERVERS_OWN =
            List.of("uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp");

    /// Most fields that an answer names as unknown or duplicate, and most characters of each.
    private static final int MOST_NAMED = 50;

    private static final int LONGEST_FIELD = 256;

    private Admission() {}

    /// Removes the fields that the kind does not have, and says so as `validation` asks.
    static void strictly(
            Kind kind, ObjectNode object, List<String> duplicates, FieldValidation validation, List<String> warnings) {
        typed(kind, object);
        var metadata = object.path("metadata");
        if (metadata instanceof ObjectNode fields) {
            fields.remove(NOT_KEPT);
        } else if (!metadata.isMissingNode()) {
            throw Refusal.badRequest("metadata must be an object");
        }
        var schema = Schema.of(kind);
        Nulls.drop(schema.structure(), object);
        var wrong = Stream.concat(
                        schema.unknownFields(object).stream().map(f -> "unknown field \"" + shortened(f) + "\""),
                        duplicates.stream().map(f -> "duplicate field \"" + f + "\""))
                .limit(MOST_NAMED)
                .toList();
        schema.prune(object);
        switch (validation) {
            case IGNORE -> {}
            case WARN -> warnings.addAll(wrong);
            case STRICT -> {
                if (!wrong.isEmpty()) {
                    throw Refusal.badRequest(kind.name() + " in version \"" + kind.version()
                            + "\" cannot be handled as a " + kind.name() + ": strict decoding error: "
                            + String.join(", ", wrong));
                }
            }
        }
    }

    /// Refuses what somebody applies when it is not of the kind or cannot be merged, and drops what is not kept. The
    /// answer are warnings.
    static List<String> applied(Item path, Bodies.Sent sent, FieldValidation validation) {
        var kind = path.kind();
        var patch = sent.object();
        typed(kind, patch);
        var duplicates = sent.duplicates().stream()
                .map(field -> "key \"" + field + "\" already set in map")
                .toList();
        if (validation == FieldValidation.STRICT && !duplicates.isEmpty()) {
            throw Refusal.badRequest("error strict decoding YAML: " + String.join(", ", duplicates));
        }
        if (patch.path("metadata").hasNonNull("managedFields")) {
            throw Refusal.badRequest("metadata.managedFields must be nil");
        }
        if (patch.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove(NOT_KEPT);
        }
        var structure = Schema.of(kind).structure();
        Nulls.drop(structure, patch);
        var misfits = Misfit.in(structure, patch);
        if (!misfits.isEmpty()) {
            throw Refusal.notMergeable(kind, path.namespace(), path.name(), misfits);
        }
        return validation == FieldValidation.IGNORE ? List.of() : duplicates;
    }

    /// The object to create. The name is still missing when only generateName is given.
    static ObjectNode created(Kind kind, String namespace, ObjectNode sent) {
        ObjectNode object = sent.deepCopy();
        var metadata = object.withObject("/metadata");
        if (!metadata.path("resourceVersion").asText("").isEmpty()) {
            throw Refusal.badRequest("resourceVersion should not be set on objects to be created");
        }
        metadata.remove(SERVERS_OWN);
        inNamespace(kind, namespace, metadata);
        if (kind.hasStatus()) {
            object.remove("status");
        }
        if (kind.equals(Kind.NAMESPACE)) {
            Namespaces.born(object);
        }
        return object;
    }

    /// The object that `sent` makes of `current`.
    static ObjectNode updated(Resource current, ObjectNode sent, Part part) {
        var kind = current.key().kind();
        var name = current.key().name();
        var before = (ObjectNode) current.body().path("metadata");
        ObjectNode object = sent.deepCopy();
        var metadata = object.withObject("/metadata");
        inNamespace(kind, current.key().namespace(), metadata);
        if (!metadata.path("name").asText("").isEmpty()) {
            isNamed(name, object);
        }
        var uid = metadata.path("uid").asText("");
        if (!uid.isEmpty() && !uid.equals(current.uid())) {
            throw Refusal.conflict(
                    kind,
                    name,
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + current.uid());
        }
        var version = metadata.path("resourceVersion").asText("");
        if (!version.isEmpty() && !version.equals(Long.toString(current.resourceVersion()))) {
            throw Refusal.changedMeanwhile(kind, name);
        }
        if (part == Part.STATUS) {
            ObjectNode same = current.body().deepCopy();
            take(object, same, "status");
            return same;
        }
        metadata.put("name", name);
        SERVERS_OWN.forEach(field -> take(before, metadata, field));
        if (current.deleting()) {
            noNewFinalizers(kind, name, before, metadata);
        }
        if (kind.hasStatus()) {
            take(current.body(), object, "status");
        }
        if (kind.equals(Kind.UNIT_SET)) {
            unpinned(current.body(), object);
        }
        return object;
    }

    /// A pin ends when the content changes: whoever writes a new content means it to be rolled out.
    private static void unpinned(ObjectNode before, ObjectNode object) {
        var pin = before.at("/spec/pin");
        if (pin.isObject() && pin.equals(object.at("/spec/pin")) && !sameContent(before, object)) {
            object.withObject("/spec").remove("pin");
        }
    }

    private static boolean sameContent(ObjectNode before, ObjectNode object) {
        try {
            return content(before).equals(content(object));
        } catch (IllegalArgumentException e) {
            return true; // What cannot be read is refused by the checks.
        }
    }

    private static Revision.Content content(ObjectNode set) {
        return Contents.of(Codec.read(set.path("spec"), UnitSetSpec.class));
    }

    /// Refuses an object that has another name than the URL, or none.
    static void isNamed(String name, ObjectNode object) {
        var sent = object.path("metadata").path("name").asText("");
        if (sent.isEmpty()) {
            throw Refusal.badRequest(
                    "the name of the object (" + name + " based on URL) was undeterminable: name must be provided");
        }
        if (!sent.equals(name)) {
            throw Refusal.badRequest(
                    "the name of the object (" + sent + ") does not match the name on the URL (" + name + ")");
        }
    }

    /// Refuses an object that breaks rules; the answer are sentences about what is allowed but probably not meant.
    static List<String> checked(Kind kind, ObjectNode object, @Nullable ObjectNode before) {
        boolean sameSpec = before != null && Objects.equals(before.get("spec"), object.get("spec"));
        var errors = new ArrayList<FieldError>(Schema.of(kind).check(object));
        if (errors.isEmpty()) {
            errors.addAll(Validation.check(kind, object));
        }
        errors.removeIf(e -> sameSpec && e.field().startsWith("spec"));
        if (!errors.isEmpty()) {
            throw Refusal.invalid(kind, object.at("/metadata/name").asText(), errors);
        }
        if (Codec.bytes(object).length > Bodies.MAX_BYTES) {
            throw Refusal.tooLarge();
        }
        return sameSpec ? List.of() : warnings(kind, object);
    }

    private static String shortened(String field) {
        return field.length() <= LONGEST_FIELD ? field : field.substring(0, LONGEST_FIELD - 1) + "…";
    }

    private static List<String> warnings(Kind kind, ObjectNode object) {
        var warnings = new ArrayList<>(Validation.warnings(kind, object));
        if (kind.equals(Kind.UNIT_SET)) {
            warnings.addAll(SwapAdvice.of(Codec.read(object, UnitSet.class).spec()));
        }
        return warnings;
    }

    private static void typed(Kind kind, ObjectNode object) {
        var apiVersion = object.path("apiVersion").asText("");
        var name = object.path("kind").asText("");
        if (name.isEmpty()) {
            throw Refusal.badRequest("Object 'Kind' is missing; expected kind: " + kind.name());
        }
        if (apiVersion.isEmpty()) {
            throw Refusal.badRequest("Object 'apiVersion' is missing; expected apiVersion: " + kind.apiVersion());
        }
        if (!name.equals(kind.name())) {
            throw Refusal.badRequest(
                    "the kind in the data (" + name + ") does not match the expected kind (" + kind.name() + ")");
        }
        if (!apiVersion.equals(kind.apiVersion())) {
            throw Refusal.badRequest("the API version in the data (" + apiVersion
                    + ") does not match the expected API version (" + kind.apiVersion() + ")");
        }
    }

    private static void inNamespace(Kind kind, String namespace, ObjectNode metadata) {
        if (!kind.namespaced()) {
            metadata.remove("namespace");
            return;
        }
        var sent = metadata.path("namespace").asText("");
        if (!sent.isEmpty() && !sent.equals(namespace)) {
            throw Refusal.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the" + " request");
        }
        metadata.put("namespace", namespace);
    }

    private static void noNewFinalizers(Kind kind, String name, JsonNode before, JsonNode after) {
        var had = new HashSet<String>();
        before.path("finalizers").forEach(f -> had.add(f.asText()));
        for (var finalizer : after.path("finalizers")) {
            if (!had.contains(finalizer.asText())) {
                throw Refusal.invalid(
                        kind,
                        name,
                        List.of(new FieldError(
                                "metadata.finalizers",
                                "FieldValueForbidden",
                                "Forbidden: no new finalizers can be added if the object is being deleted, found new"
                                        + " finalizer \"" + finalizer.asText() + "\"")));
            }
        }
    }

    private static void take(ObjectNode from, ObjectNode to, String field) {
        var value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value);
        }
    }
}
