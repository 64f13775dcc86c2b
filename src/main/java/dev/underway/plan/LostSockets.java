package dev.underway.plan;

import dev.underway.plan.Observed.SocketTrouble;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Sockets that read active although systemd has lost them, while a service runs that has the only copy, or none.
///
/// The address is taken for as long as that process lives, so the socket is bound anew when the process goes anyway.
/// Until then nobody is cut off, and it is only told. Of a service with several sockets nobody can tell which one was
/// lost: all are bound anew.
final class LostSockets {
    private LostSockets() {}

    /// Whether systemd has nothing to pass to a new process of `service`.
    static boolean isCutOff(ManagedUnit service, Observed observed) {
        return trouble(service, observed).isPresent();
    }

    /// Of `units` of one set, why `socket` has to be bound anew; empty when it has not.
    static Optional<String> because(String socket, Collection<ManagedUnit> units, Observed observed) {
        return units.stream()
                .filter(unit -> unit.sockets().contains(socket))
                .flatMap(unit -> trouble(unit, observed).stream().map(trouble -> because(trouble, unit.name())))
                .findFirst();
    }

    /// All of them.
    static Set<String> of(Collection<ManagedUnit> units, Observed observed) {
        return units.stream()
                .filter(unit -> isCutOff(unit, observed))
                .flatMap(unit -> unit.sockets().stream())
                .collect(Collectors.toSet());
    }

    /// What is wrong with the sockets of `service`; empty when systemd holds all that it was passed.
    static Optional<SocketTrouble> trouble(ManagedUnit service, Observed observed) {
        var troubles = observed.processes().sockets();
        var layout = service.layout();
        var trouble = troubles.get(service.name());
        if (trouble == null && layout != null) {
            trouble = troubles.get(layout.serving());
        }
        return service.sockets().isEmpty() || trouble == SocketTrouble.NOT_TAKEN
                ? Optional.empty()
                : Optional.ofNullable(trouble);
    }

    private static String because(SocketTrouble trouble, String service) {
        return "systemd does not hold it any more (was its address changed?), "
                + (trouble == SocketTrouble.NOT_PASSED ? "and passed none to " + service : "only " + service + " does");
    }
}
