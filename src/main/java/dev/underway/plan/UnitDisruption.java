package dev.underway.plan;

import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Observed.UnitStatus;
import java.util.Map;

/// What a stop or restart costs the clients of a unit.
final class UnitDisruption {
    private UnitDisruption() {}

    /// Only a process that runs, a socket or a mount has clients.
    static Disruption ofStop(UnitStatus status) {
        return switch (UnitName.type(status.name())) {
            case "service" -> status.mainPid() > 0 ? Disruption.DROPPED : Disruption.NONE;
            case "socket", "mount" -> Disruption.DROPPED;
            default -> Disruption.NONE;
        };
    }

    /// New connections wait in the queue of a socket that stays.
    static Disruption ofRestart(ManagedUnit unit, Map<String, UnitStatus> units) {
        return switch (unit.shape().type()) {
            case "service" -> {
                if (unit.shape().endsByItself()) {
                    yield Disruption.NONE;
                }
                boolean queued =
                        unit.sockets().stream().map(units::get).anyMatch(socket -> socket != null && socket.active());
                yield queued ? Disruption.QUEUED : Disruption.DROPPED;
            }
            case "socket", "mount" -> Disruption.DROPPED;
            default -> Disruption.NONE;
        };
    }
}
