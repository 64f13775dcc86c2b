package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Contents;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import dev.underway.model.LabelSelector;
import dev.underway.model.Revision;
import dev.underway.model.RolloutStatus;
import dev.underway.model.Templates;
import dev.underway.model.UnitSet;
import dev.underway.server.store.Follower;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// UnitSets, Revisions, Assignments and Hosts in memory, and which UnitSets a change concerns. What a host reports
/// about its facts concerns those whose templates name facts; a change of its labels concerns those that pick it,
/// before or after.
final class Fleet implements Follower.Reader {
    private final Consumer<SetKey> concerned;
    private final Map<SetKey, UnitSet> sets = new HashMap<>();
    private final Map<SetKey, Map<String, Revision>> revisions = new HashMap<>();
    private final Map<SetKey, Map<String, Assignment>> assignments = new HashMap<>();
    private final Map<String, Set<SetKey>> setsOfHost = new HashMap<>();
    private final Map<String, World.HostView> hosts = new HashMap<>();

    /// `concerned` is told of every UnitSet that must be looked at; it must not block.
    Fleet(Consumer<SetKey> concerned) {
        this.concerned = concerned;
    }

    /// Everything that counts for one UnitSet, as it is now.
    synchronized World world(SetKey key) {
        return new World(
                sets.get(key),
                Map.copyOf(hosts),
                List.copyOf(revisions.getOrDefault(key, Map.of()).values()),
                List.copyOf(assignments.getOrDefault(key, Map.of()).values()));
    }

    @Override
    public synchronized void everything(Kind kind, List<Resource> all, long resourceVersion) {
        var before = concernedByAll();
        switch (kind.name()) {
            case "UnitSet" -> sets.clear();
            case "Revision" -> revisions.clear();
            case "Assignment" -> {
                assignments.clear();
                setsOfHost.clear();
            }
            case "Host" -> hosts.clear();
            default -> throw new IllegalStateException(kind.name());
        }
        all.forEach(this::put);
        before.addAll(concernedByAll());
        before.forEach(concerned);
    }

    @Override
    public synchronized void changed(ResourceStore.Event event) {
        switch (event.type()) {
            case ADDED, MODIFIED -> put(event.resource());
            case DELETED -> remove(event.resource());
        }
    }

    @Override
    public void reached(long resourceVersion) {}

    private Set<SetKey> concernedByAll() {
        var all = new HashSet<>(sets.keySet());
        all.addAll(revisions.keySet());
        all.addAll(assignments.keySet());
        return all;
    }

    private void put(Resource resource) {
        switch (resource.key().kind().name()) {
            case "UnitSet" -> {
                var key = new SetKey(resource.key().namespace(), resource.key().name());
                var after = resource.as(UnitSet.class);
                var before = sets.put(key, after);
                if (before == null || !sameOrder(before, after)) {
                    concerned.accept(key);
                }
            }
            case "Revision" -> {
                var key = owner(resource);
                of(revisions, key).put(resource.key().name(), resource.as(Revision.class));
                concerned.accept(key);
            }
            case "Assignment" -> {
                var key = owner(resource);
                var assignment = resource.as(Assignment.class);
                of(assignments, key).put(resource.key().name(), assignment);
                Objects.requireNonNull(
                                setsOfHost.computeIfAbsent(assignment.spec().host(), _ -> new HashSet<>()))
                        .add(key);
                concerned.accept(key);
            }
            default -> host(resource.key().name(), World.HostView.of(resource.as(Host.class)));
        }
    }

    private void remove(Resource resource) {
        var key = new SetKey(resource.key().namespace(), resource.key().name());
        switch (resource.key().kind().name()) {
            case "UnitSet" -> {
                sets.remove(key);
                concerned.accept(key);
            }
            case "Revision" -> removed(revisions, owner(resource), resource);
            case "Assignment" -> removed(assignments, owner(resource), resource);
            default -> host(resource.key().name(), null);
        }
    }

    private <T> void removed(Map<SetKey, Map<String, T>> index, SetKey key, Resource resource) {
        var ofSet = of(index, key);
        ofSet.remove(resource.key().name());
        if (ofSet.isEmpty()) {
            index.remove(key);
        }
        concerned.accept(key);
    }

    private void host(String name, World.@Nullable HostView after) {
        var before = after == null ? hosts.remove(name) : hosts.put(name, after);
        if (Objects.equals(before, after)) {
            return;
        }
        boolean factsAlone = after != null && after.differsInFacts(before);
        var all = new HashSet<SetKey>();
        if (!factsAlone) {
            all.addAll(setsOfHost.getOrDefault(name, Set.of()));
        }
        sets.forEach((key, set) -> {
            boolean picked =
                    picks(set.spec().selector(), before) || picks(set.spec().selector(), after);
            if (picked && (!factsAlone || usesFacts(key, set))) {
                all.add(key);
            }
        });
        if (after == null) {
            setsOfHost.remove(name);
        }
        all.forEach(concerned);
    }

    private boolean usesFacts(SetKey key, UnitSet set) {
        return Stream.concat(
                        Stream.of(Contents.of(set.spec())),
                        revisions.getOrDefault(key, Map.of()).values().stream()
                                .map(revision -> revision.spec().content()))
                .anyMatch(content -> Templates.of(content).useFacts());
    }

    private static boolean picks(LabelSelector selector, World.@Nullable HostView host) {
        return host != null && selector.matches(host.labels());
    }

    /// Whether the UnitSet asks for the same: by its spec, and by what people said beside it (a word about its
    /// rollout, a confirmation). The controller's own status writes need no second look.
    private static boolean sameOrder(UnitSet before, UnitSet after) {
        return Objects.equals(before.metadata().uid(), after.metadata().uid())
                && Objects.equals(
                        before.metadata().generation(), after.metadata().generation())
                && Objects.equals(
                        before.metadata().annotations(), after.metadata().annotations())
                && Objects.equals(words(before), words(after));
    }

    private static RolloutStatus.@Nullable Words words(UnitSet set) {
        return set.status() == null ? null : set.status().words();
    }

    private static SetKey owner(Resource resource) {
        return new SetKey(
                resource.key().namespace(),
                resource.body().path("spec").path("unitSet").asText());
    }

    private static <T> Map<String, T> of(Map<SetKey, Map<String, T>> index, SetKey key) {
        return Objects.requireNonNull(index.computeIfAbsent(key, _ -> new HashMap<>()));
    }
}
