package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import dev.underway.model.fields.FieldOwnership.Force;
import dev.underway.server.access.Caller;
import dev.underway.server.api.RequestPath.Collection;
import dev.underway.server.api.RequestPath.Item;
import dev.underway.server.api.RequestPath.Part;
import dev.underway.server.forecast.Forecasts;
import dev.underway.server.store.Change;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import dev.underway.server.store.StoreException.Reason;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jboss.logging.Logger;

/// Creates, replaces, patches and applies resources.
///
/// What an object becomes is decided outside the store's committer, from the state that was read, and written only if
/// that state still holds. A lost race is tried again, unless the client named the resourceVersion that it had seen.
final class Writes {
    private static final Logger LOG = Logger.getLogger(Writes.class);
    private static final int TRIES = 5;
    /// No vowels and no look-alikes, as in names that Kubernetes makes.
    private static final String NAME_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";

    /// An object before its creation.
    private static final ObjectNode NOTHING = Codec.JSON.createObjectNode();

    private final SecureRandom random = new SecureRandom();
    private final ResourceStore store;
    private final Forecasts forecasts;
    private final Clock clock;

    Writes(ResourceStore store, Forecasts forecasts, Clock clock) {
        this.store = store;
        this.forecasts = forecasts;
        this.clock = clock;
    }

    /// For whom something is written, and whether it is.
    ///
    /// @param assumed namespaces that need not exist yet
    record Writer(Caller.Person caller, boolean dryRun, Set<String> assumed) {
        static Writer of(Request request) {
            return new Writer(request.caller(), request.dryRun(), Set.of());
        }
    }

    /// What was written.
    ///
    /// @param changed whether it is another object than before
    record Written(int code, Resource stored, boolean changed, List<String> warnings) {}

    Answer create(Collection path, Request request) {
        var kind = path.kind();
        if (kind.namespaced() && path.namespace().isEmpty()) {
            throw Refusal.methodNotAllowed("create " + kind.plural() + " in a namespace: POST to "
                    + "…/namespaces/NAMESPACE/" + kind.plural());
        }
        var tables = tables(kind, request);
        var by = request.fieldManager("CreateOptions");
        var warnings = new ArrayList<String>();
        var sent = Bodies.object(request);
        Admission.strictly(kind, sent.object(), sent.duplicates(), request.fieldValidation(), warnings);
        var object = Admission.created(kind, path.namespace(), sent.object());
        Ownership.refuseForeignCreation(kind, object.at("/metadata/name").asText(""));
        Ownership.sign(NOTHING, object, request.caller());
        Namespaces.mustTakeNew(store, kind, path.namespace());
        var tracking = new FieldTracking(kind, Part.MAIN, clock.instant());
        tracking.updated(NOTHING, object, by).writeInto(object, kind, NOTHING);
        var stored = createNamed(kind, path.namespace(), object, request.dryRun(), warnings);
        return Answer.json(201, tables.one(stored.body()), warnings);
    }

    Answer replace(Item path, Request request) {
        var tables = tables(path.kind(), request);
        var by = request.fieldManager("UpdateOptions");
        var writer = Writer.of(request);
        var warnings = new ArrayList<String>();
        var sent = Bodies.object(request);
        Admission.strictly(path.kind(), sent.object(), sent.duplicates(), request.fieldValidation(), warnings);
        var written = retried(
                path,
                Set.of(Reason.CONFLICT),
                () -> edited(path, writer, warnings, existing(path), current -> new Wanted(sent.object(), by)));
        return answer(tables, written);
    }

    Answer patch(Item path, Request request) {
        if (Bodies.type(request).equals(Patches.APPLY)) {
            return apply(path, request);
        }
        if (request.flag("force")) {
            throw Refusal.invalidOptions(
                    "PatchOptions",
                    List.of(new FieldError(
                            "force", "FieldValueForbidden", "Forbidden: may not be specified for non-apply patch")));
        }
        var tables = tables(path.kind(), request);
        var by = request.fieldManager("PatchOptions");
        var writer = Writer.of(request);
        var patch = Patches.of(path.kind(), request);
        var validation = request.fieldValidation();
        var written = retried(path, Set.of(Reason.CONFLICT), () -> {
            var warnings = new ArrayList<String>();
            return edited(path, writer, warnings, existing(path), current -> {
                var object = patch.apply(current.body());
                Admission.strictly(path.kind(), object, patch.duplicates(), validation, warnings);
                return new Wanted(object, by);
            });
        });
        return answer(tables, written);
    }

    private Answer apply(Item path, Request request) {
        var tables = tables(path.kind(), request);
        var by = request.applier();
        var force = request.flag("force") ? Force.TAKEN : Force.REFUSED;
        var sent = Bodies.applied(request);
        return answer(tables, apply(path, sent, by, force, request.fieldValidation(), Writer.of(request)));
    }

    /// Server-side apply: creates what is not there, and else merges what is said with what is there.
    Written apply(
            Item path, Bodies.Sent sent, String by, Force force, Request.FieldValidation validation, Writer writer) {
        var duplicates = Admission.applied(path, sent, validation);
        var tracking = new FieldTracking(path.kind(), path.part(), clock.instant());
        var lost = Set.of(Reason.CONFLICT, Reason.ALREADY_EXISTS, Reason.NOT_FOUND);
        return retried(path, lost, () -> {
            var warnings = new ArrayList<>(duplicates);
            var found = store.get(key(path));
            if (found.isEmpty() && path.part() == Part.MAIN) {
                var applied = tracking.applied(NOTHING, sent.object(), by, force);
                return created(path, writer, warnings, applied);
            }
            return edited(path, writer, warnings, existing(path), current -> {
                var applied = tracking.applied(current.body(), sent.object(), by, force);
                return new Wanted(applied.object(), applied.managed());
            });
        });
    }

    private Written created(Item path, Writer writer, List<String> warnings, FieldTracking.Applied applied)
            throws StoreException {
        var kind = path.kind();
        Ownership.refuseForeignCreation(kind, path.name());
        var object = Admission.created(kind, path.namespace(), applied.object());
        Admission.isNamed(path.name(), object);
        Ownership.sign(NOTHING, object, writer.caller());
        if (!writer.assumed().contains(path.namespace())) {
            Namespaces.mustTakeNew(store, kind, path.namespace());
        }
        applied.managed().writeInto(object, kind, NOTHING);
        warnings.addAll(Admission.checked(kind, object, null));
        var stored = write(key(path), ifNew(object), writer.dryRun());
        warnings.addAll(forecast(kind, NOTHING, object));
        return new Written(201, stored, true, warnings);
    }

    private Tables tables(Kind kind, Request request) {
        return Tables.negotiate(kind, request, clock.instant());
    }

    private static Answer answer(Tables tables, Written written) {
        return Answer.json(written.code(), tables.one(written.stored().body()), written.warnings());
    }

    /// What a request wants to make of an object, and who owns its fields then: an updater by its name, or as it says.
    private record Wanted(ObjectNode object, Owners owners) {
        private interface Owners {
            ManagedFields after(FieldTracking tracking, ObjectNode before, ObjectNode next);
        }

        Wanted(ObjectNode object, String by) {
            this(object, (tracking, before, next) -> tracking.updated(before, next, by));
        }

        Wanted(ObjectNode object, ManagedFields managed) {
            this(object, (_, _, _) -> managed);
        }
    }

    private Written edited(
            Item path, Writer writer, List<String> warnings, Resource current, Function<Resource, Wanted> edit)
            throws StoreException {
        var wanted = edit.apply(current);
        var next = Admission.updated(current, wanted.object(), path.part());
        Ownership.refuseForeignChange(current, next);
        Ownership.sign(current.body(), next, writer.caller());
        wanted.owners()
                .after(new FieldTracking(path.kind(), path.part(), clock.instant()), current.body(), next)
                .writeInto(next, path.kind(), current.body());
        var more = Admission.checked(path.kind(), next, current.body());
        var stored = write(current.key(), ifStill(current, next), writer.dryRun());
        boolean changed = !ManagedFields.without(stored.body()).equals(ManagedFields.without(current.body()));
        warnings.addAll(more);
        warnings.addAll(forecast(path.kind(), current.body(), next));
        return new Written(200, stored, changed, warnings);
    }

    private Resource existing(Item path) throws StoreException {
        return store.get(key(path)).orElseThrow(() -> Refusal.notFound(path.kind(), path.name()));
    }

    private static Resource.Key key(Item path) {
        return Resource.Key.of(path.kind(), path.namespace(), path.name());
    }

    private interface Attempt {
        Written make() throws StoreException;
    }

    /// Tries again when somebody else was faster, which these reasons mean.
    private static Written retried(Item path, Set<Reason> lost, Attempt attempt) {
        for (int tries = 1; ; tries++) {
            try {
                return attempt.make();
            } catch (StoreException e) {
                if (!lost.contains(e.reason()) || tries == TRIES) {
                    throw Refusal.of(e, path.kind(), path.name());
                }
            }
        }
    }

    /// What a changed UnitSet does to the fleet. It is told beside the answer, so that no failure of telling is one of
    /// the write.
    private List<String> forecast(Kind kind, ObjectNode before, ObjectNode after) {
        if (!kind.equals(Kind.UNIT_SET) || Objects.equals(before.get("spec"), after.get("spec"))) {
            return List.of();
        }
        try {
            return Forecasts.sentences(forecasts.plan(Codec.read(after, UnitSet.class)));
        } catch (RuntimeException e) {
            LOG.errorv(e, "no forecast: unitset={0}", after.at("/metadata/name").asText());
            return List.of();
        }
    }

    private static Change ifStill(Resource seen, ObjectNode next) {
        boolean last = seen.deleting() && next.at("/metadata/finalizers").isEmpty();
        return current -> {
            if (current == null) {
                throw new StoreException(Reason.NOT_FOUND, "deleted meanwhile");
            }
            if (current.resourceVersion() != seen.resourceVersion()) {
                throw new StoreException(Reason.CONFLICT, "changed meanwhile");
            }
            return last ? null : next;
        };
    }

    private Resource createNamed(
            Kind kind, String namespace, ObjectNode object, boolean dryRun, List<String> warnings) {
        var metadata = object.withObject("/metadata");
        var generate = metadata.path("generateName").asText("");
        boolean generated = metadata.path("name").asText("").isEmpty() && !generate.isEmpty();
        for (int attempt = 1; ; attempt++) {
            if (generated) {
                metadata.put("name", generate + suffix());
            }
            var more = Admission.checked(kind, object, null);
            var name = metadata.path("name").asText();
            try {
                var stored = write(Resource.Key.of(kind, namespace, name), ifNew(object), dryRun);
                warnings.addAll(more);
                warnings.addAll(forecast(kind, NOTHING, object));
                return stored;
            } catch (StoreException e) {
                if (!generated || e.reason() != Reason.ALREADY_EXISTS || attempt == TRIES) {
                    throw Refusal.of(e, kind, name);
                }
            }
        }
    }

    private static Change ifNew(ObjectNode object) {
        return current -> {
            if (current != null) {
                throw new StoreException(Reason.ALREADY_EXISTS, "exists");
            }
            return object;
        };
    }

    private Resource write(Resource.Key key, Change change, boolean dryRun) throws StoreException {
        return dryRun ? store.dryRun(key, change) : store.write(key, change);
    }

    private String suffix() {
        var suffix = new StringBuilder(5);
        for (int i = 0; i < 5; i++) {
            suffix.append(NAME_CHARACTERS.charAt(random.nextInt(NAME_CHARACTERS.length())));
        }
        return suffix.toString();
    }
}
