package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.Processes;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.PathState.Symlink;
import dev.underway.plan.Step.Adjust;
import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Link;
import dev.underway.plan.Step.PathChange.Remove;
import dev.underway.plan.Step.PathChange.WriteFile;
import dev.underway.plan.Step.Reload;
import dev.underway.plan.Step.Renew;
import dev.underway.plan.Step.Repair;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import dev.underway.plan.Step.Swap;
import dev.underway.plan.Step.Takeover;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Wait;
import dev.underway.plan.Step.Write;
import dev.underway.plan.UnitShape.HostWord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A host that is nothing but maps: a disk, what systemd has read of it, processes and what they have read, and the
/// inventory of an agent that records what [Plan] says it must. It obeys the rules of systemd that the planner relies
/// on, so that what a plan leads to can be known without a host: for a [Forecast], and for the planner's properties.
class ImaginedHost {
    /// Every process started in 2030.
    private static final long STARTED = Instant.parse("2030-01-01T00:00:00Z").toEpochMilli() * 1000;

    final Map<String, PathState> disk = new TreeMap<>();
    final Map<String, String> vendorUnits = new TreeMap<>();
    final Map<String, String> loaded = new TreeMap<>();
    final Map<String, String> aliases = new TreeMap<>();
    final Map<String, Run> processes = new TreeMap<>();
    /// The last process of each oneshot.
    final Map<String, Run> ended = new TreeMap<>();
    /// Oneshots of whose last run systemd remembers the id: those that something refers to, since the boot.
    final Map<String, String> remembered = new HashMap<>();
    /// ActiveState where it is not what the processes say.
    final Map<String, String> states = new HashMap<>();
    Inventory inventory = Inventory.EMPTY;
    private int invocations;

    /// What a process has read: its directives when it started, and files when it started or reloaded.
    record Run(String invocation, UnitFile text, Map<String, PathState> files) {}

    Observed observe(Desired desired) {
        return look(desired, inventory);
    }

    Observed look(Desired desired, Inventory inventory) {
        var scope = Scope.of(desired, inventory);
        var paths = new HashMap<String, PathState>();
        scope.paths().forEach(path -> paths.put(path, disk.getOrDefault(path, new Absent())));
        var units = new HashMap<String, UnitStatus>();
        scope.units().forEach(unit -> units.put(unit, status(unit)));
        var store = new HashMap<String, String>();
        desired.sets()
                .forEach(set -> set.content()
                        .artifactsOrEmpty()
                        .forEach(artifact -> store.put(artifact.sha256(), "/store/" + artifact.sha256())));
        return new Observed(paths, units, inventory, store, new Processes(Set.of(), startedAs(), Map.of(), Map.of()));
    }

    private Map<String, String> startedAs() {
        var names = new TreeMap<String, String>();
        processes.forEach((unit, process) -> names.put(
                unit,
                process.text().values("Service", "Environment").stream()
                        .filter(value -> value.startsWith("UNDERWAY_INSTANCE="))
                        .map(value -> value.substring("UNDERWAY_INSTANCE=".length()))
                        .findFirst()
                        .orElse("")));
        return names;
    }

    /// What of the unit's texts is another one on the disk than systemd has read.
    private Set<String> unread(String unit) {
        var paths = new TreeSet<>(loaded.keySet());
        paths.addAll(disk.keySet());
        paths.removeIf(path -> !UnitPaths.speaksOf(path, unit)
                || Objects.equals(loaded.get(path), disk.get(path) instanceof Regular file ? file.text() : null));
        return paths;
    }

    UnitStatus status(String asked) {
        String unit = named(asked);
        boolean ours = loaded.containsKey(UnitPaths.unitFile(unit))
                || loaded.containsKey(UnitPaths.unitFile(UnitName.template(unit)));
        boolean exists = ours || loaded.containsKey(UnitPaths.bridge(unit)) || vendorUnits.containsKey(unit);
        var process = processes.get(unit);
        String active = states.getOrDefault(unit, process == null ? "inactive" : "active");
        return new UnitStatus(
                asked,
                exists ? "loaded" : "not-found",
                active,
                active.equals("active") ? "running" : "dead",
                "",
                process == null ? 0 : 100,
                process == null ? remembered.getOrDefault(unit, "") : process.invocation(),
                0,
                active.equals("failed") ? "exit-code" : "success",
                canReload(unit),
                false,
                ours && !unread(unit).isEmpty(),
                ours ? UnitPaths.unitFile(unit) : exists ? "/lib/systemd/system/" + unit : "",
                ours ? null : vendorUnits.get(unit),
                null,
                process == null ? 0 : STARTED);
    }

    /// Plans, carries the plan out whole, and remembers what the agent would.
    Plan converge(Desired desired) {
        var plan = Planner.plan(desired, observe(desired));
        plan.steps().forEach(this::carryOut);
        remember(plan);
        return plan;
    }

    void remember(Plan plan) {
        var runs = new TreeMap<String, RunsWith>();
        plan.after().runs().forEach((unit, with) -> runs.put(unit, with.in(invocation(unit, with))));
        inventory = plan.after().running(runs);
    }

    String invocation(String unit, RunsWith with) {
        var process = processes.get(named(unit));
        return process == null ? remembered.getOrDefault(named(unit), with.invocationId()) : process.invocation();
    }

    void carryOut(Step step) {
        switch (step) {
            case Write write -> write.changes().forEach(this::change);
            case Tidy tidy ->
                tidy.changes().forEach(change -> {
                    change(change);
                    loaded.remove(change.path()); // systemd forgets what does not run
                });
            case ApplySysusers _, ApplyTmpfiles _, Renew _, Wait _ -> {}
            case Adjust adjust -> adjust(adjust.unit());
            case DaemonReload _ -> daemonReload();
            case Reload reload -> reload(reload.unit());
            case Restart restart -> {
                if (!restart.onlyIfRunning() || processes.containsKey(named(restart.unit()))) {
                    stop(restart.unit());
                    start(restart.unit());
                }
            }
            case Start start -> start(start.unit());
            case Repair repair -> {
                stop(repair.loaded());
                start(repair.loaded());
            }
            case Stop stop -> stop(stop.unit());
            case Swap swap -> effects(swap).forEach(Runnable::run);
            case Drain drain -> stop(drain.instance());
        }
    }

    /// A swap's effects one by one, as the agent has them.
    List<Runnable> effects(Swap swap) {
        var takeover = swap.takeover();
        var effects = new ArrayList<Runnable>();
        takeover.candidate().forEach(change -> effects.add(() -> change(change)));
        takeover.bridges()
                .forEach(bridge -> effects.add(() -> {
                    read(bridge);
                    start(bridge);
                }));
        effects.add(() -> {
            read(takeover.to());
            start(takeover.to());
        });
        effects.add(() -> {
            var instances = new TreeMap<>(inventory.instances());
            instances.computeIfPresent(swap.unit(), (_, now) -> new Instances(takeover.to(), now.known()));
            inventory = inventory.having(instances);
        });
        effects.add(() -> change(takeover.alias()));
        takeover.publish().forEach(change -> effects.add(() -> change(change)));
        effects.add(() -> settle(swap.unit(), takeover));
        effects.add(this::daemonReload);
        effects.add(() -> stop(takeover.from()));
        return effects;
    }

    private void settle(String unit, Takeover takeover) {
        var runs = new TreeMap<>(inventory.runs());
        runs.put(unit, takeover.definition().in(invocation(takeover.to(), takeover.definition())));
        var owned = new HashMap<>(inventory.owned());
        owned.computeIfPresent(takeover.set(), (_, all) -> {
            var paths = new TreeMap<>(all.paths());
            takeover.publish().forEach(change -> paths.remove(change.path()));
            paths.putAll(takeover.settled());
            return new Owned(all.digest(), paths, all.units());
        });
        inventory = inventory.owning(owned).running(runs);
    }

    private void change(PathChange change) {
        switch (change) {
            case WriteFile f -> {
                boolean read = UnitPaths.needsDaemonReload(f.path());
                String text = read ? new String(f.source().bytes(), StandardCharsets.UTF_8) : null;
                disk.put(f.path(), new Regular(f.source().sha256(), f.mode(), f.owner(), f.group(), text));
            }
            case Link link -> disk.put(link.path(), new Symlink(link.target()));
            case Remove remove -> disk.remove(remove.path());
        }
    }

    /// systemd reads the files of a unit that it has never heard of when it is asked for it.
    private void read(String unit) {
        disk.forEach((path, state) -> {
            if ((UnitPaths.speaksOf(path, unit) || path.equals(UnitPaths.bridge(unit)))
                    && state instanceof Regular file
                    && file.text() != null) {
                loaded.put(path, file.text());
            }
        });
    }

    /// The unit that an alias stands for, as systemd has read it.
    String named(String unit) {
        return aliases.getOrDefault(UnitPaths.unitFile(unit), unit);
    }

    /// A package installs and starts a unit.
    void vendor(String unit, String text) {
        vendorUnits.put(unit, text);
        start(unit);
    }

    void daemonReload() {
        loaded.clear();
        aliases.clear();
        disk.forEach((path, state) -> {
            if (state instanceof Regular file && file.text() != null) {
                loaded.put(path, file.text());
            }
            if (state instanceof Symlink link && !link.target().contains("/")) {
                aliases.put(path, link.target());
                renamed(path.substring(path.lastIndexOf('/') + 1), link.target());
            }
        });
    }

    /// A process keeps running when its unit's name has become another one's.
    private void renamed(String from, String to) {
        var process = processes.remove(from);
        if (process != null && processes.put(to, process) != null) {
            throw new IllegalStateException("systemd would merge " + from + " and " + to);
        }
    }

    void start(String asked) {
        String unit = named(asked);
        if (processes.containsKey(unit)) {
            return;
        }
        if (!loaded.containsKey(UnitPaths.unitFile(UnitName.template(unit)))
                && !loaded.containsKey(UnitPaths.unitFile(unit))
                && !loaded.containsKey(UnitPaths.bridge(unit))
                && !vendorUnits.containsKey(unit)) {
            throw new IllegalStateException("NoSuchUnit " + unit);
        }
        if (unit.endsWith(".socket") && processes.containsKey(named(unit.replace(".socket", ".service")))) {
            throw new IllegalStateException("Socket service already active, refusing: " + unit);
        }
        states.remove(unit);
        boolean endsByItself = text(unit).last("Service", "Type", "simple").equals("oneshot");
        var run = process(unit);
        (endsByItself ? ended : processes).put(unit, run);
        if (endsByItself) {
            remembered.put(unit, run.invocation());
        }
    }

    /// A unit of ours or of the host is in this state, whatever was done to it before. States on the way from one to
    /// another change nothing.
    ///
    /// @param activeState in the words of org.freedesktop.systemd1(5)
    void is(String asked, String activeState) {
        String unit = named(asked);
        if (!status(asked).exists()) {
            return;
        }
        switch (activeState) {
            case "active", "reloading" -> {
                states.remove(unit);
                processes.computeIfAbsent(unit, this::process);
            }
            case "inactive", "failed" -> {
                processes.remove(unit);
                states.put(unit, activeState);
            }
            default -> {}
        }
    }

    private Run process(String unit) {
        return new Run("i" + ++invocations, text(unit), Map.copyOf(disk));
    }

    void stop(String asked) {
        String unit = named(asked);
        states.remove(unit);
        processes.remove(unit);
    }

    /// The open socket is as if it had been bound by the text that systemd has read.
    private void adjust(String unit) {
        var process = processes.get(unit);
        if (process == null) {
            throw new IllegalStateException(unit + " is not up");
        }
        processes.put(unit, new Run(process.invocation(), text(unit), process.files()));
    }

    /// As a systemd that knows all there is to know.
    private boolean canReload(String unit) {
        return new UnitShape(unit, text(unit), HostWord.NOTHING).canReload();
    }

    private void reload(String asked) {
        String unit = named(asked);
        var process = processes.get(unit);
        if (process == null || !canReload(unit)) {
            throw new IllegalStateException("JobTypeNotApplicable " + unit);
        }
        processes.put(unit, new Run(process.invocation(), process.text(), Map.copyOf(disk)));
    }

    /// The unit's text as systemd has read it.
    UnitFile text(String unit) {
        var texts = new TreeMap<String, String>();
        if (vendorUnits.containsKey(unit)) {
            texts.put("/lib/systemd/system/" + unit, vendorUnits.get(unit));
        }
        loaded.forEach((path, text) -> {
            if (UnitPaths.speaksOf(path, unit)) {
                texts.put(path, text);
            }
        });
        if (texts.keySet().stream().anyMatch(path -> UnitPaths.makes(path, unit))) {
            texts.remove("/lib/systemd/system/" + unit);
        }
        try {
            return EffectiveText.of(texts);
        } catch (UnitFileException e) {
            throw new IllegalStateException(e);
        }
    }
}
