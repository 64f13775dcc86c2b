package dev.underway.server.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Changes applied one after the other in memory: each sees what those before it left. Touches no database.
final class Batch {
    private final Instant now;
    private final Map<Resource.Key, Resource> state = new HashMap<>();
    private final List<Transition> log = new ArrayList<>();
    private long number;

    /// Begins from the resources as stored, of which those that do not exist are left out, and with the number of the
    /// store's last change.
    Batch(List<Resource> stored, long number, Instant now) {
        stored.forEach(resource -> state.put(resource.key(), resource));
        this.number = number;
        this.now = now;
    }

    /// The answer for the one who asked for the change. What the change throws leaves everything as it was.
    Resource apply(Resource.Key key, Change change) throws StoreException {
        var current = state.get(key);
        return switch (Outcome.of(key, current, change, number + 1, now)) {
            case Outcome.Unchanged(var resource) -> resource;
            case Outcome.Stored(var resource) -> {
                state.put(key, resource);
                yield logged(resource, false, current);
            }
            case Outcome.Removed(var resource) -> {
                state.remove(key);
                yield logged(resource, true, current);
            }
        };
    }

    /// What is to become of a key: null when the resource is gone.
    @Nullable
    Resource get(Resource.Key key) {
        return state.get(key);
    }

    List<Transition> log() {
        return List.copyOf(log);
    }

    /// When all of it is done.
    Instant now() {
        return now;
    }

    /// The number of the last change.
    long number() {
        return number;
    }

    private Resource logged(Resource resource, boolean removed, @Nullable Resource before) {
        log.add(new Transition(before, resource, removed));
        number++;
        return resource;
    }
}
