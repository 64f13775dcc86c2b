package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.SocketTrouble;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.Rebind.Listen;
import dev.underway.plan.Swappability.Swappable;
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
                    .anyMatch(unit -> !mayRenew(unit));
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

    private static boolean mayRenew(ManagedUnit service) {
        var update = service.policy().update();
        return update != UpdateMode.Defer && update != UpdateMode.Reload;
    }

    /// Addresses that are wanted and count as held, but that systemd has closed, or whose bridge is down: at most the
    /// process has them still.
    static Set<Listen> lost(ManagedUnit socket, Setting setting) {
        var status = setting.observed().unit(socket.name());
        var runs = status.active() ? ProcessKnowledge.of(socket, status, setting) : null;
        if (runs == null || !socket.ours()) {
            return Set.of();
        }
        var lost = new TreeSet<>(held(runs, socket));
        lost.retainAll(Rebind.of(socket.shape().file(), socket.name()));
        var onDisk = new Rebinds(Set.of(), setting).onDisk(socket);
        lost.removeIf(listen -> onDisk.contains(listen) && !isDown(listen.bridge(socket.name()), setting.observed()));
        return socket.texts().size() == 1 ? lost : Set.of();
    }

    private static boolean isDown(String bridge, Observed observed) {
        return observed.paths().getOrDefault(UnitPaths.bridge(bridge), new PathState.Absent()) instanceof Regular
                && !observed.unit(bridge).active();
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
            boolean published = onDisk(socket).equals(wanted);
            var added = new TreeSet<>(wanted);
            added.removeAll(held);
            var removed = new TreeSet<>(held);
            removed.removeAll(wanted);
            var elsewhere = new TreeSet<Listen>();
            units.stream()
                    .filter(other -> other.shape().type().equals("socket")
                            && !other.name().equals(socket.name()))
                    .forEach(other -> {
                        elsewhere.addAll(Rebind.of(other.shape().file(), other.name()));
                        elsewhere.addAll(held(setting.recorded().get(other.name()), other));
                    });
            boolean collides = added.stream().anyMatch(elsewhere::contains)
                    || added.stream().anyMatch(one -> elsewhere.stream().anyMatch(one::collides))
                    || added.stream().anyMatch(one -> held.stream().anyMatch(one::collides))
                    || added.stream()
                            .anyMatch(one -> added.stream().anyMatch(two -> !one.equals(two) && one.collides(two)));
            if (!onlyAddresses
                    || addresses.isEmpty()
                    || collides
                    || !isPlain(after)
                    || socket.texts().size() != 1
                    || runs.texts().size() != 1
                    || !lost(socket, setting).isEmpty()
                    || isLost(service, published)) {
                return Optional.empty();
            }
            return Optional.of(new Rebind(
                    socket.name(),
                    service.name(),
                    added,
                    removed,
                    published,
                    after,
                    Rebind.with(socket.texts(), socket.name(), published ? Set.<Listen>of() : removed)));
        } catch (UnitFileException _) {
            return Optional.empty();
        }
    }

    private Set<Listen> onDisk(ManagedUnit socket) {
        return Rebind.of(
                EffectiveText.lenient(
                        setting.disk().texts(socket.name()).getOrDefault(UnitPaths.unitFile(socket.name()), "")),
                socket.name());
    }

    /// Whether the end of a bridge would do nothing to what the socket itself has made.
    private static boolean isPlain(UnitFile text) {
        return text.assignments().stream()
                .filter(a -> a.section().equals("Socket"))
                .noneMatch(a -> a.key().startsWith("Exec")
                        || a.key().equals("RemoveOnStop")
                        || a.key().equals("Symlinks"));
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
        boolean may = service.proxy() == null
                && service.state() != UnitState.Stopped
                && mayRenew(service)
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
