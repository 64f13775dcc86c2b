package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Kind;
import dev.underway.server.store.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who belongs to whom by `metadata.ownerReferences`, and what is to be done about it. Knows no store and writes
/// nothing.
///
/// What the server makes of UnitSets (Revisions, Assignments) is left out: it comes and goes with its UnitSet by the
/// rollout controller, which asks the hosts first, and it keeps no owner waiting.
final class Dependents {
    /// One thing that is to be done. All are conditional: see [GarbageCollector].
    sealed interface Task {
        /// The dependent has no owner any more.
        record Delete(Resource dependent, Propagation how) implements Task {}

        /// The dependent belongs no longer to those of these uids.
        record Leave(Resource dependent, List<String> uids) implements Task {}

        /// Nothing keeps the owner any more.
        record LetGo(Resource owner, Propagation done) implements Task {}
    }

    private enum OwnerState {
        PRESENT,
        /// It is being deleted in the foreground: waits for its dependents to go.
        WAITING,
        ABSENT
    }

    private final Map<Resource.Key, String> uids = new HashMap<>();
    private final Map<Resource.Key, Resource> dependents = new HashMap<>();
    private final Map<Resource.Key, Resource> going = new HashMap<>();

    /// Takes `all` as everything there is of a kind.
    void everything(Kind kind, List<Resource> all) {
        forget(key -> key.kind().equals(kind));
        all.forEach(this::put);
    }

    void put(Resource resource) {
        var key = resource.key();
        uids.put(key, resource.uid());
        keep(
                dependents,
                resource,
                Ownership.peopleMayCreate(key.kind()) && !owners(resource).isEmpty());
        keep(going, resource, Propagation.FOREGROUND.isAwaitedBy(resource) || Propagation.ORPHAN.isAwaitedBy(resource));
    }

    void remove(Resource.Key key) {
        forget(key::equals);
    }

    private void forget(Predicate<Resource.Key> which) {
        List.of(uids, dependents, going).forEach(map -> map.keySet().removeIf(which));
    }

    private static void keep(Map<Resource.Key, Resource> map, Resource resource, boolean wanted) {
        if (wanted) {
            map.put(resource.key(), resource);
        } else {
            map.remove(resource.key());
        }
    }

    /// What is to be done now; what it leads to is seen the next time.
    List<Task> tasks() {
        var tasks = new ArrayList<Task>();
        for (var dependent : dependents.values()) {
            if (!dependent.deleting()) {
                collect(dependent, tasks);
            }
        }
        for (var owner : going.values()) {
            var own = dependents.values().stream()
                    .filter(dependent -> belongs(dependent, owner))
                    .toList();
            if (Propagation.ORPHAN.isAwaitedBy(owner)) {
                own.forEach(dependent -> tasks.add(new Task.Leave(dependent, List.of(owner.uid()))));
                if (own.isEmpty()) {
                    tasks.add(new Task.LetGo(owner, Propagation.ORPHAN));
                }
            } else if (own.stream().noneMatch(dependent -> blocks(dependent, owner))) {
                tasks.add(new Task.LetGo(owner, Propagation.FOREGROUND));
            }
        }
        return tasks;
    }

    private void collect(Resource dependent, List<Task> tasks) {
        var lost = new ArrayList<String>();
        boolean kept = false;
        boolean awaited = false;
        for (var owner : owners(dependent)) {
            switch (state(dependent, owner)) {
                case PRESENT -> kept = true;
                case WAITING -> {
                    awaited = true;
                    lost.add(owner.path("uid").asText());
                }
                case ABSENT -> lost.add(owner.path("uid").asText());
            }
        }
        if (!lost.isEmpty()) {
            tasks.add(
                    kept
                            ? new Task.Leave(dependent, lost)
                            : new Task.Delete(dependent, awaited ? Propagation.FOREGROUND : Propagation.UNSAID));
        }
    }

    private OwnerState state(Resource dependent, JsonNode owner) {
        var key = key(dependent, owner);
        if (key == null) {
            return OwnerState.PRESENT;
        }
        if (!owner.path("uid").asText().equals(uids.get(key))) {
            return OwnerState.ABSENT;
        }
        var deleted = going.get(key);
        return deleted != null && Propagation.FOREGROUND.isAwaitedBy(deleted) ? OwnerState.WAITING : OwnerState.PRESENT;
    }

    /// Where an owner is; null for one of which nobody here can say whether it is there: of a kind that is not served,
    /// or in a namespace although the dependent is in none.
    static Resource.@Nullable Key key(Resource dependent, JsonNode owner) {
        var kind = Kind.byName(
                owner.path("apiVersion").asText(), owner.path("kind").asText());
        var namespace = dependent.key().namespace();
        if (kind.isEmpty() || (kind.get().namespaced() && namespace.isEmpty())) {
            return null;
        }
        return Resource.Key.of(
                kind.get(),
                kind.get().namespaced() ? namespace : "",
                owner.path("name").asText());
    }

    static List<JsonNode> owners(Resource resource) {
        return resource.body().at("/metadata/ownerReferences").valueStream().toList();
    }

    private static boolean belongs(Resource dependent, Resource owner) {
        return owners(dependent).stream()
                .anyMatch(one -> one.path("uid").asText().equals(owner.uid()));
    }

    private static boolean blocks(Resource dependent, Resource owner) {
        return owners(dependent).stream()
                .anyMatch(one -> one.path("uid").asText().equals(owner.uid())
                        && one.path("blockOwnerDeletion").asBoolean());
    }
}
