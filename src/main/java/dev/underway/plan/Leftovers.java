package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Step.Reload;
import dev.underway.plan.Step.Restart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Units of the host that a set acted on and that nobody names any more: their processes give up what is taken
/// from them, by the least disruptive step, and are then forgotten.
final class Leftovers {
    private final Setting setting;
    private final Set<String> removed;

    private Leftovers(Setting setting, PathChanges changes) {
        this.setting = setting;
        this.removed = new TreeSet<>();
        changes.removals().forEach(removal -> removed.add(removal.path()));
    }

    /// `kept` are units whose sets are not touched in this pass, `settled` those that need nothing more.
    static List<UnitDecision> decide(Setting setting, PathChanges changes, Set<String> kept, Set<String> settled) {
        var leftovers = new Leftovers(setting, changes);
        var decisions = new ArrayList<UnitDecision>();
        new TreeMap<>(setting.recorded()).forEach((unit, runs) -> {
            if (kept.contains(unit)) {
                decisions.add(UnitDecision.nothing(unit, runs, runs));
            } else if (settled.contains(unit)) {
                decisions.add(UnitDecision.nothing(unit, runs, null));
            } else {
                decisions.add(leftovers.decide(setting.observed().unit(unit), unit, runs));
            }
        });
        return decisions;
    }

    private UnitDecision decide(UnitStatus status, String unit, RunsWith recorded) {
        if (!status.active()) {
            return UnitDecision.nothing(unit, recorded, null);
        }
        boolean sameRun = recorded.invocationId().equals(status.invocationId());
        var texts = sameRun ? recorded.texts() : setting.disk().texts(unit);
        var renew = new ArrayList<String>();
        var reload = new ArrayList<String>();
        compare(texts, renew, reload);
        for (String path : new TreeSet<>(recorded.inputs().keySet())) {
            String had = sameRun
                    ? recorded.inputs().getOrDefault(path, RunsWith.ABSENT)
                    : setting.disk().digest(path);
            if (!had.equals(RunsWith.ABSENT) && gone(path)) {
                (status.canReload() ? reload : renew).add(path + " was removed");
            }
        }
        if (renew.isEmpty() && reload.isEmpty()) {
            return UnitDecision.nothing(unit, recorded, null);
        }
        String because = Reasons.shortened(renew.isEmpty() ? reload : renew);
        if (Retirement.busy(status)) {
            return UnitDecision.waiting(unit, "is busy; then: " + because, recorded);
        }
        return UnitDecision.of(
                renew.isEmpty() && status.canReload()
                        ? new Reload(unit, because, null, null)
                        : new Restart(unit, true, because, UnitDisruption.ofStop(status)),
                recorded,
                null);
    }

    private void compare(Map<String, String> texts, List<String> renew, List<String> reload) {
        var remaining = new TreeMap<>(texts);
        remaining.keySet().removeIf(this::gone);
        try {
            for (var d : UnitFile.differences(EffectiveText.of(texts), EffectiveText.of(remaining))) {
                switch (DirectiveTable.effect(d)) {
                    case NOTHING, DAEMON_RELOAD -> {}
                    case RELOAD -> reload.add("taken back: " + Reasons.of(d));
                    case OPEN_SOCKET, NEW_PROCESS, NEW_SOCKET -> renew.add("taken back: " + Reasons.of(d));
                }
            }
        } catch (UnitFileException e) {
            renew.add("a drop-in that cannot be read is taken back (" + e.getMessage() + ")");
        }
    }

    private boolean gone(String path) {
        return removed.contains(path) || setting.disk().digest(path).equals(RunsWith.ABSENT);
    }
}
