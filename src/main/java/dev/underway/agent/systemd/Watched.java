package dev.underway.agent.systemd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// The units whose changes are told: the last [#MOST] that were asked for. Each is one match rule on the bus,
/// which allows a connection 512; without rules by path, every daemon-reload would send us all units of the host.
final class Watched {
    private static final int MOST = 400;

    private final Start start;
    private final LinkedHashMap<String, Watch> byPath = new LinkedHashMap<>(16, 0.75f, true);

    private record Watch(List<String> names, Bus.Listening listening) {}

    interface Start {
        Bus.Listening on(String path) throws BusException;
    }

    Watched(Start start) {
        this.start = start;
    }

    /// Whether the path was not watched before.
    synchronized boolean add(String path, String name) throws BusException {
        var watch = byPath.get(path);
        if (watch != null) {
            if (!watch.names().contains(name)) {
                watch.names().add(name);
            }
            return false;
        }
        if (byPath.size() >= MOST) {
            byPath.pollFirstEntry().getValue().listening().stop();
        }
        byPath.put(path, new Watch(new ArrayList<>(List.of(name)), start.on(path)));
        return true;
    }

    synchronized List<String> names(String path) {
        var watch = byPath.get(path);
        return watch == null ? List.of() : List.copyOf(watch.names());
    }
}
