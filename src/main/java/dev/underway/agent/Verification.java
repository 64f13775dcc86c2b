package dev.underway.agent;

import dev.underway.agent.execute.Executed;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.observe.Listeners;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.agent.verify.Deed;
import dev.underway.agent.verify.Health;
import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Moment;
import dev.underway.agent.verify.Verifier;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Observed;
import dev.underway.plan.Observed.SocketTrouble;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Plan;
import dev.underway.plan.Step.OfUnit;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Watches the units to which something was done, until they have proved themselves or something else on the host
/// needs a pass: what one set waits for is not waited for by the others, nor by a newer revision of its own. A unit
/// that has not proved itself is watched on by the next pass that carries its set out, although nothing is done to it
/// any more.
final class Verification {
    private final Verifier verifier;
    private final Systemd systemd;
    private final Listeners listeners;
    private final Unproven unproven;
    private Moment since = Moment.FIRST;

    Verification(Verifier verifier, Systemd systemd, Listeners listeners, Unproven unproven) {
        this.verifier = verifier;
        this.systemd = systemd;
        this.listeners = listeners;
        this.unproven = unproven;
    }

    /// Before anything is looked at: how units change from now on may not be seen.
    void begin() {
        since = verifier.now();
    }

    /// Before `plan` is carried out.
    void expect(Plan plan) throws WriteFailed {
        since = new Moment(verifier.now().told(), since.changes());
        unproven.announce(Executed.deeds(plan.steps()));
    }

    /// How units are at the end of a pass.
    ///
    /// @param health of the units of the sets that were carried out
    /// @param tried those of them to which something was done
    record Verified(Map<String, UnitStatus> units, Map<String, Health> health, Set<String> tried) {}

    Verified verify(Observed observed, Plan plan, Executed executed)
            throws SystemdException, WriteFailed, InterruptedException {
        var watched = new HashMap<>(unproven.units());
        watched.putAll(executed.deeds());
        var tried = new HashMap<String, Deed>();
        for (var expected : plan.expected()) {
            var deed = watched.get(expected.unit());
            if (deed != null) {
                tried.put(expected.unit(), deed);
            }
        }
        if (executed.results().isEmpty() && tried.isEmpty()) {
            var health = health(plan, observed.units());
            checkSockets(health, plan, observed.units(), observed.processes().sockets());
            return new Verified(observed.units(), health, Set.of());
        }
        var health = verifier.verifyUntil(
                since,
                untouched(plan),
                plan.expected(),
                tried,
                executed.deeds().keySet(),
                instances(plan, tried.keySet()));
        var now = systemd.status(observed.units().keySet());
        checkSockets(health, plan, now, listeners.look(now.values()));
        tried.keySet().stream()
                .filter(unit -> health.get(unit) instanceof Healthy)
                .forEach(watched::remove);
        watched.keySet().retainAll(units(plan));
        unproven.settle(watched);
        return new Verified(now, health, tried.keySet());
    }

    /// A service may run well and never take the socket that it stands behind, or have been given none.
    private static void checkSockets(
            Map<String, Health> health, Plan plan, Map<String, UnitStatus> units, Map<String, SocketTrouble> troubles) {
        for (var expected : plan.expected()) {
            var trouble = troubles.get(expected.unit());
            boolean up =
                    expected.sockets().stream().map(units::get).allMatch(socket -> socket != null && socket.active());
            if (trouble != null && up && !expected.sockets().isEmpty()) {
                health.computeIfPresent(expected.unit(), (_, now) -> Health.of(expected, now, trouble));
            }
        }
    }

    /// The units of sets to whose units nothing is done.
    private static Set<String> untouched(Plan plan) {
        var touched = plan.steps().stream()
                .filter(OfUnit.class::isInstance)
                .map(step -> ((OfUnit) step).unit())
                .collect(Collectors.toSet());
        return plan.after().owned().values().stream()
                .map(Owned::units)
                .filter(units -> Collections.disjoint(units, touched))
                .flatMap(Set::stream)
                .collect(Collectors.toSet());
    }

    /// That the old instance of a swapped unit ends is a part of its swap.
    private static Set<String> instances(Plan plan, Set<String> tried) {
        return plan.before().instances().entrySet().stream()
                .filter(unit -> tried.contains(unit.getKey()))
                .flatMap(unit -> unit.getValue().known().keySet().stream())
                .collect(Collectors.toSet());
    }

    private static Set<String> units(Plan plan) {
        return plan.after().owned().values().stream()
                .flatMap(owned -> owned.units().stream())
                .collect(Collectors.toSet());
    }

    /// What was observed a moment ago is good enough when nothing was done since.
    private static Map<String, Health> health(Plan plan, Map<String, UnitStatus> units) {
        var health = new HashMap<String, Health>();
        for (var expected : plan.expected()) {
            var unit = units.get(expected.unit());
            if (unit != null) {
                health.put(expected.unit(), Health.of(expected, unit));
            }
        }
        return health;
    }
}
