package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Whether a [ModelHost] is sound, judged from its processes and not from what the planner remembers of them.
final class Stale {
    private Stale() {}

    /// What is not as `desired` although nothing is left to do: one line each, and none on a sound host. A unit
    /// of the desired sets that runs must have been started from the text on the disk, as far as a
    /// daemon-reload cannot make up for it, and have read its inputs as they are.
    static List<String> of(ModelHost host, Desired desired) {
        var stale = new ArrayList<String>();
        var onDisk = new TreeMap<>(host.loaded);
        host.daemonReload();
        if (!onDisk.equals(host.loaded)) {
            stale.add("systemd has not read what is on the disk");
        }
        for (var set : desired.sets()) {
            for (var unit : wanted(host, set, desired).units()) {
                var process = host.processes.get(host.named(unit.name()));
                if (process != null && unit.layout() != null) {
                    stale.addAll(ofInstance(host, unit, process));
                } else if (process != null) {
                    stale.addAll(of(host, unit, process));
                } else if (unit.state() == UnitState.Running && !unit.shape().endsByItself()) {
                    stale.add(unit.name() + " does not run");
                } else if (unit.state() == UnitState.Running) {
                    var last = host.ended.get(unit.name());
                    stale.addAll(last == null ? List.of(unit.name() + " has not run") : of(host, unit, last));
                }
            }
        }
        return stale;
    }

    private static Wanted wanted(ModelHost host, Desired.DesiredSet set, Desired desired) {
        try {
            return Wanted.of(set, host.observe(desired));
        } catch (UnitFileException e) {
            throw new IllegalStateException(e);
        }
    }

    /// An instance sees its own copy of what needs a new process.
    private static List<String> ofInstance(ModelHost host, ManagedUnit unit, ModelHost.Run process) {
        var stale = new ArrayList<String>();
        unit.inputs().forEach((path, input) -> {
            var store = Map.of(input.digest(), "/store/" + input.digest());
            var own = process.text().values("Service", "BindReadOnlyPaths").stream()
                    .filter(bind -> bind.endsWith(":" + path))
                    .map(bind -> bind.substring(0, bind.indexOf(':')))
                    .map(place -> place.startsWith("/store/")
                            ? place.substring("/store/".length())
                            : new Disk(process.files(), Map.of(), Set.of()).digest(place))
                    .findFirst()
                    .or(() -> Optional.of(new Disk(process.files(), store, Set.of()).digest(path)));
            if (input.effect() == Effect.NEW_PROCESS && !own.equals(Optional.of(input.digest()))) {
                stale.add(unit.name() + " has not read its own " + path);
            }
            if (!new Disk(host.disk, store, Set.of()).digest(path).equals(input.digest())) {
                stale.add(path + " is not public");
            }
        });
        for (var d : UnitFile.differences(process.text(), host.text(host.named(unit.name())))) {
            if (DirectiveTable.effect(d).compareTo(Effect.DAEMON_RELOAD) > 0) {
                stale.add(unit.name() + " was started with another " + d.key() + "=");
            }
        }
        for (String word : List.of("ExecStart", "Nice")) {
            if (!process.text()
                    .values("Service", word)
                    .equals(unit.shape().file().values("Service", word))) {
                stale.add(unit.name() + " was started with another " + word + "=");
            }
        }
        return stale;
    }

    private static List<String> of(ModelHost host, ManagedUnit unit, ModelHost.Run process) {
        var stale = new ArrayList<String>();
        for (var d : UnitFile.differences(process.text(), host.text(unit.name()))) {
            if (DirectiveTable.effect(d).compareTo(Effect.DAEMON_RELOAD) > 0
                    && !unit.shape().onlyGroups()) {
                stale.add(unit.name() + " was started with another " + d.key() + "=");
            }
        }
        for (String path : unit.inputs().keySet()) {
            String read = new Disk(process.files(), Map.of(), Set.of()).digest(path);
            if (!read.equals(new Disk(host.disk, Map.of(), Set.of()).digest(path))) {
                stale.add(unit.name() + " has not read " + path);
            }
        }
        return stale;
    }
}
