package dev.underway.plan;

import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.Swap;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Write;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What the agent will do, and what it will not do and why.
///
/// So that a kill between any two steps loses nothing, the agent records
/// 1. `before`, before the first step;
/// 2. [#prepared], when all of [#preparation] has succeeded;
/// 3. that a oneshot has no last run, before it is started; that nobody knows what an open socket has, before it is
/// adjusted; `after.instances` of a swapped unit, before its commit;
/// `after.runs` of a unit, with the invocation id read afterwards, when its last step has succeeded;
/// 4. `after`, at the end (the same as `before` when there is nothing to do).
///
/// @param steps in the order in which they are carried out; empty when everything is as desired
/// @param withheld sets of which nothing is done in this pass, with the reason
/// @param drift by set, the changes made on the host by hand that its policy only reports: one sentence each
/// @param before what is known now, with the paths that the steps change marked
/// @param after what holds once the steps have succeeded; a removed set is no longer in it
/// @param expected what every unit of the sets that are carried out must be to count as healthy
public record Plan(
        List<Step> steps,
        Map<SetId, Withheld> withheld,
        Map<SetId, List<String>> drift,
        Inventory before,
        Inventory after,
        List<Expectation> expected) {

    /// `reason` is a CamelCase word for a condition, such as `Conflict` or `Denied`; `message` says what to do.
    public record Withheld(String reason, String message) {}

    public boolean isEmpty() {
        return steps.isEmpty();
    }

    /// Whether `unit` is a service that does its work and ends.
    public boolean endsByItself(String unit) {
        return expected.stream()
                .anyMatch(each -> each.endsByItself() && each.unit().equals(unit));
    }

    /// What holds when all of [#preparation] has succeeded: what swaps put in place is still on its way.
    public Inventory prepared() {
        var owned = new HashMap<>(after.owned());
        for (var step : steps) {
            if (step instanceof Swap(var _, var takeover, var _)) {
                owned.computeIfPresent(takeover.set(), (_, all) -> {
                    var paths = new TreeMap<>(all.paths());
                    takeover.settled().keySet().forEach(path -> paths.put(path, Owned.PENDING));
                    takeover.publish().forEach(change -> paths.put(change.path(), Owned.PENDING));
                    return new Owned(all.digest(), paths, all.units());
                });
            }
        }
        return before.owning(owned);
    }

    /// What is written, linked and removed before units are acted on.
    public Stream<PathChange> pathChanges() {
        return steps.stream().filter(Write.class::isInstance).flatMap(write -> ((Write) write).changes().stream());
    }

    /// The first step at which systemd reads its unit files anew.
    public Optional<Step> reading() {
        return steps.stream()
                .filter(step -> step instanceof DaemonReload || step instanceof Swap)
                .findFirst();
    }

    /// The sets for which systemd reads its unit files anew.
    public Set<SetId> readAnew() {
        var sets = new TreeSet<SetId>();
        pathChanges()
                .filter(change -> UnitPaths.needsDaemonReload(change.path()))
                .forEach(change -> sets.add(SetId.parse(change.set())));
        before.owned().forEach((set, owned) -> {
            var now = after.owned().getOrDefault(set, Owned.NOTHING).paths();
            if (owned.paths().entrySet().stream()
                    .anyMatch(path -> UnitPaths.needsDaemonReload(path.getKey())
                            && !path.getValue().equals(now.get(path.getKey())))) {
                sets.add(set);
            }
        });
        return sets;
    }

    /// The sets that are carried out and have one of the `units`.
    public Set<SetId> having(Collection<String> units) {
        var sets = new TreeSet<SetId>();
        after.owned().forEach((set, owned) -> {
            if (!withheld.containsKey(set) && owned.units().stream().anyMatch(units::contains)) {
                sets.add(set);
            }
        });
        return sets;
    }

    /// The steps until all paths are in place and systemd knows them.
    public List<Step> preparation() {
        return steps.subList(0, firstAction());
    }

    /// The steps that then act on units.
    public List<Step> actions() {
        return steps.subList(firstAction(), steps.size());
    }

    private int firstAction() {
        int first = 0;
        for (int i = 0; i < steps.size(); i++) {
            first = switch (steps.get(i)) {
                case Write _, Tidy _, ApplySysusers _, ApplyTmpfiles _, DaemonReload _ -> i + 1;
                case OfUnit _ -> first;
            };
        }
        return first;
    }
}
