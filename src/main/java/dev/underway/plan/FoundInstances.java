package dev.underway.plan;

import dev.underway.model.Revision.UnitText;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.PathState.Symlink;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Learns from the disk which instances there are, where the inventory does not know: it was removed, or came back
/// from a backup. Without that our own symlink would be somebody else's, and stand in our way.
///
/// What counts is the word in the unit file that [InstanceText] writes, for this unit and this set; a name proves
/// nothing. What an instance was made of follows from its name, if it is that of what is desired now. Else it is told
/// from its file, near enough to find that it differs: it is then swapped, which costs nobody a connection.
public final class FoundInstances {
    /// The digest of an input that nobody remembers: like no other.
    private static final String FORGOTTEN = "forgotten";

    private static final Pattern BETWEEN_PATHS = Pattern.compile("(?<!\\\\):");

    private final Desired desired;
    private final Observed observed;
    private final Map<String, String> texts;
    private final Map<SetId, Owned> owned;
    private final Map<String, Instances> instances;

    private FoundInstances(Desired desired, Observed observed, Map<String, String> texts) {
        this.desired = desired;
        this.observed = observed;
        this.texts = texts;
        this.owned = new HashMap<>(observed.inventory().owned());
        this.instances = new TreeMap<>(observed.inventory().instances());
    }

    /// Whether the name of a service stands for another unit that the inventory does not know as its instance. Only
    /// then is there something to find.
    public static boolean isWorthIt(Desired desired, Observed observed) {
        return desired.sets().stream()
                .filter(set -> !desired.held().containsKey(set.id()))
                .flatMap(set -> set.content().unitsOrEmpty().stream())
                .anyMatch(unit -> isUnknown(unit, observed));
    }

    private static boolean isUnknown(UnitText unit, Observed observed) {
        return unit.content() != null
                && UnitName.type(unit.name()).equals("service")
                && observed.paths().get(UnitPaths.unitFile(unit.name())) instanceof Symlink link
                && !observed.inventory()
                        .instances()
                        .getOrDefault(unit.name(), Instances.NONE)
                        .known()
                        .containsKey(link.target());
    }

    /// The inventory with what was found.
    ///
    /// @param texts by path, the unit files in our directory, the drop-ins beside them and the sockets below `/run`
    public static Inventory in(Desired desired, Observed observed, Map<String, String> texts) {
        var found = new FoundInstances(desired, observed, texts);
        for (var set : found.desired.sets()) {
            if (!desired.held().containsKey(set.id())) {
                found.of(set);
            }
        }
        return observed.inventory().owning(found.owned).having(found.instances);
    }

    private void of(DesiredSet set) {
        var unknown = set.content().unitsOrEmpty().stream()
                .filter(unit -> isUnknown(unit, observed))
                .map(UnitText::name)
                .toList();
        try {
            for (var unit : unknown.isEmpty()
                    ? List.<ManagedUnit>of()
                    : Wanted.of(set, observed).units()) {
                if (unknown.contains(unit.name())
                        && observed.paths().get(UnitPaths.unitFile(unit.name())) instanceof Symlink link
                        && isInstance(UnitPaths.unitFile(link.target()), unit)) {
                    of(unit, link.target());
                }
            }
        } catch (UnitFileException _) {
            // the set is withheld for it
        }
    }

    private void of(ManagedUnit unit, String current) {
        var before = owned.getOrDefault(unit.set().id(), Owned.NOTHING);
        var paths = new TreeMap<>(before.paths());
        var known = new TreeMap<>(
                instances.getOrDefault(unit.name(), Instances.NONE).known());
        texts.keySet().stream()
                .filter(path -> isInstance(path, unit))
                .map(path -> path.substring(UnitPaths.DIRECTORY.length()))
                .forEach(name -> {
                    known.computeIfAbsent(name, _ -> definition(unit, name));
                    texts.keySet().stream()
                            .filter(path -> UnitPaths.belongsTo(path, name))
                            .forEach(path -> paths.putIfAbsent(path, Owned.PENDING));
                    copies(name).values().stream()
                            .filter(path -> UnitPaths.belongsTo(path, name))
                            .forEach(path -> paths.putIfAbsent(path, Owned.PENDING));
                });
        unit.sockets().forEach(socket -> bridges(socket).forEach(path -> paths.putIfAbsent(path, Owned.PENDING)));
        paths.put(UnitPaths.unitFile(unit.name()), Owned.PENDING);
        var units = new TreeSet<>(before.units());
        units.add(unit.name());
        owned.put(unit.set().id(), new Owned(before.digest(), paths, units));
        instances.put(unit.name(), new Instances(current, known));
    }

    /// The paths of the bridges of `socket`.
    private List<String> bridges(String socket) {
        return texts.entrySet().stream()
                .filter(text -> Rebind.isBridge(UnitPaths.bridgeAt(text.getKey()), text.getValue(), socket))
                .map(Map.Entry::getKey)
                .toList();
    }

    private boolean isInstance(String path, ManagedUnit unit) {
        String text = texts.get(path);
        return text != null && path.indexOf('/', UnitPaths.DIRECTORY.length()) < 0 && InstanceText.isOf(unit, text);
    }

    private RunsWith definition(ManagedUnit unit, String name) {
        String bare = unit.name().substring(0, unit.name().lastIndexOf('.'));
        if (name.matches(Pattern.quote(bare + "-" + InstanceText.digest(unit)) + "(-p\\d+)?(-\\d+)?\\.service")) {
            return Setting.ofDisk(observed).freshInstance(unit);
        }
        String own = InstanceText.own(texts.getOrDefault(UnitPaths.unitFile(name), ""))
                + InstanceText.own(texts.getOrDefault(UnitPaths.dropIn(name, InstanceText.LIVE), ""));
        var inputs = new TreeMap<String, String>();
        copies(name).keySet().forEach(path -> inputs.put(path, FORGOTTEN));
        return new RunsWith("", Map.of(UnitPaths.unitFile(unit.name()), own), inputs, null);
    }

    /// By public path, where the instance has its own copy of an input.
    private Map<String, String> copies(String name) {
        var copies = new TreeMap<String, String>();
        try {
            var file = UnitFile.parse(texts.getOrDefault(UnitPaths.unitFile(name), ""));
            for (String bind : file.values("Service", "BindReadOnlyPaths")) {
                var ends = BETWEEN_PATHS.split(bind, 2);
                if (ends.length == 2) {
                    copies.put(InstanceText.unquoted(ends[1]), InstanceText.unquoted(ends[0]));
                }
            }
        } catch (UnitFileException _) {
            return Map.of();
        }
        return copies;
    }
}
