package dev.underway.server.api;

import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import dev.underway.server.forecast.Forecasts;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// The `plan` subresource of UnitSets: what one would do to the fleet if it were written now. Nothing is stored.
final class Plans {
    private final ResourceStore store;
    private final Forecasts forecasts;

    Plans(ResourceStore store, Forecasts forecasts) {
        this.store = store;
        this.forecasts = forecasts;
    }

    /// Of the UnitSet in the body; of the stored one when there is no body.
    Answer answer(RequestPath.Plan path, Request request) {
        var current = stored(path);
        if (request.body().length == 0) {
            if (current == null) {
                throw Refusal.notFound(Kind.UNIT_SET, path.name());
            }
            return Answer.json(200, Codec.tree(forecasts.plan(current.as(UnitSet.class))));
        }
        var warnings = new ArrayList<String>();
        var sent = Bodies.object(request);
        Admission.strictly(Kind.UNIT_SET, sent.object(), sent.duplicates(), request.fieldValidation(), warnings);
        sent.object().withObject("/metadata").put("name", path.name());
        var object = current == null
                ? Admission.created(Kind.UNIT_SET, path.namespace(), sent.object())
                : Admission.updated(current, sent.object(), RequestPath.Part.MAIN);
        warnings.addAll(Admission.checked(Kind.UNIT_SET, object, current == null ? null : current.body()));
        return Answer.json(200, Codec.tree(forecasts.plan(Codec.read(object, UnitSet.class))), warnings);
    }

    private @Nullable Resource stored(RequestPath.Plan path) {
        try {
            return store.get(Resource.Key.of(Kind.UNIT_SET, path.namespace(), path.name()))
                    .orElse(null);
        } catch (StoreException e) {
            throw Refusal.of(e, Kind.UNIT_SET, path.name());
        }
    }
}
