package dev.underway.plan;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Which units of a set start which others: systemd.socket(5), systemd.timer(5), systemd.path(5).
///
/// @param sockets by service, the sockets with `Accept=no` that hand their descriptors to it
/// @param files by service, those directives of these sockets that name a file to read, such as `ListenFIFO`
/// @param socketTriggered services that a socket starts
/// @param timed services that a timer or path starts
record Triggers(
        Map<String, Set<String>> sockets,
        Map<String, Set<String>> files,
        Set<String> socketTriggered,
        Set<String> timed) {
    private static final List<String> FILES = List.of("ListenFIFO", "ListenSpecial", "ListenUSBFunction");

    static Triggers among(Collection<UnitShape> units) {
        var shapes = new HashMap<String, UnitShape>();
        units.forEach(unit -> shapes.put(unit.name(), unit));
        var triggers = new Triggers(new HashMap<>(), new HashMap<>(), new HashSet<>(), new HashSet<>());
        for (var unit : units) {
            if (unit.type().equals("socket")) {
                triggers.socket(unit);
            } else if (unit.type().equals("timer")) {
                triggers.timed.add(unit.triggered("Timer", "Unit"));
            } else if (unit.type().equals("path")) {
                triggers.timed.add(unit.triggered("Path", "Unit"));
            }
            unit.words("Service", "Sockets").stream()
                    .flatMap(socket -> Stream.ofNullable(shapes.get(socket)))
                    .forEach(socket -> triggers.hands(socket, unit.name()));
        }
        return triggers;
    }

    private void socket(UnitShape socket) {
        if (!UnitShape.isTrue(socket.file().last("Socket", "Accept", "no"))) {
            String service = socket.triggered("Socket", "Service");
            socketTriggered.add(service);
            hands(socket, service);
        }
    }

    private void hands(UnitShape socket, String service) {
        sockets.computeIfAbsent(service, _ -> new TreeSet<>()).add(socket.name());
        FILES.stream()
                .filter(key -> !socket.file().values("Socket", key).isEmpty())
                .forEach(key ->
                        files.computeIfAbsent(service, _ -> new TreeSet<>()).add(key));
    }
}
