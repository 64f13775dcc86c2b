package dev.underway.plan;

import dev.underway.model.Digests;
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
import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Link;
import dev.underway.plan.Step.PathChange.Remove;
import dev.underway.plan.Step.PathChange.WriteFile;
import dev.underway.plan.Step.Reload;
import dev.underway.plan.Step.Repair;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import dev.underway.plan.Step.Swap;
import dev.underway.plan.Step.Takeover;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Wait;
import dev.underway.plan.Step.Write;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A host that is nothing but maps: a disk, what systemd has read of it, processes and what they have read, and
/// the inventory of an agent that records what [Plan] says it must. It obeys the rules of systemd that the
/// planner relies on.
final class ModelHost {
    /// Every process started in 2030.
    private static final long STARTED = Instant.parse("2030-01-01T00:00:00Z").toEpochMilli() * 1000;

    final Map<String, PathState> disk = new TreeMap<>();
    final Map<String, String> vendorUnits = new TreeMap<>();
    final Map<String, String> loaded = new TreeMap<>();
    final Map<String, String> aliases = new TreeMap<>();
    final Map<String, Process> processes = new TreeMap<>();
    /// The last process of each oneshot.
    final Map<String, Process> ended = new TreeMap<>();
    /// Oneshots of whose last run systemd remembers the id: those that something refers to, since the boot.
    private final Map<String, String> remembered = new HashMap<>();
    boolean forgetsWhatEnded;
    final Map<String, String> states = new HashMap<>();
    final Map<String, String> jobs = new HashMap<>();
    final Map<String, Integer> starts = new TreeMap<>();
    final List<String> log = new ArrayList<>();
    Inventory inventory = Inventory.EMPTY;
    private int invocations;

    /// What a process has read: its directives when it started, and files when it started or reloaded.
    record Process(String invocation, UnitFile text, Map<String, PathState> files) {}

    Observed observe(Desired desired) {
        var observed = look(desired, inventory);
        if (!FoundInstances.isWorthIt(desired, observed)) {
            return observed;
        }
        var texts = new TreeMap<String, String>();
        disk.forEach((path, state) -> {
            if (state instanceof Regular file && file.text() != null) {
                texts.put(path, file.text());
            }
        });
        return look(desired, FoundInstances.in(desired, observed, texts));
    }

    private Observed look(Desired desired, Inventory inventory) {
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

    UnitStatus status(String asked) {
        String unit = named(asked);
        boolean ours = loaded.containsKey(UnitPaths.unitFile(unit))
                || loaded.containsKey(UnitPaths.unitFile(UnitName.template(unit)));
        boolean exists = ours || vendorUnits.containsKey(unit);
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
                !text(unit).values("Service", "ExecReload").isEmpty(),
                false,
                ours ? UnitPaths.unitFile(unit) : exists ? "/lib/systemd/system/" + unit : "",
                ours ? null : vendorUnits.get(unit),
                jobs.get(unit),
                process == null ? 0 : STARTED);
    }

    /// When an agent is killed: after so many steps, and whether before it has recorded the last of them.
    record Kill(int steps, boolean beforeItIsRecorded) {
        static final Kill NEVER = new Kill(Integer.MAX_VALUE, false);
    }

    /// Plans and carries the plan out until it is killed.
    Plan converge(Desired desired, Kill kill) {
        var plan = Planner.plan(desired, observe(desired));
        inventory = plan.before();
        int preparation = plan.preparation().size();
        for (int i = 0; i < plan.steps().size(); i++) {
            if (i == preparation) {
                inventory = plan.prepared();
            }
            if (i == kill.steps()) {
                return plan;
            }
            if (plan.steps().get(i) instanceof Start start && plan.endsByItself(start.unit())) {
                record(start.unit(), null);
            }
            carryOut(plan.steps().get(i));
            if (i + 1 == kill.steps() && kill.beforeItIsRecorded()) {
                return plan;
            }
            if (i >= preparation
                    && plan.steps().get(i) instanceof OfUnit step
                    && isLast(plan.steps(), i, step.unit())) {
                record(step.unit(), plan.after().runs().get(step.unit()));
            }
        }
        var runs = new TreeMap<String, RunsWith>();
        plan.after().runs().forEach((unit, with) -> runs.put(unit, with.in(invocation(unit, with))));
        inventory = plan.after().running(runs);
        return plan;
    }

    Plan converge(Desired desired) {
        return converge(desired, Kill.NEVER);
    }

    private static boolean isLast(List<Step> steps, int index, String unit) {
        return steps.subList(index + 1, steps.size()).stream()
                .noneMatch(s -> s instanceof OfUnit other && other.unit().equals(unit));
    }

    private void record(String unit, @Nullable RunsWith with) {
        var runs = new TreeMap<>(inventory.runs());
        if (with == null) {
            runs.remove(unit);
        } else {
            runs.put(unit, with.in(invocation(unit, with)));
        }
        inventory = inventory.running(runs);
    }

    private String invocation(String unit, RunsWith with) {
        var process = processes.get(named(unit));
        return process == null ? remembered.getOrDefault(named(unit), with.invocationId()) : process.invocation();
    }

    void carryOut(Step step) {
        switch (step) {
            case Write write -> {
                write.changes().forEach(this::change);
            }
            case Tidy tidy ->
                tidy.changes().forEach(change -> {
                    change(change);
                    loaded.remove(change.path()); // systemd forgets what does not run
                });
            case ApplySysusers a -> log.add("sysusers " + a.files());
            case ApplyTmpfiles a -> log.add("tmpfiles " + a.files());
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
            case Wait _ -> {}
        }
    }

    /// A swap's effects one by one, as the agent has them.
    private List<Runnable> effects(Swap swap) {
        var takeover = swap.takeover();
        var effects = new ArrayList<Runnable>();
        takeover.candidate().forEach(change -> effects.add(() -> change(change)));
        effects.add(() -> {
            read(takeover.to());
            start(takeover.to());
        });
        effects.add(() -> {
            var instances = new TreeMap<>(inventory.instances());
            instances.computeIfPresent(swap.unit(), (_, now) -> new Instances(takeover.to(), now.known()));
            inventory = new Inventory(inventory.owned(), inventory.runs(), instances);
        });
        effects.add(() -> change(takeover.alias()));
        takeover.publish().forEach(change -> effects.add(() -> change(change)));
        effects.add(() -> settle(swap.unit(), takeover));
        effects.add(this::daemonReload);
        effects.add(() -> stop(takeover.from()));
        return effects;
    }

    /// Carries a plan out until so many effects of its swaps have been had.
    void convergeUntilWithinASwap(Desired desired, int effects) {
        var plan = Planner.plan(desired, observe(desired));
        inventory = plan.before();
        int preparation = plan.preparation().size();
        int left = effects;
        for (int i = 0; i < plan.steps().size(); i++) {
            if (i == preparation) {
                inventory = plan.prepared();
            }
            if (plan.steps().get(i) instanceof Swap swap) {
                for (var effect : effects(swap)) {
                    if (left-- == 0) {
                        return;
                    }
                    effect.run();
                }
            } else {
                carryOut(plan.steps().get(i));
                if (i >= preparation
                        && plan.steps().get(i) instanceof OfUnit step
                        && isLast(plan.steps(), i, step.unit())) {
                    record(step.unit(), plan.after().runs().get(step.unit()));
                }
            }
        }
    }

    /// The machine boots: what ran is gone, systemd reads the disk, and starts what is enabled.
    void boot(String... units) {
        processes.clear();
        remembered.clear();
        states.clear();
        daemonReload();
        for (String unit : units) {
            start(unit);
        }
    }

    /// Those of `units` of which there is a file on the disk, by whatever name.
    String[] onDisk(String... units) {
        return Stream.of(units)
                .filter(unit -> disk.containsKey(UnitPaths.unitFile(unit)))
                .toArray(String[]::new);
    }

    /// Names of the units that run and are, or were, `unit`.
    List<String> instances(String unit) {
        String bare = unit.substring(0, unit.indexOf('.'));
        return processes.keySet().stream()
                .filter(name -> name.equals(unit) || name.startsWith(bare + "-"))
                .toList();
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
            case WriteFile f ->
                write(f.path(), new String(f.source().bytes(), StandardCharsets.UTF_8), f.mode(), f.owner());
            case Link link -> disk.put(link.path(), new Symlink(link.target()));
            case Remove remove -> disk.remove(remove.path());
        }
    }

    /// systemd reads the files of a unit that it has never heard of when it is asked for it.
    private void read(String unit) {
        disk.forEach((path, state) -> {
            if (UnitPaths.speaksOf(path, unit) && state instanceof Regular file && file.text() != null) {
                loaded.put(path, file.text());
            }
        });
    }

    /// The unit that an alias stands for, as systemd has read it.
    String named(String unit) {
        return aliases.getOrDefault(UnitPaths.unitFile(unit), unit);
    }

    void write(String path, String content) {
        write(path, content, 0644, "root");
    }

    private void write(String path, String content, int mode, String owner) {
        String text = UnitPaths.needsDaemonReload(path) ? content : null;
        disk.put(path, new Regular(Digests.sha256(content), mode, owner, "root", text));
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
                && !vendorUnits.containsKey(unit)) {
            throw new IllegalStateException("NoSuchUnit " + unit);
        }
        if (unit.endsWith(".socket") && processes.containsKey(named(unit.replace(".socket", ".service")))) {
            throw new IllegalStateException("Socket service already active, refusing: " + unit);
        }
        starts.merge(unit, 1, Integer::sum);
        states.remove(unit);
        boolean endsByItself = text(unit).last("Service", "Type", "simple").equals("oneshot");
        String invocation = "i" + ++invocations;
        (endsByItself ? ended : processes).put(unit, new Process(invocation, text(unit), Map.copyOf(disk)));
        if (endsByItself && !forgetsWhatEnded) {
            remembered.put(unit, invocation);
        }
    }

    void stop(String asked) {
        String unit = named(asked);
        states.remove(unit);
        processes.remove(unit);
    }

    private void reload(String asked) {
        String unit = named(asked);
        var process = processes.get(unit);
        if (process == null || text(unit).values("Service", "ExecReload").isEmpty()) {
            throw new IllegalStateException("JobTypeNotApplicable " + unit);
        }
        processes.put(unit, new Process(process.invocation(), process.text(), Map.copyOf(disk)));
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

    /// All that counts as the host's end state, for comparison.
    String endState() {
        var text = new StringBuilder();
        disk.forEach((path, state) ->
                text.append(path).append(' ').append(state.fingerprint()).append('\n'));
        loaded.forEach((path, loadedText) -> text.append("loaded ")
                .append(path)
                .append(' ')
                .append(loadedText.hashCode())
                .append('\n'));
        processes.keySet().forEach(unit -> text.append("runs ").append(unit).append('\n'));
        inventory
                .owned()
                .forEach((set, owned) ->
                        text.append(set).append(" owns ").append(sorted(owned)).append('\n'));
        return text.toString();
    }

    private static String sorted(Owned owned) {
        return new TreeMap<>(owned.paths()) + " " + new TreeSet<>(owned.units());
    }
}
