package dev.underway.plan;

import dev.underway.model.Digests;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.plan.InstanceLayout.Transition;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.Swappability.Swappable;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Decides which instance of each swappable unit shall be the unit, and how it gets there.
///
/// A unit becomes an instance only when it is started for the first time or needs a new process, and becomes a plain
/// one again only when it needs a new process too: the layout alone is no reason to touch anything.
final class InstanceLayouts {
    private final Observed observed;
    private final Setting setting;
    private final Map<String, ManagedUnit> units = new TreeMap<>();
    private final Map<String, Rebind> rebinds;

    /// `units` are those of one set.
    InstanceLayouts(Collection<ManagedUnit> units, Set<String> wantedPaths, Observed observed) {
        this.observed = observed;
        this.setting = new Setting(observed, Disk.of(observed, wantedPaths), wantedPaths, Set.of(), Set.of(), Map.of());
        units.forEach(unit -> this.units.put(unit.name(), unit));
        this.rebinds = Rebinds.of(units, setting);
    }

    /// By socket.
    Map<String, Rebind> rebinds() {
        return rebinds;
    }

    /// Whether it gets a new process for the sake of what that one is given. One that runs already, made of the same,
    /// was given something else.
    private boolean isRebound(ManagedUnit unit) {
        return unit.sockets().stream()
                .flatMap(socket -> Stream.ofNullable(rebinds.get(socket)))
                .anyMatch(Rebind::changes);
    }

    /// Null for a unit that never was an instance and does not become one.
    @Nullable
    InstanceLayout of(ManagedUnit unit) {
        var known = observed.inventory().instances().getOrDefault(unit.name(), Instances.NONE);
        var swappability = Swappability.of(unit);
        boolean swappable = swappability instanceof Swappable;
        if (!swappable && known.known().isEmpty()) {
            return null;
        }
        return new Choice(unit, known, swappable).layout();
    }

    /// The drop-ins of others that the instance which is the unit was made with, by path.
    SortedMap<String, String> dropInsOf(ManagedUnit unit) {
        var known = observed.inventory().instances().getOrDefault(unit.name(), Instances.NONE);
        String current = known.current(unit.name(), observed.paths());
        var dropIns = new TreeMap<String, String>();
        var definition = known.known().get(current.isEmpty() ? known.current() : current);
        if (definition != null) {
            var owned = observed.inventory()
                    .owned()
                    .getOrDefault(unit.set().id(), Inventory.Owned.NOTHING)
                    .paths();
            definition.texts().forEach((path, text) -> {
                String copy = UnitPaths.dropIn(
                        current.isEmpty() ? known.current() : current, path.substring(path.lastIndexOf('/') + 1));
                if (!unit.texts().containsKey(path) && !owned.containsKey(path) && owned.containsKey(copy)) {
                    dropIns.put(path, text);
                }
            });
        }
        return dropIns;
    }

    /// The inputs of which the instance that is the unit has its own copy.
    Set<String> boundBy(ManagedUnit unit) {
        var known = observed.inventory().instances().getOrDefault(unit.name(), Instances.NONE);
        var definition = known.known().get(known.current(unit.name(), observed.paths()));
        return definition == null ? Set.of() : definition.inputs().keySet();
    }

    /// Whether a new process can be handed every socket as it is.
    private boolean socketsAreReady(ManagedUnit unit) {
        return (isRebound(unit) || !LostSockets.isCutOff(unit, observed))
                && unit.sockets().stream().allMatch(name -> {
                    if (rebinds.containsKey(name)) {
                        return true;
                    }
                    var socket = units.get(name);
                    var status = observed.unit(name);
                    if (socket == null || !status.active() || socket.state() == UnitState.Stopped) {
                        return false;
                    }
                    var runs = ProcessKnowledge.of(socket, status, setting);
                    return runs != null
                            && Rebinds.lost(socket, setting).isEmpty()
                            && Differences.between(runs, socket, setting)
                                    .renew()
                                    .isEmpty();
                });
    }

    /// The decision about one unit while it is made.
    private final class Choice {
        private final ManagedUnit unit;
        private final Instances known;
        private final boolean swappable;
        private final PathState place;
        private final String current;
        private final InstanceNames names;

        Choice(ManagedUnit unit, Instances known, boolean swappable) {
            this.unit = unit;
            this.known = known;
            this.swappable = swappable;
            this.place = observed.paths().getOrDefault(UnitPaths.unitFile(unit.name()), new Absent());
            this.current = known.current(unit.name(), observed.paths());
            this.names = new InstanceNames(unit, known.known().keySet(), current, observed);
        }

        @Nullable
        InstanceLayout layout() {
            if (LostProcesses.repair(unit.name(), observed).isPresent()) {
                return current.isEmpty()
                        ? plain()
                        : layout(Transition.SETTLED, current, current, current, Map.of(), "");
            }
            String nameless = nameless();
            if (!nameless.isEmpty()) {
                String serving = current.isEmpty() ? known.current() : current;
                return unit.onlyReportsDrift() && differences(serving).none()
                        ? layout(Transition.SETTLED, serving, serving, serving, Map.of(), nameless)
                        : beside(serving, nameless);
            }
            if (!current.isEmpty()) {
                return isUnread() ? ofUnread() : ofInstance();
            }
            if (!swappable) {
                return plain();
            }
            return ofPlain();
        }

        /// Whether the name was given to an instance while a plain unit runs, and systemd has not read that: of a pass
        /// that was cut short between the two. The process is still that of the plain unit.
        private boolean isUnread() {
            var status = observed.unit(unit.name());
            return status.fragmentPath().equals(UnitPaths.unitFile(unit.name()))
                    && (runs(status) || Retirement.busy(status));
        }

        /// As it was begun: read anew, the process has the instance's name, and may be swapped under it.
        private @Nullable InstanceLayout ofUnread() {
            var status = observed.unit(unit.name());
            var definition = known.known().getOrDefault(current, new RunsWith("", Map.of(), Map.of(), null));
            var runs = ProcessKnowledge.ofInstance(
                    unit, status, setting.recorded().get(unit.name()), definition, setting.disk());
            boolean renew = !Differences.between(runs, unit, setting).renew().isEmpty()
                    || unit.stale(observed).isPresent()
                    || isRebound(unit);
            if (!renew || !unit.mayRenew() || Retirement.busy(status)) {
                return layout(Transition.SETTLED, unit.name(), current, current, Map.of(), "");
            }
            if (!canTakeOver()) {
                return plain();
            }
            String next = names.next(!isRebound(unit));
            return layout(
                    Transition.SWAPPED,
                    unit.name(),
                    current,
                    next,
                    Map.of(current, definition, next, setting.freshInstance(unit)),
                    "");
        }

        /// Whether a new process may come before the old one goes.
        private boolean canTakeOver() {
            return swappable
                    && socketsAreReady(unit)
                    && Forerunner.of(unit, units.values(), setting.disk(), observed)
                            .isEmpty();
        }

        private @Nullable InstanceLayout plain() {
            return known.known().isEmpty() ? null : layout(Transition.PLAIN, "", "", "", Map.of(), "");
        }

        /// How the instance that serves has lost the unit's name, or an empty text. To give it back would merge two
        /// units that systemd has loaded; a name that it has never heard of can have it.
        private String nameless() {
            if (place instanceof Absent && !known.current().isEmpty() && runs(observed.unit(known.current()))) {
                return UnitPaths.unitFile(unit.name()) + " was removed (systemctl disable?)";
            }
            var loaded = observed.unit(unit.name());
            // "error": systemd has a unit of this name, and finds that its file is another one's (measured)
            boolean ofItsOwn = loaded.fragmentPath().isEmpty()
                    || loaded.fragmentPath().equals(UnitPaths.unitFile(unit.name()))
                    || loaded.loadState().equals("error");
            return !current.isEmpty() && ofItsOwn && runs(observed.unit(current))
                    ? "systemd does not know " + current + " by the unit's name any more (was its file removed?)"
                    : "";
        }

        private Differences differences(String instance) {
            var definition = known.known().getOrDefault(instance, new RunsWith("", Map.of(), Map.of(), null));
            var runs = ProcessKnowledge.ofInstance(
                    unit,
                    observed.unit(instance).named(unit.name()),
                    setting.recorded().get(unit.name()),
                    definition,
                    setting.disk());
            return Differences.between(runs, unit, setting);
        }

        private @Nullable InstanceLayout ofInstance() {
            var status = observed.unit(current).named(unit.name());
            boolean renew = !differences(current).renew().isEmpty()
                    || unit.stale(observed).isPresent()
                    || isRebound(unit);
            if (!renew || !unit.mayRenew() || Retirement.busy(status) || (runs(status) && names.haveNoPort())) {
                return layout(Transition.SETTLED, current, current, current, Map.of(), "");
            }
            if (!runs(status)) {
                return swappable ? placed() : plain();
            }
            var forerunner = Forerunner.of(unit, units.values(), setting.disk(), observed);
            if (swappable && socketsAreReady(unit) && forerunner.isPresent()) {
                return beside(current, forerunner.get().because());
            }
            if (swappable && socketsAreReady(unit)) {
                String next = names.next(!isRebound(unit));
                return layout(
                        Transition.SWAPPED, current, current, next, Map.of(next, setting.freshInstance(unit)), "");
            }
            return layout(Transition.LEFT, current, "", "", Map.of(), "");
        }

        private @Nullable InstanceLayout ofPlain() {
            var status = observed.unit(unit.name());
            boolean plain = place instanceof Regular;
            if (!plain && !status.active() && !Retirement.busy(status)) {
                return placed();
            }
            if (!runs(status) && !Retirement.busy(status)) {
                return placed();
            }
            var runs = ProcessKnowledge.of(unit, status, setting);
            boolean renew = runs != null
                    && (!Differences.between(runs, unit, setting).renew().isEmpty()
                            || unit.stale(observed).isPresent()
                            || isRebound(unit));
            if (unit.proxy() != null) {
                return renew && unit.mayRenew() ? behindProxy() : plain();
            }
            boolean takesOver = plain
                    && renew
                    && runs != null
                    && unit.mayRenew()
                    && !Retirement.busy(status)
                    && status.fragmentPath().equals(UnitPaths.unitFile(unit.name()))
                    && canTakeOver();
            if (!takesOver || runs == null) {
                return plain();
            }
            String next = names.next(!isRebound(unit));
            String first =
                    names.of(Digests.sha256(runs.texts() + runs.invocationId()).substring(0, 10), false);
            return layout(
                    Transition.SWAPPED,
                    unit.name(),
                    first,
                    next,
                    Map.of(first, adopted(runs), next, setting.freshInstance(unit)),
                    "");
        }

        /// A process that was started as a plain unit has no copies.
        private RunsWith adopted(RunsWith runs) {
            return new RunsWith("", runs.texts(), Map.of(), runs.restartedAt());
        }

        private InstanceLayout placed() {
            String next = names.next(false);
            return layout(Transition.PLACED, "", next, next, Map.of(next, setting.freshInstance(unit)), "");
        }

        /// A plain process has the address itself, and no proxy could listen there beside it.
        private InstanceLayout behindProxy() {
            String next = names.next(false);
            return layout(
                    Transition.PROXIED,
                    unit.name(),
                    next,
                    next,
                    Map.of(next, setting.freshInstance(unit)),
                    "goes behind its proxy, this once with a gap");
        }

        private InstanceLayout beside(String serving, String because) {
            String next = names.next(false);
            return layout(Transition.BESIDE, serving, next, next, Map.of(next, setting.freshInstance(unit)), because);
        }

        private InstanceLayout layout(
                Transition transition,
                String serving,
                String placed,
                String last,
                Map<String, RunsWith> made,
                String because) {
            var leftovers = new TreeSet<String>();
            var ending = new TreeSet<String>();
            for (String name : known.known().keySet()) {
                var status = observed.unit(name);
                if (name.equals(serving) || name.equals(placed) || name.equals(last)) {
                    continue;
                }
                if (status.activeState().equals("deactivating") || status.hasLostItsProcess()) {
                    ending.add(name);
                } else if (status.active()
                        || status.awaitsRestart()
                        || status.activeState().equals("activating")) {
                    leftovers.add(name);
                }
            }
            return new InstanceLayout(transition, serving, placed, last, made, leftovers, ending, because);
        }
    }

    private static boolean runs(UnitStatus status) {
        return status.active() || status.awaitsRestart();
    }
}
