package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Observed.SocketTrouble;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Rebind.Listen;
import dev.underway.plan.Swappability.Swappable;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Decides for the sockets of one set whose addresses change whether that can be a [Rebind]. Where it cannot, the
/// socket is bound anew, and for that moment nobody listens.
final class Rebinds {
    private final Collection<ManagedUnit> units;
    private final Setting setting;

    private Rebinds(Collection<ManagedUnit> units, Setting setting) {
        this.units = units;
        this.setting = setting;
    }

    /// By socket.
    static Map<String, Rebind> of(Collection<ManagedUnit> units, Setting setting) {
        var rebinds = new Rebinds(units, setting);
        var all = new TreeMap<String, Rebind>();
        units.stream()
                .filter(unit -> unit.shape().type().equals("socket"))
                .forEach(socket -> rebinds.of(socket).ifPresent(rebind -> all.put(socket.name(), rebind)));
        return all;
    }

    /// Bridges of the sockets of `units` that are up and hold something that is wanted, or given up only later.
    static Set<String> kept(SetId set, Collection<ManagedUnit> units, Map<String, Rebind> rebinds, Observed observed) {
        var kept = new TreeSet<String>();
        var owned = observed.inventory().owned().getOrDefault(set, Owned.NOTHING);
        for (var socket : units) {
            if (!socket.shape().type().equals("socket")) {
                continue;
            }
            var wanted = Rebind.of(socket.shape().file(), socket.name());
            var rebind = rebinds.get(socket.name());
            if (rebind != null && rebind.opens()) {
                wanted.addAll(rebind.removed());
            }
            wanted.stream()
                    .map(listen -> listen.bridge(socket.name()))
                    .filter(bridge -> owned.paths().containsKey(UnitPaths.bridge(bridge)))
                    .filter(bridge -> observed.unit(bridge).active())
                    .forEach(kept::add);
        }
        return kept;
    }

    private Optional<Rebind> of(ManagedUnit socket) {
        var observed = setting.observed();
        var status = observed.unit(socket.name());
        if (!socket.ours() || socket.state() != UnitState.Running || !status.active()) {
            return Optional.empty();
        }
        var runs = ProcessKnowledge.of(socket, status, setting);
        var service = service(socket);
        if (runs == null || service == null) {
            return Optional.empty();
        }
        try {
            var before = EffectiveText.of(runs.texts());
            var after = socket.shape().file();
            var addresses = UnitFile.differences(before, after).stream()
                    .filter(d -> d.section().equals("Socket") && Rebind.KEYS.contains(d.key()))
                    .toList();
            boolean onlyAddresses = UnitFile.differences(before, after).stream()
                    .filter(d -> DirectiveTable.effect(d) == Effect.NEW_SOCKET)
                    .allMatch(d -> d.section().equals("Socket") && Rebind.KEYS.contains(d.key()));
            var held = Rebind.of(before, socket.name());
            var wanted = Rebind.of(after, socket.name());
            var added = new TreeSet<>(wanted);
            added.removeAll(held);
            var removed = new TreeSet<>(held);
            removed.removeAll(wanted);
            boolean collides = added.stream().anyMatch(one -> held.stream().anyMatch(one::collides))
                    || added.stream().anyMatch(one -> added.stream().anyMatch(two -> !one.equals(two) && one.collides(two)));
            if (!onlyAddresses
                    || addresses.isEmpty()
                    || collides
                    || isLost(service, added.isEmpty())) {
                return Optional.empty();
            }
            return Optional.of(new Rebind(
                    socket.name(),
                    service.name(),
                    added,
                    removed,
                    after,
                    Rebind.with(socket.texts(), socket.name(), added.isEmpty() ? Set.<Listen>of() : removed)));
        } catch (UnitFileException _) {
            return Optional.empty();
        }
    }

    /// The one service that takes the socket's descriptors, if it can be swapped now.
    private @Nullable ManagedUnit service(ManagedUnit socket) {
        var users = units.stream()
                .filter(unit -> unit.sockets().contains(socket.name()))
                .toList();
        if (users.size() != 1) {
            return null;
        }
        var service = users.getFirst();
        var update = service.policy().update();
        boolean may = service.proxy() == null
                && service.state() != UnitState.Stopped
                && update != UpdateMode.Defer
                && update != UpdateMode.Reload
                && Swappability.of(service) instanceof Swappable
                && Forerunner.of(service, units, setting.disk(), setting.observed())
                        .isEmpty();
        return may && isSteady(serving(service)) ? service : null;
    }

    /// Whether systemd cannot pass on what it shall. That it holds some no more is as it should be after it was told
    /// that
    /// they are gone.
    private boolean isLost(ManagedUnit service, boolean onlyGives) {
        return LostSockets.trouble(service, setting.observed())
                .filter(trouble -> !(onlyGives && trouble == SocketTrouble.SOME_LOST))
                .isPresent();
    }

    private UnitStatus serving(ManagedUnit service) {
        var observed = setting.observed();
        var known = observed.inventory().instances().getOrDefault(service.name(), Inventory.Instances.NONE);
        String current = known.current(service.name(), observed.paths());
        return observed.unit(current.isEmpty() ? service.name() : current);
    }

    private static boolean isSteady(UnitStatus status) {
        return status.active() && !Retirement.busy(status);
    }
}
