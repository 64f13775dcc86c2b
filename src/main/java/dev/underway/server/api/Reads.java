package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.server.api.RequestPath.Collection;
import dev.underway.server.api.RequestPath.Item;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import java.time.Clock;

/// Gets one resource or lists many.
final class Reads {
    private static final int MAX_PAGE = 10_000;

    private final ResourceStore store;
    private final Clock clock;

    Reads(ResourceStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    Answer get(Item path, Request request) {
        var tables = Tables.negotiate(path.kind(), request, clock.instant());
        try {
            var version = request.parameter("resourceVersion");
            freshEnough(version == null || version.isEmpty() ? 0 : number(version), false);
            var resource = store.get(Resource.Key.of(path.kind(), path.namespace(), path.name()))
                    .orElseThrow(() -> Refusal.notFound(path.kind(), path.name()));
            return Answer.json(200, tables.one(resource.body()));
        } catch (StoreException e) {
            throw Refusal.of(e, path.kind(), path.name());
        }
    }

    Answer list(Collection path, Request request) {
        var tables = Tables.negotiate(path.kind(), request, clock.instant());
        var selection = Selectors.selection(path.kind(), path.namespace(), request);
        var limit = request.number("limit", 0);
        var options = ListOptions.ofList(request);
        var continuation = options.continuation().isEmpty() ? null : options.continuation();
        if (continuation != null && !options.anyVersion()) {
            throw Refusal.badRequest("specifying resource version is not allowed when using continue");
        }
        try {
            if (continuation == null) {
                freshEnough(options.number(), options.exact(limit));
            }
            var page = store.list(path.kind(), selection, (int) Math.min(limit, MAX_PAGE), continuation);
            var metadata = metadata(page.resourceVersion());
            if (page.continuation() != null) {
                metadata.put("continue", page.continuation());
                if (page.remaining() > 0) {
                    metadata.put("remainingItemCount", page.remaining());
                }
            }
            return Answer.json(
                    200, tables.list(page.items().stream().map(Resource::body).toList(), metadata));
        } catch (StoreException e) {
            throw Refusal.of(e, path.kind(), "");
        }
    }

    static ObjectNode metadata(long resourceVersion) {
        return Codec.JSON.createObjectNode().put("resourceVersion", Long.toString(resourceVersion));
    }

    /// The store always answers the newest; a client that wants something older cannot be served, one that has seen
    /// something newer must wait.
    private void freshEnough(long asked, boolean exact) throws StoreException {
        if (asked == 0) {
            return;
        }
        long current = store.current();
        if (asked > current) {
            throw Refusal.futureResourceVersion(Long.toString(asked), current);
        }
        if (exact && asked < current) {
            throw Refusal.expired("The resourceVersion for the provided list is too old.");
        }
    }

    static long number(String resourceVersion) {
        try {
            var number = Long.parseLong(resourceVersion);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw Refusal.badRequest("Invalid value for resourceVersion: \"" + resourceVersion + "\" is not a number");
    }
}
