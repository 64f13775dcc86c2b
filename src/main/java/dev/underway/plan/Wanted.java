package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.UnitShape.HostWord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A set taken apart: the paths it wants, and the units it may act on in order of name.
///
/// @param paths what the plan puts in place before it acts on units
/// @param later what its swaps put in place
/// @param rebinds by socket, the changes of addresses that cost nobody a connection
/// @param connections by socket, the template of the processes that its connections get one each
record Wanted(
        DesiredSet set,
        List<DesiredPath> paths,
        List<ManagedUnit> units,
        List<InstancePaths.Later> later,
        Map<String, Rebind> rebinds,
        Map<String, ManagedUnit> connections) {

    private static final SortedMap<String, String> NO_TEXTS = Collections.emptySortedMap();

    static Wanted of(DesiredSet set, Observed observed) throws UnitFileException {
        var paths = DesiredPaths.of(set, observed.storePaths());
        var texts = new TreeMap<String, SortedMap<String, String>>();
        var shapes = new TreeMap<String, UnitShape>();
        for (var unit : set.content().unitsOrEmpty()) {
            if (!UnitName.isTemplate(unit.name())) {
                var ofUnit = DesiredPaths.texts(set.content(), unit);
                texts.put(unit.name(), ofUnit);
                shapes.put(unit.name(), shape(unit.name(), ofUnit, observed));
            }
        }
        var triggers = Triggers.among(shapes.values());
        var templates = PerConnection.templates(set.content(), shapes.values());
        var inputs = UnitInputs.of(set, paths, shapes.values(), templates.values());
        var connections = new TreeMap<String, ManagedUnit>();
        templates.forEach((socket, template) -> connections.put(
                socket, PerConnection.managed(set, template, inputs.getOrDefault(template.name(), Map.of()))));
        var units = new ArrayList<ManagedUnit>();
        shapes.forEach((name, shape) -> {
            var text = Objects.requireNonNull(texts.get(name));
            var policy = set.policy().unit(name);
            units.add(new ManagedUnit(
                    set,
                    name,
                    isOurs(name, text),
                    text,
                    shape,
                    policy,
                    policy.state() == null ? defaultState(shape, triggers) : policy.state(),
                    inputs.getOrDefault(name, Map.of()),
                    triggers.sockets().getOrDefault(name, Set.of()),
                    triggers.files().getOrDefault(name, Set.of()),
                    null,
                    Set.of()));
        });
        return laidOut(new Wanted(set, paths, units, List.of(), Map.of(), connections), observed);
    }

    private static Wanted laidOut(Wanted plain, Observed observed) throws UnitFileException {
        var wantedPaths = new HashSet<String>();
        plain.paths().forEach(path -> wantedPaths.add(path.path()));
        var layouts = new InstanceLayouts(plain.units(), wantedPaths, observed);
        var units = new ArrayList<ManagedUnit>();
        for (var unit : plain.units()) {
            var foreign = unit.ours() ? InstancePaths.foreign(unit, wantedPaths, observed) : NO_TEXTS;
            var laidOut = laidOut(unit, unit.onlyReportsDrift() ? layouts.dropInsOf(unit) : foreign, layouts);
            boolean made = laidOut.layout() != null && !laidOut.layout().made().isEmpty();
            // What an operator added is no reason to act, but when there is another one, the new process gets it.
            units.add(made && unit.onlyReportsDrift() ? laidOut(unit, foreign, layouts) : laidOut);
        }
        return InstancePaths.of(
                new Wanted(
                        plain.set(),
                        plain.paths(),
                        units,
                        List.of(),
                        bySwap(layouts.rebinds(), units),
                        plain.connections()),
                observed);
    }

    /// Those whose service is swapped. Where it is not, the socket is bound anew.
    private static Map<String, Rebind> bySwap(Map<String, Rebind> rebinds, List<ManagedUnit> units) {
        var by = new TreeMap<>(rebinds);
        by.values()
                .removeIf(rebind -> rebind.changes()
                        && units.stream()
                                .filter(unit -> unit.name().equals(rebind.service()))
                                .noneMatch(unit -> unit.layout() != null
                                        && unit.layout().transition() == InstanceLayout.Transition.SWAPPED));
        return by;
    }

    /// A plain unit is not compared by the drop-ins of others: nothing of ours makes it take them.
    private static ManagedUnit laidOut(
            ManagedUnit unit, SortedMap<String, String> foreignDropIns, InstanceLayouts layouts) {
        var whole = withDropIns(unit, foreignDropIns);
        var bound = whole.binding(layouts.boundBy(whole));
        var layout = layouts.of(bound);
        if (layout == null) {
            return unit;
        }
        return layout.last().isEmpty() ? unit.binding(bound.bound()).with(layout) : bound.with(layout);
    }

    private static ManagedUnit withDropIns(ManagedUnit unit, SortedMap<String, String> foreign) {
        if (foreign.isEmpty()) {
            return unit;
        }
        var texts = new TreeMap<>(unit.texts());
        texts.putAll(foreign);
        try {
            return unit.with(
                    texts,
                    new UnitShape(
                            unit.name(), EffectiveText.of(texts), unit.shape().host()));
        } catch (UnitFileException _) {
            return unit; // an operator's file that systemd itself only warns about
        }
    }

    /// Every path that the set wants, at once or by a swap.
    Stream<DesiredPath> allPaths() {
        return Stream.concat(paths.stream(), later.stream().flatMap(l -> l.all().stream()));
    }

    /// Whether `unit` is one of [#units].
    boolean names(String unit) {
        return units.stream().anyMatch(u -> u.name().equals(unit));
    }

    private static UnitShape shape(String name, SortedMap<String, String> texts, Observed observed)
            throws UnitFileException {
        var file = EffectiveText.of(texts);
        var status = observed.units().get(name);
        if (status == null) {
            return new UnitShape(name, file, HostWord.NOTHING);
        }
        if (isOurs(name, texts)) {
            return new UnitShape(
                    name,
                    file,
                    new HostWord(
                            false,
                            UnitShape.reloadsByType(file) && ignoresType(status, observed),
                            status.knowsRefresh()));
        }
        String host = status.fragmentText() == null ? "" : status.fragmentText();
        return new UnitShape(
                name,
                EffectiveText.lenient(host).with(file),
                new HostWord(status.canReload(), false, status.knowsRefresh()));
    }

    /// Asked of the text that the unit was started from: systemd has read that.
    private static boolean ignoresType(UnitStatus status, Observed observed) throws UnitFileException {
        var runs = observed.inventory().runs().get(status.name());
        return runs != null
                && status.active()
                && !status.canReload()
                && runs.invocationId().equals(status.invocationId())
                && UnitShape.reloadsByType(EffectiveText.of(runs.texts()));
    }

    private static boolean isOurs(String name, SortedMap<String, String> texts) {
        return texts.keySet().stream().anyMatch(path -> UnitPaths.makes(path, name));
    }

    /// A service that something else starts, or that ends by itself, is only touched while it runs.
    private static UnitState defaultState(UnitShape unit, Triggers triggers) {
        boolean startedByOthers = triggers.timed().contains(unit.name())
                || (triggers.socketTriggered().contains(unit.name()) && !unit.wanted());
        return unit.isService() && (startedByOthers || unit.endsByItself()) ? UnitState.IfRunning : UnitState.Running;
    }
}
