package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import dev.underway.model.UnitSetSpec.DeletionPolicy;
import dev.underway.server.store.Resource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What becomes of an object's dependents when it is deleted (`--cascade`). [GarbageCollector] carries it out.
enum Propagation {
    /// Neither the request nor, with its finalizers, the object says it: as [#BACKGROUND].
    UNSAID("", null),
    /// The object goes at once, its dependents after it.
    BACKGROUND("Background", null),
    /// The object goes when its dependents have gone.
    FOREGROUND("Foreground", "foregroundDeletion"),
    /// The dependents stay and belong to nobody.
    ORPHAN("Orphan", "orphan");

    private final String word;
    private final @Nullable String finalizer;

    Propagation(String word, @Nullable String finalizer) {
        this.word = word;
        this.finalizer = finalizer;
    }

    /// As a body and the parameters of a request say it: `propagationPolicy`, or the older `orphanDependents`.
    static Propagation of(ObjectNode body, Request request) {
        var policy = said(body, request, "propagationPolicy");
        var orphan = said(body, request, "orphanDependents");
        if (!policy.isEmpty() && !orphan.isEmpty()) {
            throw refused("orphanDependents and propagationPolicy cannot be both set");
        }
        if (!orphan.isEmpty()) {
            return orphan.equals("true") || orphan.equals("1") ? ORPHAN : BACKGROUND;
        }
        for (var each : values()) {
            if (each.word.equals(policy)) {
                return each;
            }
        }
        throw refused(
                "Unsupported value: \"" + policy + "\": supported values: \"Background\", \"Foreground\", \"Orphan\"");
    }

    private static String said(ObjectNode body, Request request, String name) {
        var parameter = request.parameter(name);
        return body.path(name).asText(parameter == null ? "" : parameter);
    }

    private static Refusal refused(String message) {
        return Refusal.invalidOptions(
                "DeleteOptions", List.of(new FieldError("propagationPolicy", "FieldValueNotSupported", message)));
    }

    /// The object as it is to be deleted: with the finalizer that keeps it until this has been carried out.
    ///
    /// What a UnitSet's Assignments have put on hosts hangs on them, so a UnitSet whose dependents stay leaves what
    /// runs on its hosts.
    Resource mark(Resource current) {
        if (this == UNSAID || current.deleting() || current.key().kind().equals(Kind.EVENT)) {
            return current;
        }
        ObjectNode body = current.body().deepCopy();
        var metadata = body.withObject("/metadata");
        var finalizers = metadata.withArray("/finalizers");
        finalizers.removeIf(
                one -> one.asText().equals(FOREGROUND.finalizer) || one.asText().equals(ORPHAN.finalizer));
        if (finalizer != null) {
            finalizers.add(finalizer);
        }
        if (finalizers.isEmpty()) {
            metadata.remove("finalizers");
        }
        if (this == ORPHAN && current.key().kind().equals(Kind.UNIT_SET)) {
            body.withObject("/spec").put("deletionPolicy", DeletionPolicy.Orphan.name());
        }
        return new Resource(current.key(), current.resourceVersion(), body);
    }

    /// Whether an object that is being deleted waits for this to be carried out.
    boolean isAwaitedBy(Resource owner) {
        return owner.deleting() && finalizer != null && finalizers(owner).contains(finalizer);
    }

    /// The finalizer that [#mark] adds.
    String finalizer() {
        return String.valueOf(finalizer);
    }

    private static List<String> finalizers(Resource resource) {
        return resource.body().at("/metadata/finalizers") instanceof ArrayNode all
                ? all.valueStream().map(one -> one.asText()).toList()
                : List.of();
    }
}
