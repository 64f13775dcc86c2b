package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import dev.underway.server.api.RequestPath.Collection;
import dev.underway.server.api.RequestPath.Item;
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
import java.util.function.Function;
import org.jboss.logging.Logger;

/// Creates, replaces and patches resources.
///
/// What an object becomes is decided outside the store's committer, from the state that was read, and written only if
/// that state still holds. A lost race is tried again, unless the client named the resourceVersion that it had seen.
final class Writes {
    private static final Logger LOG = Logger.getLogger(Writes.class);
    private static final int TRIES = 5;
    /// No vowels and no look-alikes, as in names that Kubernetes makes.
    private static final String NAME_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";

    private final SecureRandom random = new SecureRandom();
    private final ResourceStore store;
    private final Forecasts forecasts;
    private final Clock clock;

    Writes(ResourceStore store, Forecasts forecasts, Clock clock) {
        this.store = store;
        this.forecasts = forecasts;
        this.clock = clock;
    }

    Answer create(Collection path, Request request) {
        var kind = path.kind();
        if (kind.namespaced() && path.namespace().isEmpty()) {
            throw Refusal.methodNotAllowed("create " + kind.plural() + " in a namespace: POST to "
                    + "…/namespaces/NAMESPACE/" + kind.plural());
        }
        var tables = Tables.negotiate(kind, request, clock.instant());
        var warnings = new ArrayList<String>();
        var sent = Bodies.object(request);
        Admission.strictly(kind, sent.object(), sent.duplicates(), request.fieldValidation(), warnings);
        var object = Admission.created(kind, path.namespace(), sent.object());
        Ownership.refuseForeignCreation(kind, object.at("/metadata/name").asText(""));
        Ownership.sign(Codec.JSON.createObjectNode(), object, request.caller());
        Namespaces.mustTakeNew(store, kind, path.namespace());
        var stored = createNamed(kind, path.namespace(), object, request.dryRun(), warnings);
        return Answer.json(201, tables.one(stored.body()), warnings);
    }

    Answer replace(Item path, Request request) {
        var warnings = new ArrayList<String>();
        var sent = Bodies.object(request);
        Admission.strictly(path.kind(), sent.object(), sent.duplicates(), request.fieldValidation(), warnings);
        return edit(path, request, warnings, current -> sent.object());
    }

    Answer patch(Item path, Request request) {
        var patch = Patches.of(path.kind(), request);
        var validation = request.fieldValidation();
        var warnings = new ArrayList<String>();
        return edit(path, request, warnings, current -> {
            var object = patch.apply(current.body());
            warnings.clear();
            Admission.strictly(path.kind(), object, patch.duplicates(), validation, warnings);
            return object;
        });
    }

    private Answer edit(Item path, Request request, List<String> warnings, Function<Resource, ObjectNode> wanted) {
        var tables = Tables.negotiate(path.kind(), request, clock.instant());
        var key = Resource.Key.of(path.kind(), path.namespace(), path.name());
        for (int attempt = 1; ; attempt++) {
            try {
                var current = store.get(key).orElseThrow(() -> Refusal.notFound(path.kind(), path.name()));
                var next = Admission.updated(current, wanted.apply(current), path.part());
                Ownership.refuseForeignChange(current, next);
                Ownership.sign(current.body(), next, request.caller());
                var more = Admission.checked(path.kind(), next, current.body());
                var stored = write(key, ifStill(current, next), request.dryRun());
                warnings.addAll(more);
                warnings.addAll(forecast(path.kind(), current.body(), next));
                return Answer.json(200, tables.one(stored.body()), warnings);
            } catch (StoreException e) {
                if (e.reason() != Reason.CONFLICT || attempt == TRIES) {
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
                warnings.addAll(forecast(kind, Codec.JSON.createObjectNode(), object));
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
