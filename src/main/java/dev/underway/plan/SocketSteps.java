package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Step.Adjust;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import dev.underway.plan.Step.Swap;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Picks the steps of the sockets of one set: a change of addresses by the swap of a service ([Rebind]), an adjustment
/// of what is open, or, when neither can be, both are stopped and the socket is bound anew. systemd refuses to start a
/// socket while its service runs ("Socket service already active, refusing").
final class SocketSteps {
    /// What of an open socket can be changed.
    private static final List<String> ADJUSTABLE = DirectiveTable.rows().stream()
            .filter(row -> row.effect() == Effect.OPEN_SOCKET)
            .map(DirectiveTable.Row::directive)
            .sorted()
            .toList();

    private static final Set<String> OWNER = Set.of("SocketUser", "SocketGroup");

    private final Setting setting;
    private final Collection<ManagedUnit> units;
    private final Map<String, Rebind> rebinds;
    private final UnitSteps others;
    private final Set<String> rebound = new HashSet<>();

    SocketSteps(Wanted wanted, Setting setting, UnitSteps others) {
        this.setting = setting;
        this.units = wanted.units();
        this.rebinds = wanted.rebinds();
        this.others = others;
    }

    /// Those that are bound anew, so that whoever uses them stops before.
    Set<String> rebound() {
        return rebound;
    }

    UnitDecision decide(ManagedUnit socket) {
        var rebind = rebinds.get(socket.name());
        var bound = others.knowledge(socket, others.status(socket));
        if (rebind != null && bound != null) {
            return rebound(socket, rebind, bound);
        }
        var decision = lost(socket).orElseGet(() -> others.decide(socket));
        boolean binds = decision.steps().stream().anyMatch(s -> s instanceof Start || s instanceof Restart);
        var users = units.stream()
                .filter(unit -> unit.sockets().contains(socket.name()))
                .filter(unit -> UnitSteps.runs(others.status(unit)))
                .filter(unit -> unit.state() != UnitState.Stopped || Retirement.busy(others.status(unit)))
                .toList();
        if (!binds || users.isEmpty()) {
            return boundAnew(decision, Optional.empty());
        }
        var user = users.getFirst();
        String because = decision.steps().getFirst().because();
        boolean changed = decision.before() == null
                || (!Rebinds.lost(socket, setting).isEmpty() && !isEdited(socket))
                || !Differences.between(decision.before(), socket, setting).none();
        boolean restartedAnyway = users.stream()
                .allMatch(unit -> others.decide(unit).steps().stream().anyMatch(Restart.class::isInstance));
        if (!changed && !restartedAnyway && others.status(socket).active() && socket.onlyReportsDrift()) {
            return UnitDecision.reported(socket.name(), decision.before(), because);
        }
        if (!changed && !restartedAnyway) {
            String wait = because + "; it can be bound again when " + user.name() + " stops";
            return UnitDecision.waiting(socket.name(), wait, decision.before());
        }
        if (users.stream()
                .anyMatch(unit -> (!unit.mayRenew() && !unit.isFront(units)) || Retirement.busy(others.status(unit)))) {
            String wait = "pending restart: " + because + "; " + user.name() + " would have to stop for it";
            return UnitDecision.waiting(socket.name(), wait, decision.before());
        }
        rebound.add(socket.name());
        return boundAnew(decision, Rebinds.objection(socket, units, setting));
    }

    private UnitDecision rebound(ManagedUnit socket, Rebind rebind, RunsWith bound) {
        boolean done = !rebind.changes()
                || units.stream()
                        .filter(unit -> unit.name().equals(rebind.service()))
                        .anyMatch(unit -> others.decide(unit).steps().stream().anyMatch(Swap.class::isInstance));
        if (!done) {
            String wait = rebind.because() + "; it waits for " + rebind.service();
            return UnitDecision.waiting(socket.name(), wait, bound);
        }
        var differences = Differences.between(bound, socket, setting);
        return differences.adjust().isEmpty()
                ? UnitDecision.nothing(socket.name(), bound, rebind.done(bound))
                : UnitDecision.of(
                        adjust(socket, bound, Reasons.shortened(differences.adjust())), bound, rebind.done(bound));
    }

    /// What differs is changed on all that is open. The rest is as it was bound, on a bridge too.
    static Adjust adjust(ManagedUnit socket, RunsWith bound, String because) {
        var settings = new TreeMap<String, String>();
        var before = EffectiveText.lenient(String.join("\n", bound.texts().values()));
        for (String key : ADJUSTABLE) {
            String value = value(socket.shape().file(), socket, key);
            if (!value.equals(value(before, socket, key))) {
                settings.put(key, value);
            }
        }
        if (settings.keySet().stream().anyMatch(OWNER::contains)) {
            OWNER.forEach(key -> settings.put(key, value(socket.shape().file(), socket, key)));
        }
        var listens = new TreeSet<String>();
        for (String key : List.of("ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO")) {
            socket.shape()
                    .file()
                    .values("Socket", key)
                    .forEach(value -> listens.add(key + "=" + Specifiers.expandForGood(value.strip(), socket.name())));
        }
        return new Adjust(socket.name(), listens, settings, because);
    }

    private static String value(UnitFile text, ManagedUnit socket, String key) {
        return Specifiers.expandForGood(text.last("Socket", key, "").strip(), socket.name());
    }

    /// Whether its file is not what we have written: what somebody else's hands did to the socket is only told.
    private boolean isEdited(ManagedUnit socket) {
        String path = UnitPaths.unitFile(socket.name());
        String recorded = setting.observed()
                .inventory()
                .owned()
                .getOrDefault(socket.set().id(), Inventory.Owned.NOTHING)
                .paths()
                .getOrDefault(path, Inventory.Owned.PENDING);
        var there = setting.observed().paths().getOrDefault(path, new PathState.Absent());
        return !recorded.equals(Inventory.Owned.PENDING) && !recorded.equals(there.fingerprint());
    }

    /// The decision to bind a socket anew that is up in name only.
    private Optional<UnitDecision> lost(ManagedUnit socket) {
        var status = others.status(socket);
        return socket.state() == UnitState.Running && status.active()
                ? LostSockets.because(socket.name(), units, setting.observed())
                        .or(() -> Rebinds.lost(socket, setting).stream()
                                .findFirst()
                                .map(listen -> "systemd does not hold " + listen + " any more"))
                        .map(because -> UnitDecision.of(
                                others.restart(socket, because),
                                others.knowledge(socket, status),
                                setting.fresh(socket)))
                : Optional.empty();
    }

    /// systemd closes the descriptors of a socket that is up when it reads that its address is another (measured).
    /// So it is stopped before, and started after that.
    ///
    /// @param objection why its addresses do not change without that
    private static UnitDecision boundAnew(UnitDecision decision, Optional<String> objection) {
        for (var step : decision.steps()) {
            if (step instanceof Restart restart) {
                String because = restart.because()
                        + objection.map(why -> "; bound anew: " + why).orElse("");
                return new UnitDecision(
                        decision.unit(),
                        List.of(new Stop(restart.unit(), because, restart.disruption())),
                        List.of(),
                        List.of(new Start(restart.unit(), because)),
                        decision.before(),
                        decision.after(),
                        null);
            }
        }
        return decision;
    }

    /// Sockets that are up and whose change waits. Their files stay as they are: a daemon-reload would close them, if
    /// systemd has them still. What is no change, but waits to be bound again, closes nothing.
    static Set<String> unread(Collection<UnitDecision> decisions, Collection<ManagedUnit> units, Setting setting) {
        var observed = setting.observed();
        var lost = LostSockets.of(units, observed);
        var waiting = decisions.stream()
                .filter(decision -> UnitName.type(decision.unit()).equals("socket"))
                .filter(decision -> !decision.acts() && !decision.steps().isEmpty())
                .collect(Collectors.toMap(UnitDecision::unit, Function.identity()));
        return units.stream()
                .filter(unit -> observed.unit(unit.name()).active() && !lost.contains(unit.name()))
                .filter(unit -> Optional.ofNullable(waiting.get(unit.name()))
                        .filter(decision -> decision.before() == null
                                || !Differences.between(decision.before(), unit, setting)
                                        .none())
                        .isPresent())
                .map(ManagedUnit::name)
                .collect(Collectors.toSet());
    }
}
