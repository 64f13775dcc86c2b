package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.ProcessTable;
import dev.underway.agent.host.SocketFiles;
import dev.underway.agent.systemd.Systemd;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Observed.UnitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Finds processes that go on accepting connections for a unit and belong to none any more.
///
/// They come from two units that systemd has merged into one, by somebody's daemon-reload at the wrong moment: the unit
/// reads active and has one of the two processes, and nobody will ever stop the other (measured on 252 and 257).
///
/// Only a daemon-reload makes one, so all processes are looked at after one, and again for as long as there is one.
final class Orphans {
    private final ProcessTable processes;
    private final SocketFiles sockets;
    private final HostRoot root;
    private final AtomicBoolean reread = new AtomicBoolean(true);
    private Map<String, Long> found = Map.of();

    Orphans(HostRoot root, Systemd systemd) {
        this.root = root;
        this.processes = new ProcessTable(root);
        this.sockets = new SocketFiles(root);
        systemd.onChange(unit -> {
            if (unit.equals(Systemd.EVERYTHING)) {
                reread.set(true);
            }
        });
    }

    /// By unit, the first of them.
    Map<String, Long> look(Map<String, Instances> instances, Map<String, UnitStatus> units) throws IOException {
        if ((!reread.getAndSet(false) && found.isEmpty()) || instances.isEmpty()) {
            return found;
        }
        var now = new TreeMap<String, Long>();
        var pids = Files.isDirectory(root.resolve("/proc")) ? processes.all() : List.<Long>of();
        instances.forEach((unit, known) -> {
            var names = new HashSet<>(known.known().keySet());
            names.add(unit);
            var ofSystemd = new HashSet<String>();
            boolean settled = true;
            for (String name : names) {
                var status = units.getOrDefault(name, UnitStatus.notFound(name));
                settled &= !status.inTransition() && !status.awaitsRestart();
                processes.startedFor(status.mainPid(), names).ifPresent(ofSystemd::add);
            }
            if (!settled) {
                reread.set(true); // what is ending has processes without a main one
                return;
            }
            names.removeAll(ofSystemd);
            pids.stream()
                    .filter(pid -> processes.startedFor(pid, names).isPresent())
                    .filter(pid -> !sockets.sharedWithSystemd(pid).isEmpty())
                    .findFirst()
                    .ifPresent(pid -> now.put(unit, pid));
        });
        found = now;
        return found;
    }
}
