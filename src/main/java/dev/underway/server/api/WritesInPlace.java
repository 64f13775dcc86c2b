package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.FieldError;
import dev.underway.model.fields.FieldOwnership.Force;
import dev.underway.server.access.Caller;
import dev.underway.server.api.RequestPath.Item;
import dev.underway.server.api.RequestPath.Part;
import dev.underway.server.forecast.Forecasts;
import dev.underway.server.store.ApiWrites;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What others of the server write by the rules of this API.
@ApplicationScoped
class WritesInPlace implements ApiWrites {
    private static final Set<String> GROUPS = Set.of(Caller.ADMINS, Caller.AUTHENTICATED);

    private final Writes writes;
    private final Deletions deletions;

    WritesInPlace(ResourceStore store, Forecasts forecasts) {
        this.writes = new Writes(store, forecasts, Clock.systemUTC());
        this.deletions = new Deletions(store, Clock.systemUTC());
    }

    @Override
    public Applied apply(Resource.Key key, ObjectNode object, String manager, Effect effect) throws Refused {
        var path = new Item(key.kind(), key.namespace(), key.name(), Part.MAIN);
        var writer = new Writes.Writer(new Caller.Person(manager, GROUPS), effect.dryRun(), effect.assumed());
        try {
            var sent = new Bodies.Sent(object.deepCopy(), List.of());
            var written = writes.apply(path, sent, manager, Force.TAKEN, Request.FieldValidation.STRICT, writer);
            return new Applied(written.stored(), written.changed(), written.warnings());
        } catch (Refusal refusal) {
            throw refused(refusal);
        }
    }

    @Override
    public void delete(Resource.Key key, String uid) throws Refused {
        try {
            deletions.inBackground(key, uid);
        } catch (Refusal refusal) {
            if (refusal.code() != 404) {
                throw refused(refusal);
            }
        }
    }

    private static Refused refused(Refusal refusal) {
        var errors = new ArrayList<FieldError>();
        refusal.status()
                .at("/details/causes")
                .forEach(cause -> errors.add(new FieldError(
                        cause.path("field").asText(),
                        cause.path("reason").asText(),
                        cause.path("message").asText())));
        boolean passing = refusal.code() == 503 || refusal.code() == 429 || refusal.code() == 409;
        return new Refused(String.valueOf(refusal.getMessage()), errors, passing);
    }
}
