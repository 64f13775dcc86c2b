package dev.underway.server.api;

import dev.underway.server.api.RequestPath.Collection;
import dev.underway.server.api.RequestPath.CoreVersions;
import dev.underway.server.api.RequestPath.Group;
import dev.underway.server.api.RequestPath.Groups;
import dev.underway.server.api.RequestPath.Health;
import dev.underway.server.api.RequestPath.Item;
import dev.underway.server.api.RequestPath.OpenApiDocument;
import dev.underway.server.api.RequestPath.OpenApiIndex;
import dev.underway.server.api.RequestPath.OpenApiV2;
import dev.underway.server.api.RequestPath.Plan;
import dev.underway.server.api.RequestPath.Resources;
import dev.underway.server.api.RequestPath.Review;
import dev.underway.server.api.RequestPath.Rollout;
import dev.underway.server.api.RequestPath.RolloutPart;
import dev.underway.server.api.RequestPath.Unknown;
import dev.underway.server.api.RequestPath.Version;
import dev.underway.server.forecast.Forecasts;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import java.time.Clock;

/// The whole Kubernetes-style surface as one function from a request to its answer. Refusals are thrown.
final class Surface {
    private final ResourceStore store;
    private final Clock clock;
    private final Discovery discovery;
    private final OpenApi openApi = new OpenApi();
    private final Reads reads;
    private final Writes writes;
    private final Deletions deletions;
    private final Plans plans;
    private final Rollouts rollouts;

    Surface(ResourceStore store, Forecasts forecasts, Clock clock, String version) {
        this.store = store;
        this.clock = clock;
        this.discovery = new Discovery(version);
        this.reads = new Reads(store, clock);
        this.writes = new Writes(store, forecasts, clock);
        this.deletions = new Deletions(store, clock);
        this.plans = new Plans(store, forecasts);
        this.rollouts = new Rollouts(store, clock);
    }

    /// What everybody may see, also without credentials.
    Answer open(RequestPath path) {
        return switch (path) {
            case Version() -> discovery.version();
            case Health(boolean ready) -> ready ? ready() : Answer.text(200, "ok");
            default -> throw Refusal.noSuchPath();
        };
    }

    Answer answer(RequestPath path, Request request) {
        return switch (path) {
            case Version() -> discovery.version();
            case Health health -> open(health);
            case CoreVersions() -> discovery.core(onlyGet(request));
            case Groups() -> discovery.groups(onlyGet(request));
            case Group(var group) -> discovery.group(group, onlyGet(request));
            case Resources(var group, var version) -> discovery.resources(group, version, onlyGet(request));
            case OpenApiIndex() -> openApi.index(onlyGet(request));
            case OpenApiV2() -> openApi.v2(onlyGet(request));
            case OpenApiDocument(var document) -> openApi.document(document, onlyGet(request));
            case Review review -> Reviews.answer(review, request);
            case Collection collection -> collection(collection, request);
            case Item item -> item(item, request);
            case Plan plan -> plans.answer(plan, onlyPost(request));
            case Rollout rollout ->
                rollouts.answer(rollout, rollout.part() == RolloutPart.REPORT ? onlyGet(request) : onlyPost(request));
            case Unknown() -> throw Refusal.noSuchPath();
        };
    }

    private Answer collection(Collection path, Request request) {
        return switch (request.method()) {
            case "GET" ->
                request.flag("watch")
                        ? new Answer.Stream(WatchStream.of(store, path, request, clock))
                        : reads.list(path, request);
            case "POST" -> writes.create(path, request);
            case "DELETE" -> deletions.all(path, request);
            default -> throw methodNotAllowed(request);
        };
    }

    private Answer item(Item path, Request request) {
        return switch (request.method()) {
            case "GET" -> reads.get(path, request);
            case "PUT" -> writes.replace(path, request);
            case "PATCH" -> writes.patch(path, request);
            case "DELETE" -> {
                if (path.part() == RequestPath.Part.STATUS) {
                    throw methodNotAllowed(request);
                }
                yield deletions.one(path, request);
            }
            default -> throw methodNotAllowed(request);
        };
    }

    private Answer ready() {
        try {
            store.current();
            return Answer.text(200, "ok");
        } catch (StoreException e) {
            return Answer.text(503, "the store does not answer: " + e.getMessage() + "\n");
        }
    }

    private static Request onlyGet(Request request) {
        if (!request.method().equals("GET")) {
            throw methodNotAllowed(request);
        }
        return request;
    }

    private static Request onlyPost(Request request) {
        if (!request.method().equals("POST")) {
            throw methodNotAllowed(request);
        }
        return request;
    }

    private static Refusal methodNotAllowed(Request request) {
        return Refusal.methodNotAllowed("the server does not allow " + request.method() + " on " + request.path());
    }
}
