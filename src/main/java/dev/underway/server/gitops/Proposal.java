package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.IntOrPercent;
import dev.underway.model.Kind;
import dev.underway.server.gitops.Inventory.Live;
import dev.underway.server.store.Resource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a commit would change: decided from the manifests, what was applied before, and who owns what. Pure.
///
/// @param changed what is to be applied, in this order
/// @param removed what is to be deleted, in this order
/// @param kept sentences about what is gone from the repository and stays nevertheless
/// @param owned how many resources the source owns before
record Proposal(
        List<Problem> problems, List<Change> changed, int unchanged, List<Live> removed, List<String> kept, int owned) {

    /// What others may need comes first, and goes last.
    private static final List<Kind> ORDER = List.of(Kind.NAMESPACE, Kind.UNIT_SET, Kind.GIT_SOURCE);

    private static final Comparator<Resource.Key> BY_ORDER = Comparator.<Resource.Key>comparingInt(
                    key -> ORDER.indexOf(key.kind()))
            .thenComparing(Resource.Key::namespace)
            .thenComparing(Resource.Key::name);

    /// An object that is to be applied.
    ///
    /// @param live the resource as it is, null when it is not there
    /// @param untouched whether the commit did not change its text: the resource goes on to name the one that did
    record Change(Manifest manifest, @Nullable Live live, boolean untouched) {}

    /// Picks the hosts that two sets would both be on; asked only when they want the same.
    interface Hosts {
        /// The name of a host that both pick, empty when there is none.
        String common(Claims one, Claims other);
    }

    /// @param before the objects of the commit that is applied; empty when it is not known
    /// @param world everything that is there
    /// @param suspects what may have been changed by hand, and is applied also when the commit did not change it
    static Proposal of(
            SourceId source,
            CommitReader.Content content,
            Map<Resource.Key, ObjectNode> before,
            Map<Resource.Key, Live> world,
            Set<Resource.Key> suspects,
            Hosts hosts) {
        var problems = new ArrayList<>(content.problems());
        var manifests = distinct(content.manifests(), problems);
        foreign(source, manifests, world, problems);
        conflicts(source, manifests, before, world, hosts, problems);
        var changed = manifests.values().stream()
                .filter(manifest -> isChanged(source, manifest, before, world, suspects))
                .sorted(Comparator.comparing(Manifest::key, BY_ORDER))
                .map(manifest ->
                        new Change(manifest, world.get(manifest.key()), isUntouched(source, manifest, before, world)))
                .toList();
        var owned = world.values().stream()
                .filter(live -> source.toString().equals(live.owner()) && !live.deleting())
                .toList();
        if (!content.found() && owned.isEmpty()) {
            problems.add(Problem.of(
                    "",
                    "spec.path of the GitSource names a directory that this commit does not have; mend one of them"));
        }
        var gone = owned.stream()
                .filter(live ->
                        !manifests.containsKey(live.key()) && !live.key().equals(source.key()))
                .sorted(Comparator.comparing(Live::key, BY_ORDER.reversed()))
                .toList();
        var kept = new ArrayList<String>();
        var removed =
                gone.stream().filter(live -> mayGo(live, gone, world, kept)).toList();
        problems.sort(Problem.ORDER);
        return new Proposal(
                List.copyOf(problems),
                changed,
                manifests.size() - changed.size(),
                removed,
                List.copyOf(kept),
                owned.size());
    }

    private static Map<Resource.Key, Manifest> distinct(List<Manifest> all, List<Problem> problems) {
        Map<Resource.Key, Manifest> manifests = new HashMap<>();
        for (var manifest : all) {
            var first = manifests.putIfAbsent(manifest.key(), manifest);
            if (first != null) {
                problems.add(new Problem(
                        manifest.file(),
                        manifest.line(),
                        "metadata.name",
                        Manifest.named(manifest.key(), "") + " is also in " + first.file() + ":" + first.line()
                                + "; keep one of them"));
            }
        }
        return manifests;
    }

    private static void foreign(
            SourceId source,
            Map<Resource.Key, Manifest> manifests,
            Map<Resource.Key, Live> world,
            List<Problem> problems) {
        for (var manifest : manifests.values()) {
            var live = world.get(manifest.key());
            var owner = live == null ? null : live.owner();
            if (owner != null && !owner.equals(source.toString()) && isThere(owner, world)) {
                problems.add(new Problem(
                        manifest.file(),
                        manifest.line(),
                        "metadata.name",
                        Manifest.named(manifest.key(), source.namespace()) + " belongs to the GitSource " + owner
                                + "; take it out of that repository first, with 'deletionPolicy: Orphan' if it shall go"
                                + " on running meanwhile"));
            }
        }
    }

    /// An owner that is gone has no say any more.
    private static boolean isThere(String owner, Map<Resource.Key, Live> world) {
        return SourceId.parse(owner)
                .filter(source -> world.containsKey(source.key()))
                .isPresent();
    }

    /// Two sets that want the same unit or path on one host: one of them would be withheld from it. What the commit
    /// does
    /// not change was there before, and is no reason to refuse it.
    private static void conflicts(
            SourceId source,
            Map<Resource.Key, Manifest> manifests,
            Map<Resource.Key, ObjectNode> before,
            Map<Resource.Key, Live> world,
            Hosts hosts,
            List<Problem> problems) {
        Map<String, List<Claimant>> byClaim = new HashMap<>();
        world.values().stream()
                .filter(live -> !source.toString().equals(live.owner()))
                .filter(live -> live.claims() != null && !live.deleting() && !manifests.containsKey(live.key()))
                .forEach(live -> new Claimant(live.key(), live.claims(), null, false).enter(byClaim));
        manifests.values().stream()
                .filter(manifest -> manifest.key().kind().equals(Kind.UNIT_SET))
                .sorted(Comparator.comparing(Manifest::key, BY_ORDER))
                .map(manifest -> new Claimant(
                        manifest.key(),
                        Claims.of(manifest.object()),
                        manifest,
                        !manifest.object().equals(before.get(manifest.key()))))
                .forEach(claimant -> claimant.enter(byClaim));
        byClaim.forEach((claim, claimants) -> {
            for (int i = 1; i < claimants.size(); i++) {
                conflict(claim, claimants.get(i), claimants.subList(0, i), hosts, problems);
            }
        });
    }

    private static void conflict(
            String claim, Claimant one, List<Claimant> others, Hosts hosts, List<Problem> problems) {
        for (var other : others) {
            var here = one.isNew() ? one.manifest() : other.isNew() ? other.manifest() : null;
            var there = one.isNew() ? other : one;
            var host = here == null ? "" : hosts.common(one.claims(), other.claims());
            if (here != null && !host.isEmpty()) {
                problems.add(new Problem(
                        here.file(),
                        here.line(),
                        "spec",
                        claim + " is also in "
                                + Manifest.named(there.key(), here.key().namespace())
                                + (there.manifest() == null
                                        ? ""
                                        : " (" + there.manifest().file() + ")")
                                + ", and both pick the host " + host + "; only one of them may have it there"));
            }
        }
    }

    /// @param manifest null when it is not of this commit
    /// @param isNew whether this commit brings its text
    private record Claimant(
            Resource.Key key, Claims claims, @Nullable Manifest manifest, boolean isNew) {
        void enter(Map<String, List<Claimant>> byClaim) {
            claims.wanted()
                    .forEach(claim -> byClaim.computeIfAbsent(claim, _ -> new ArrayList<>())
                            .add(this));
        }
    }

    private static boolean isChanged(
            SourceId source,
            Manifest manifest,
            Map<Resource.Key, ObjectNode> before,
            Map<Resource.Key, Live> world,
            Set<Resource.Key> suspects) {
        var live = world.get(manifest.key());
        return live == null
                || !source.toString().equals(live.owner())
                || suspects.contains(manifest.key())
                || !manifest.object().equals(before.get(manifest.key()));
    }

    private static boolean isUntouched(
            SourceId source, Manifest manifest, Map<Resource.Key, ObjectNode> before, Map<Resource.Key, Live> world) {
        var live = world.get(manifest.key());
        return live != null
                && source.toString().equals(live.owner())
                && !live.commit().isEmpty()
                && manifest.object().equals(before.get(manifest.key()));
    }

    /// A namespace goes with everything that is in it, so it stays while others have something there.
    private static boolean mayGo(Live live, List<Live> gone, Map<Resource.Key, Live> world, List<String> kept) {
        if (!live.key().kind().equals(Kind.NAMESPACE)) {
            return true;
        }
        var going = gone.stream().map(Live::key).collect(Collectors.toSet());
        var inside = world.keySet().stream()
                .filter(key -> key.namespace().equals(live.key().name()) && !going.contains(key))
                .min(BY_ORDER);
        inside.ifPresent(key -> kept.add("namespace/" + live.key().name() + " stays, because "
                + Manifest.named(key, key.namespace()) + " is in it and not of this repository"));
        return inside.isEmpty();
    }

    /// Whether it removes more than it may unasked: more than the share, or all when nothing takes its place.
    boolean removesTooMuch(IntOrPercent most) {
        int allowed = most.percent() ? owned * most.value() / 100 : most.value();
        boolean nothingIsLeft = changed.isEmpty() && unchanged == 0;
        return !removed.isEmpty() && (removed.size() > allowed || nothingIsLeft);
    }

    /// Only what it would apply: nothing is removed.
    Proposal withoutRemovals() {
        return new Proposal(problems, changed, unchanged, List.of(), List.of(), owned);
    }

    /// Only what can be done although some of it cannot.
    Proposal withoutProblems() {
        var files = problems.stream().map(Problem::file).collect(Collectors.toSet());
        var rest = changed.stream()
                .filter(change -> !files.contains(change.manifest().file()))
                .toList();
        return new Proposal(List.of(), rest, unchanged, removed, kept, owned);
    }
}
