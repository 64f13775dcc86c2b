package dev.underway.plan;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which units of a set start which others: systemd.socket(5), systemd.timer(5), systemd.path(5).
///
/// @param sockets by service, the sockets with `Accept=no` that hand their descriptors to it
/// @param socketTriggered services that a socket starts
/// @param timed services that a timer or path starts
record Triggers(Map<String, Set<String>> sockets, Set<String> socketTriggered, Set<String> timed) {

    static Triggers among(Collection<UnitShape> units) {
        var names = new HashSet<String>();
        units.forEach(unit -> names.add(unit.name()));
        var triggers = new Triggers(new HashMap<>(), new HashSet<>(), new HashSet<>());
        for (var unit : units) {
            if (unit.type().equals("socket")) {
                triggers.socket(unit);
            } else if (unit.type().equals("timer")) {
                triggers.timed.add(unit.triggered("Timer", "Unit"));
            } else if (unit.type().equals("path")) {
                triggers.timed.add(unit.triggered("Path", "Unit"));
            }
            unit.words("Service", "Sockets").stream()
                    .filter(names::contains)
                    .forEach(socket -> triggers.hands(socket, unit.name()));
        }
        return triggers;
    }

    private void socket(UnitShape socket) {
        if (!UnitShape.isTrue(socket.file().last("Socket", "Accept", "no"))) {
            String service = socket.triggered("Socket", "Service");
            socketTriggered.add(service);
            hands(socket.name(), service);
        }
    }

    private void hands(String socket, String service) {
        sockets.computeIfAbsent(service, _ -> new TreeSet<>()).add(socket);
    }
}
