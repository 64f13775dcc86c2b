package dev.underway.plan;

import dev.underway.model.Proxy;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.DesiredPath.ArtifactLink;
import dev.underway.plan.DesiredPath.Content;
import dev.underway.plan.DesiredPath.EnablementLink;
import dev.underway.plan.DesiredPath.InstanceAlias;
import dev.underway.plan.DesiredPath.Kept;
import dev.underway.plan.DesiredPath.ProxyTarget;
import dev.underway.plan.InstanceLayout.Transition;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.UnitInputs.Input;
import dev.underway.plan.UnitShape.HostWord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The paths of a set whose services are instances: what the plan puts in place at once, and what it leaves to swaps.
///
/// The inputs of a new process stay private to it until the swap is committed, so that a process of before that
/// crashes, and a host that boots, run the program of before on the files of before.
final class InstancePaths {
    private final Wanted plain;
    private final Observed observed;
    private final Owned owned;
    private final Map<String, DesiredPath> now = new TreeMap<>();
    private final Map<String, Later> later = new TreeMap<>();
    private final Map<String, Set<String>> bridges;

    /// What a swap of `unit` puts in place.
    ///
    /// @param candidate before the new process starts
    /// @param alias the commit
    /// @param publish after it
    /// @param retract paths that only the old process had and that go after the commit
    record Later(
            String unit,
            List<DesiredPath> candidate,
            InstanceAlias alias,
            List<DesiredPath> publish,
            Set<String> retract) {

        List<DesiredPath> all() {
            var all = new ArrayList<DesiredPath>(candidate);
            all.add(alias);
            all.addAll(publish);
            return all;
        }
    }

    private InstancePaths(Wanted plain, Observed observed) {
        this.plain = plain;
        this.observed = observed;
        this.owned = observed.inventory().owned().getOrDefault(plain.set().id(), Owned.NOTHING);
        var wantedPaths = new HashSet<String>();
        plain.paths().forEach(path -> wantedPaths.add(path.path()));
        this.bridges = Rebinds.kept(
                plain.set().id(),
                plain.units(),
                plain.rebinds(),
                new Setting(observed, Disk.of(observed, wantedPaths), wantedPaths, Set.of(), Set.of(), Map.of()));
        plain.paths().forEach(path -> now.put(path.path(), path));
        bridges.values().forEach(all -> all.forEach(bridge -> keepPath(UnitPaths.bridge(bridge))));
    }

    /// `wanted` with the paths that the layouts of its units ask for.
    static Wanted of(Wanted wanted, Observed observed) throws UnitFileException {
        var paths = new InstancePaths(wanted, observed);
        for (var unit : wanted.units()) {
            if (unit.layout() != null) {
                paths.lay(unit, unit.layout());
            }
        }
        return new Wanted(
                wanted.set(),
                List.copyOf(paths.now.values()),
                wanted.units(),
                List.copyOf(paths.later.values()),
                wanted.rebinds(),
                wanted.connections());
    }

    private void lay(ManagedUnit unit, InstanceLayout layout) throws UnitFileException {
        for (String instance : layout.leftovers()) {
            keep(instance);
        }
        for (String instance : layout.ending()) {
            keep(instance);
        }
        switch (layout.transition()) {
            case PLAIN -> {}
            case LEFT -> keep(layout.serving());
            case SETTLED, PLACED, BESIDE, PROXIED -> {
                keep(layout.serving());
                unplain(unit);
                alias(unit, layout.placed());
                // One that is started beside another takes the proxy over itself, when it is up: InstanceText.
                String reached = layout.transition() == Transition.BESIDE ? layout.serving() : layout.placed();
                proxied(unit, reached).ifPresent(target -> now.put(target.path(), target));
                instance(unit, own(unit), others(unit), layout.placed()).forEach(this::nowUnlessIntact);
            }
            case SWAPPED -> {
                unplain(unit);
                alias(unit, layout.placed());
                proxied(unit, layout.placed()).ifPresent(target -> now.put(target.path(), target));
                if (layout.serving().equals(layout.placed())) {
                    keep(layout.placed());
                } else {
                    adopted(unit, layout).forEach(path -> now.put(path.path(), path));
                }
                swap(unit, layout);
            }
        }
    }

    /// The unit file and the set's own drop-ins are in the instance.
    private void unplain(ManagedUnit unit) {
        ownTexts(unit).keySet().forEach(now::remove);
    }

    private void alias(ManagedUnit unit, String instance) {
        String path = UnitPaths.unitFile(unit.name());
        now.put(path, new InstanceAlias(path, plain.set().id(), adopts(unit), instance));
    }

    /// Where the proxy of `unit` leads while `instance` is the unit.
    private Optional<ProxyTarget> proxied(ManagedUnit unit, String instance) {
        return Proxy.port(instance) == 0 || unit.proxy() == null
                ? Optional.empty()
                : Optional.of(ProxyTarget.of(plain.set().id(), unit.name(), Proxy.port(instance)));
    }

    private void keep(String instance) {
        if (instance.isEmpty()) {
            return;
        }
        owned.paths().keySet().stream()
                .filter(path -> UnitPaths.belongsTo(path, instance))
                .forEach(this::keepPath);
    }

    private void keepPath(String path) {
        var there = observed.paths().getOrDefault(path, new Absent());
        now.put(path, new Kept(path, plain.set().id(), there));
    }

    /// An instance's unit file and inputs are what they were when it was made, though we might write them otherwise
    /// today; they are only made anew when somebody spoiled them.
    private void nowUnlessIntact(DesiredPath path) {
        var there = observed.paths().getOrDefault(path.path(), new Absent());
        boolean live = path.path().contains(".d/");
        String recorded = owned.paths().get(path.path());
        // Of a pass that was cut short: the alias came after what it points to, so that is whole.
        boolean intact =
                there.fingerprint().equals(recorded) || (Owned.PENDING.equals(recorded) && !(there instanceof Absent));
        now.put(path.path(), !live && intact ? new Kept(path.path(), plain.set().id(), there) : path);
    }

    private List<DesiredPath> instance(
            ManagedUnit unit, UnitFile own, SortedMap<String, String> others, String instance) {
        var set = plain.set();
        var paths = new ArrayList<DesiredPath>();
        var private_ = new TreeMap<String, String>();
        inputs(unit).forEach((path, input) -> {
            switch (input) {
                case ArtifactLink artifact -> private_.put(path, artifact.target());
                case Content content -> {
                    String copy = UnitPaths.instanceDirectory(instance) + path.substring(1);
                    private_.put(path, copy);
                    paths.add(new Content(
                            copy,
                            set.id(),
                            true,
                            content.source(),
                            content.mode(),
                            content.owner(),
                            content.group(),
                            null));
                }
                case EnablementLink _, ProxyTarget _, Kept _, InstanceAlias _ -> {}
            }
        });
        String environment = ProxiedText.environment(unit, instance);
        if (!environment.isEmpty()) {
            paths.add(DesiredPaths.text(set, ProxiedText.environmentPath(instance), environment, true));
        }
        others.forEach((path, text) -> paths.add(DesiredPaths.text(
                set,
                UnitPaths.dropIn(instance, path.substring(path.lastIndexOf('/') + 1)),
                InstanceText.dropIn(unit, path, text),
                true)));
        paths.add(DesiredPaths.text(
                set, UnitPaths.dropIn(instance, InstanceText.LIVE), InstanceText.live(unit, own), true));
        paths.add(DesiredPaths.text(
                set,
                UnitPaths.unitFile(instance),
                InstanceText.unitFile(unit, own, instance, private_, bridges(unit)),
                true));
        return paths;
    }

    /// The running process of a plain unit under an instance's name: nothing of it changes but the name.
    private List<DesiredPath> adopted(ManagedUnit unit, InstanceLayout layout) throws UnitFileException {
        var made = layout.made().getOrDefault(layout.placed(), new RunsWith("", Map.of(), Map.of(), null));
        var file = EffectiveText.of(made.texts());
        var texts = new TreeMap<>(made.texts());
        var set = plain.set();
        var running = unit.with(texts, new UnitShape(unit.name(), file, HostWord.NOTHING));
        return List.of(
                DesiredPaths.text(
                        set,
                        UnitPaths.dropIn(layout.placed(), InstanceText.LIVE),
                        InstanceText.live(running, file),
                        true),
                DesiredPaths.text(
                        set,
                        UnitPaths.unitFile(layout.placed()),
                        InstanceText.adopted(running, file, layout.placed()),
                        true));
    }

    /// The bridges that a process of `unit` that is started now is given.
    private Set<String> bridges(ManagedUnit unit) {
        var all = new TreeSet<String>();
        for (String socket : unit.sockets()) {
            var rebind = plain.rebinds().get(socket);
            all.addAll(rebind == null ? Set.of() : rebind.bridges());
            all.addAll(bridges.getOrDefault(socket, Set.of()));
        }
        return all;
    }

    /// The new addresses of the unit's sockets: each by a bridge of its own from before the new process on, and in the
    /// socket's own file from the commit on.
    private void rebind(
            ManagedUnit unit, InstanceLayout layout, List<DesiredPath> candidate, List<DesiredPath> publish) {
        for (String socket : unit.sockets()) {
            var rebind = plain.rebinds().get(socket);
            if (rebind == null || !rebind.opens()) {
                continue;
            }
            rebind.added().forEach(listen -> {
                String path = UnitPaths.bridge(listen.bridge(socket));
                candidate.add(DesiredPaths.text(plain.set(), path, rebind.bridge(listen, layout.last()), true));
                publish.add(DesiredPaths.text(plain.set(), path, rebind.bridge(listen, unit.name()), true));
            });
            for (var path : List.copyOf(now.values())) {
                if (UnitPaths.speaksOf(path.path(), socket) && path instanceof Content) {
                    publish.add(path);
                    keepPath(path.path());
                }
            }
        }
    }

    private void swap(ManagedUnit unit, InstanceLayout layout) throws UnitFileException {
        String path = UnitPaths.unitFile(unit.name());
        var candidate = new ArrayList<DesiredPath>();
        var publish = new ArrayList<DesiredPath>();
        rebind(unit, layout, candidate, publish);
        inputs(unit).values().forEach(input -> {
            var there = observed.paths().getOrDefault(input.path(), new Absent());
            // What is not there yet nobody reads: it may come at once, and what the new process sees is put over it.
            if (!(there instanceof Absent) && !input.satisfiedBy(there)) {
                publish.add(input);
                keepPath(input.path());
            }
        });
        proxied(unit, layout.last()).ifPresent(publish::add);
        var definition = observed.inventory()
                .instances()
                .getOrDefault(unit.name(), Inventory.Instances.NONE)
                .known()
                .get(layout.placed());
        var retract = new HashSet<String>();
        for (String input :
                definition == null ? Set.<String>of() : definition.inputs().keySet()) {
            if (owned.paths().containsKey(input) && !now.containsKey(input)) {
                retract.add(input);
                keepPath(input);
            }
        }
        candidate.addAll(instance(unit, own(unit), others(unit), layout.last()));
        later.put(
                unit.name(),
                new Later(
                        unit.name(),
                        candidate,
                        new InstanceAlias(path, plain.set().id(), adopts(unit), layout.last()),
                        publish,
                        retract));
    }

    /// The inputs that need a new process, by public path.
    private Map<String, DesiredPath> inputs(ManagedUnit unit) {
        var inputs = new LinkedHashMap<String, DesiredPath>();
        for (var path : plain.paths()) {
            Input input = unit.inputs().get(path.path());
            if (input != null && input.effect() == Effect.NEW_PROCESS) {
                inputs.put(path.path(), path);
            }
        }
        return inputs;
    }

    private SortedMap<String, String> ownTexts(ManagedUnit unit) {
        return plain.set().content().unitsOrEmpty().stream()
                .filter(text -> text.name().equals(unit.name()))
                .findFirst()
                .map(DesiredPaths::ownTexts)
                .orElseGet(TreeMap::new);
    }

    private UnitFile own(ManagedUnit unit) throws UnitFileException {
        return EffectiveText.of(ownTexts(unit));
    }

    /// Drop-ins that stay where they are, the operator's and files of the set: copied, so that the instance has them
    /// from its first process on (an alias's drop-ins only count once systemd knows the alias: measured).
    private SortedMap<String, String> others(ManagedUnit unit) {
        var own = ownTexts(unit);
        var others = new TreeMap<String, String>();
        unit.texts().forEach((path, text) -> {
            if (!own.containsKey(path)) {
                others.put(path, text);
            }
        });
        return others;
    }

    private static boolean adopts(ManagedUnit unit) {
        return Boolean.TRUE.equals(unit.policy().adopt());
    }

    /// Drop-ins for `unit` on the host that the set has nothing to do with, by path.
    static SortedMap<String, String> foreign(ManagedUnit unit, Set<String> wanted, Observed observed) {
        var owned = observed.inventory().owned().getOrDefault(unit.set().id(), Owned.NOTHING);
        var foreign = new TreeMap<String, String>();
        observed.paths().forEach((path, state) -> {
            boolean dropIn = path.startsWith(UnitPaths.DIRECTORY + unit.name() + ".d/") && path.endsWith(".conf");
            if (dropIn && !wanted.contains(path) && !owned.paths().containsKey(path)) {
                String text = text(state);
                if (text != null) {
                    foreign.put(path, text);
                }
            }
        });
        return foreign;
    }

    private static @Nullable String text(PathState state) {
        return state instanceof Regular file && Objects.nonNull(file.text()) ? file.text() : null;
    }
}
