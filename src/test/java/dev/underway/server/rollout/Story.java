package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Contents;
import dev.underway.model.LabelSelector;
import dev.underway.model.Metadata;
import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetSpec;
import dev.underway.model.UnitSetSpec.DeletionPolicy;
import dev.underway.model.UnitSetSpec.ManagedFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A world in words, and what becomes of it. The UnitSet is `web`; it picks hosts with `role: web`; its contents
/// are `v1`, `v2` …
///
/// Hosts: `a, b(offline), c(cordoned), d(other), e(deleting)`, where `other` is a host that is not picked.
/// Assignments: `a=v2:healthy, b=v1, c=v2:failed, d=v1:deleting`; without a word the host has not answered yet. The
/// set: `v2`, then any of `new` (without its finalizer), `paused`, `deleting`, `gone`, `orphan`, `pin=v1`.
final class Story {
    static final Instant BORN = Instant.parse("2026-11-22T12:00:00Z");

    static final Instant NOW = BORN.plusSeconds(3600);

    private Story() {}

    static World world(String set, String hosts, String assignments) {
        return world(set, hosts, assignments, Set.of("v1", "v2"));
    }

    /// `known` are the contents that have a Revision, numbered as they are named.
    static World world(String set, String hosts, String assignments, Set<String> known) {
        var words = List.of(set.split(" "));
        var views = new HashMap<String, World.HostView>();
        items(hosts).forEach(item -> {
            var view = host(item);
            views.put(view.name(), view);
        });
        return new World(
                words.contains("gone") ? null : set(words),
                views,
                known.stream().sorted().map(Story::revision).toList(),
                items(assignments).map(Story::assignment).toList());
    }

    /// The decisions in words, such as `Assign a=v2; Withdraw d; LetGo`.
    static String words(Plan plan) {
        return plan.decisions().stream()
                .map(decision -> switch (decision) {
                    case Decision.Guard _ -> "Guard";
                    case Decision.LetGo _ -> "LetGo";
                    case Decision.SpendConfirmation _ -> "SpendConfirmation";
                    case Decision.MakeRevision(var name, var spec) ->
                        "MakeRevision " + version(name) + " #" + spec.number();
                    case Decision.ForgetRevision(var name) -> "ForgetRevision " + version(name);
                    case Decision.Assign(var name, var spec) ->
                        "Assign " + name.substring(4) + "=" + version(spec.revision());
                    case Decision.Treat(var name, var _) -> "Treat " + name.substring(4);
                    case Decision.Withdraw withdraw ->
                        "Withdraw " + withdraw.name().substring(4)
                                + (withdraw.policy() == DeletionPolicy.Orphan ? "(orphan)" : "");
                    case Decision.Release(var name, var _) -> "Release " + name.substring(4);
                })
                .collect(Collectors.joining("; "));
    }

    /// The world after the plan is written and no host has answered yet.
    static World after(World world, Plan plan) {
        var assignments = new HashMap<String, Assignment>();
        world.assignments().forEach(a -> assignments.put(a.metadata().name(), a));
        var revisions = new ArrayList<>(world.revisions());
        var set = world.set();
        for (var decision : plan.decisions()) {
            switch (decision) {
                case Decision.Guard _ -> set = new UnitSet(metadata("web", false, true, 1), set.spec(), set.status());
                case Decision.LetGo _ -> set = null;
                case Decision.SpendConfirmation _ -> {}
                case Decision.MakeRevision(var name, var spec) ->
                    revisions.add(new Revision(Metadata.named("shop", name), spec));
                case Decision.ForgetRevision(var name) ->
                    revisions.removeIf(r -> r.metadata().name().equals(name));
                case Decision.Assign(var name, var spec) ->
                    assignments.compute(name, (_, before) -> {
                        long generation = before == null ? 1 : 2;
                        var told = spec.with(new Assignment.Told(NOW, generation, null));
                        return new Assignment(
                                metadata(name, false, true, generation),
                                // As it comes back from the store.
                                Codec.read(Codec.tree(told), Assignment.Spec.class),
                                before == null ? null : before.status());
                    });
                case Decision.Treat(var name, var spec) ->
                    assignments.computeIfPresent(
                            name,
                            (_, before) -> new Assignment(
                                    metadata(name, false, true, 2),
                                    Codec.read(Codec.tree(spec), Assignment.Spec.class),
                                    before.status()));
                case Decision.Withdraw withdraw ->
                    assignments.computeIfPresent(
                            withdraw.name(),
                            (name, before) ->
                                    new Assignment(metadata(name, true, true, 2), before.spec(), before.status()));
                case Decision.Release(var name, var _) -> assignments.remove(name);
            }
        }
        if (set != null && plan.status() != null) {
            set = new UnitSet(set.metadata(), set.spec(), plan.status());
        }
        return new World(set, world.hosts(), revisions, List.copyOf(assignments.values()));
    }

    static String revisionName(String version) {
        return "web-" + digest(version).substring(0, 10);
    }

    static String version(String revision) {
        return Stream.of("v1", "v2", "v3", "v4", "v5")
                .filter(version -> revisionName(version).equals(revision))
                .findFirst()
                .orElse(revision);
    }

    private static Stream<String> items(String list) {
        return Stream.of(list.split(",")).map(String::strip).filter(item -> !item.isEmpty() && !item.equals("-"));
    }

    private static UnitSet set(List<String> words) {
        var version = words.getFirst();
        var pin = words.stream()
                .filter(word -> word.startsWith("pin="))
                .map(word -> new UnitSetSpec.Pin(revisionName(word.substring(4)), null))
                .findFirst()
                .orElse(null);
        var spec = new UnitSetSpec(
                new LabelSelector(Map.of("role", "web"), null),
                null,
                files(version),
                null,
                null,
                null,
                words.contains("paused") ? true : null,
                pin,
                null,
                words.contains("orphan") ? DeletionPolicy.Orphan : null,
                1);
        return new UnitSet(metadata("web", words.contains("deleting"), !words.contains("new"), 1), spec, null);
    }

    private static World.HostView host(String item) {
        var name = item.replaceAll("\\(.*", "");
        boolean deleting = item.contains("(deleting)");
        return new World.HostView(
                name,
                Map.of("role", item.contains("(other)") ? "db" : "web"),
                !deleting && !item.contains("(offline)"),
                item.contains("(cordoned)"),
                deleting,
                null,
                null,
                null);
    }

    private static Assignment assignment(String item) {
        var parts = item.split("[=:]");
        boolean deleting = parts.length > 2 && parts[2].equals("deleting");
        var spec =
                new Assignment.Spec("web", BORN, parts[0], revisionName(parts[1]), digest(parts[1]), Policy.NONE, null);
        var answer = parts.length > 2 && !deleting ? answer(parts[1], parts[2]) : null;
        return new Assignment(metadata("web." + parts[0], deleting, true, 1), spec, answer);
    }

    private static Assignment.Status answer(String version, String word) {
        boolean healthy = word.equals("healthy");
        var synced = word.equals("waiting")
                ? Condition.of("Synced", Condition.Status.False, "Waiting", "for its turn")
                : Condition.of("Synced", Condition.Status.True, "AsDesired", "as desired");
        return new Assignment.Status(
                1L,
                revisionName(version),
                List.of(
                        synced,
                        Condition.of(
                                "Healthy",
                                healthy || word.equals("waiting") ? Condition.Status.True : Condition.Status.False,
                                healthy ? "UnitsHealthy" : "StartFailed",
                                healthy ? "well" : "it exits at once")),
                null,
                null,
                BORN);
    }

    private static Revision revision(String version) {
        var spec = new Revision.Spec("web", digest(version), Long.parseLong(version.substring(1)), content(version));
        return new Revision(Metadata.named("shop", revisionName(version)), spec);
    }

    private static Metadata metadata(String name, boolean deleting, boolean guarded, long generation) {
        return new Metadata(
                name,
                null,
                "shop",
                "uid-of-" + name,
                "1",
                generation,
                BORN,
                deleting ? BORN : null,
                null,
                null,
                guarded ? List.of(RolloutPlanner.FINALIZER) : null,
                null);
    }

    private static String digest(String version) {
        return Contents.digest(content(version));
    }

    private static Revision.Content content(String version) {
        return new Revision.Content(null, files(version), null);
    }

    private static List<ManagedFile> files(String version) {
        return List.of(new ManagedFile("/etc/web.conf", null, null, null, version, null, null));
    }
}
