package dev.underway.plan;

import dev.underway.model.Digests;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Swap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An [ImaginedHost] on which people, packages and power cuts act too, and which counts what happens to it.
final class ModelHost extends ImaginedHost {
    final Map<String, String> jobs = new HashMap<>();
    final Map<String, Integer> starts = new TreeMap<>();
    final List<String> log = new ArrayList<>();
    boolean forgetsWhatEnded;

    @Override
    Observed observe(Desired desired) {
        var observed = super.observe(desired);
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

    @Override
    UnitStatus status(String asked) {
        return super.status(asked).withJob(jobs.get(named(asked)));
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
        remember(plan);
        return plan;
    }

    @Override
    Plan converge(Desired desired) {
        return converge(desired, Kill.NEVER);
    }

    /// With this set alone.
    Plan converge(DesiredSet set) {
        return converge(alone(set));
    }

    Plan plan(DesiredSet set) {
        return Planner.plan(alone(set), observe(alone(set)));
    }

    private static Desired alone(DesiredSet set) {
        return new Desired(List.of(set), List.of());
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

    @Override
    void carryOut(Step step) {
        switch (step) {
            case ApplySysusers a -> log.add("sysusers " + a.files());
            case ApplyTmpfiles a -> log.add("tmpfiles " + a.files());
            default -> super.carryOut(step);
        }
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

    void write(String path, String content) {
        String text = UnitPaths.needsDaemonReload(path) ? content : null;
        disk.put(path, new Regular(Digests.sha256(content), 0644, "root", "root", text));
    }

    @Override
    void start(String asked) {
        boolean ran = processes.containsKey(named(asked));
        super.start(asked);
        if (!ran) {
            starts.merge(named(asked), 1, Integer::sum);
            if (forgetsWhatEnded) {
                remembered.remove(named(asked));
            }
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
