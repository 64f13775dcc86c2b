package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.RebindChoice.Verdict.Impossible;
import dev.underway.plan.RebindChoice.Verdict.Possible;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides for the sockets of one set whose addresses change whether that can be a [Rebind]. Where it cannot, the
/// socket is bound anew, and for that moment nobody listens.
final class Rebinds {
    private Rebinds() {}

    /// By socket.
    static Map<String, Rebind> of(Collection<ManagedUnit> units, Setting setting) {
        var all = new TreeMap<String, Rebind>();
        units.stream()
                .filter(unit -> unit.shape().type().equals("socket"))
                .forEach(socket -> RebindChoice.of(socket, units, setting).ifPresent(verdict -> {
                    if (verdict instanceof Possible(var rebind)) {
                        all.put(socket.name(), rebind);
                    }
                }));
        return all;
    }

    /// Why the addresses of `socket` do not change by a Rebind; empty when they do, or do not change.
    static Optional<String> objection(ManagedUnit socket, Collection<ManagedUnit> units, Setting setting) {
        return RebindChoice.of(socket, units, setting)
                .flatMap(verdict ->
                        verdict instanceof Impossible(var because) ? Optional.of(because) : Optional.empty());
    }

    /// By socket, its bridges that are up and stay up: all, unless the socket is bound anew or shall be down.
    static Map<String, Set<String>> kept(
            SetId set, Collection<ManagedUnit> units, Map<String, Rebind> rebinds, Setting setting) {
        var kept = new TreeMap<String, Set<String>>();
        var observed = setting.observed();
        var owned = observed.inventory().owned().getOrDefault(set, Owned.NOTHING);
        for (var socket : units) {
            if (!socket.shape().type().equals("socket")
                    || socket.state() != UnitState.Running
                    || !observed.unit(socket.name()).active()) {
                continue;
            }
            var runs = ProcessKnowledge.of(socket, observed.unit(socket.name()), setting);
            var rebind = rebinds.get(socket.name());
            boolean waits = units.stream()
                    .filter(unit -> unit.sockets().contains(socket.name()))
                    .anyMatch(unit -> !unit.mayRenew());
            boolean changes = runs != null
                    && !Differences.between(runs, socket, setting).renew().isEmpty();
            if (changes && rebind == null && !waits) {
                continue;
            }
            var wanted = Rebind.of(socket.shape().file(), socket.name());
            if (rebind == null ? waits && changes : rebind.opens()) {
                wanted.addAll(rebind == null ? held(runs, socket) : rebind.removed());
            }
            var bridges = wanted.stream()
                    .map(listen -> listen.bridge(socket.name()))
                    .filter(bridge -> owned.paths().containsKey(UnitPaths.bridge(bridge)))
                    .filter(bridge -> observed.unit(bridge).active())
                    .collect(Collectors.toCollection(TreeSet::new));
            kept.put(socket.name(), bridges);
        }
        return kept;
    }

    private static Set<Listen> held(@Nullable RunsWith runs, ManagedUnit socket) {
        try {
            return runs == null ? Set.of() : Rebind.of(EffectiveText.of(runs.texts()), socket.name());
        } catch (UnitFileException _) {
            return Set.of();
        }
    }

    /// Addresses that are wanted and count as held, but that systemd has closed, or whose bridge is down: at most the
    /// process has them still.
    ///
    /// What somebody wrote to the socket's file closes nothing until systemd reads it. A bridge is no part of a
    /// socket that was started anew, which has bound all that its file says.
    static Set<Listen> lost(ManagedUnit socket, Setting setting) {
        var status = setting.observed().unit(socket.name());
        var runs = status.active() ? ProcessKnowledge.of(socket, status, setting) : null;
        if (runs == null || !hasOnlyItsFile(socket)) {
            return Set.of();
        }
        var recorded = setting.recorded().get(socket.name());
        boolean sameStart = recorded != null && recorded.invocationId().equals(status.invocationId());
        var lost = new TreeSet<>(held(runs, socket));
        lost.retainAll(Rebind.of(socket.shape().file(), socket.name()));
        var onDisk = onDisk(socket, setting);
        lost.removeIf(listen -> (status.needDaemonReload() || onDisk.contains(listen))
                && !(sameStart && isDown(listen.bridge(socket.name()), setting.observed())));
        return lost;
    }

    /// Whether its text is in one file, and that is its own: not that of its template, which is the text of others too.
    static boolean hasOnlyItsFile(ManagedUnit socket) {
        return socket.texts().size() == 1 && socket.texts().containsKey(UnitPaths.unitFile(socket.name()));
    }

    private static boolean isDown(String bridge, Observed observed) {
        return isThere(bridge, observed) && !observed.unit(bridge).active();
    }

    static boolean isUp(String bridge, Observed observed) {
        return isThere(bridge, observed) && observed.unit(bridge).active();
    }

    private static boolean isThere(String bridge, Observed observed) {
        return observed.paths().getOrDefault(UnitPaths.bridge(bridge), new PathState.Absent()) instanceof Regular;
    }

    /// The addresses that the socket's own file has at this moment.
    static Set<Listen> onDisk(ManagedUnit socket, Setting setting) {
        return Rebind.of(
                EffectiveText.lenient(
                        setting.disk().texts(socket.name()).getOrDefault(UnitPaths.unitFile(socket.name()), "")),
                socket.name());
    }
}
