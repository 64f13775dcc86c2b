package dev.underway.server.api;

import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import dev.underway.server.rollout.RolloutReport;
import dev.underway.server.rollout.RolloutWords;
import dev.underway.server.store.Change;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// The subresources `rollout`, `promote` and `retry` of UnitSets: where every host stands, and what people say about
/// it. What they say is kept in the status, with who and when.
final class Rollouts {
    private final ResourceStore store;
    private final Clock clock;

    Rollouts(ResourceStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    Answer answer(RequestPath.Rollout path, Request request) {
        try {
            return switch (path.part()) {
                case REPORT -> report(path, request);
                case PROMOTE -> {
                    var said = request.body().length == 0
                            ? Codec.JSON.createObjectNode()
                            : Bodies.object(request).object();
                    var wave = said.path("all").asBoolean()
                            ? RolloutWords.ALL_WAVES
                            : text(said.path("wave").asText(""));
                    yield said(
                            path,
                            request,
                            RolloutWords.promoted(wave, request.caller().name(), clock));
                }
                case RETRY ->
                    said(path, request, RolloutWords.retried(request.caller().name(), clock));
            };
        } catch (StoreException e) {
            if (e.reason() == StoreException.Reason.CONFLICT) {
                throw Refusal.conflict(Kind.UNIT_SET, path.name(), String.valueOf(e.getMessage()));
            }
            throw Refusal.of(e, Kind.UNIT_SET, path.name());
        }
    }

    private Answer report(RequestPath.Rollout path, Request request) throws StoreException {
        var set = store.get(key(path)).orElseThrow(() -> Refusal.notFound(Kind.UNIT_SET, path.name()));
        var host = request.parameter("host");
        var report = RolloutReport.of(
                store, set.as(UnitSet.class), name -> host == null || host.equals(name), clock.instant());
        return Answer.json(200, Codec.tree(report));
    }

    private Answer said(RequestPath.Rollout path, Request request, Change change) throws StoreException {
        var written = request.dryRun() ? store.dryRun(key(path), change) : store.write(key(path), change);
        return Answer.json(200, written.body());
    }

    private static @Nullable String text(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Resource.Key key(RequestPath.Rollout path) {
        return Resource.Key.of(Kind.UNIT_SET, path.namespace(), path.name());
    }
}
