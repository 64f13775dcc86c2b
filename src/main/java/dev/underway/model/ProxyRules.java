package dev.underway.model;

import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.unitfile.UnitName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Services behind a [Proxy]: two processes of one run at a time, each on a port of its own.
final class ProxyRules {
    private static final Set<String> TYPES = Set.of("simple", "exec", "notify", "notify-reload");

    private ProxyRules() {}

    static void check(List<Unit> units, List<SetUnit> read, Findings findings) {
        var listed = units.stream().map(Unit::name).collect(Collectors.toSet());
        var used = new HashSet<Integer>();
        for (int i = 0; i < units.size(); i++) {
            var unit = units.get(i);
            var proxy = unit.proxy();
            if (proxy == null) {
                continue;
            }
            var field = "spec.units[" + i + "].proxy";
            ports(proxy, field, used, findings);
            if (!UnitName.valid(unit.name())
                    || !UnitName.type(unit.name()).equals("service")
                    || UnitName.isTemplate(unit.name())
                    || UnitName.isInstance(unit.name())
                    || unit.content() == null) {
                findings.invalid(field, "is for a service of this set with content, and for no template");
                continue;
            }
            ProxyUnits.names(unit).stream()
                    .filter(listed::contains)
                    .forEach(name -> findings.invalid(field, "makes " + name + " itself; rename or remove that unit"));
            if (unit.update() == UpdateMode.Restart) {
                findings.invalid(
                        field, "is there to avoid the restarts that update: Restart asks for; remove one of them");
            }
            read.stream()
                    .filter(other -> other.name().equals(unit.name()))
                    .forEach(text -> text(text, field, findings));
            if (UnitRules.behindSockets(read).contains(unit.name())) {
                findings.invalid(
                        field, "is for a service without a socket; remove it, or the socket of " + unit.name());
            }
        }
    }

    private static void ports(Proxy proxy, String field, Set<Integer> used, Findings findings) {
        if (new HashSet<>(proxy.ports()).size() < 2) {
            findings.invalid(field + ".ports", "must be two different ports at least, one for the new process");
        }
        used.add(proxy.listen().port());
        for (int port : new HashSet<>(proxy.ports())) {
            if (port < 1 || port > 65_535) {
                findings.invalid(field + ".ports", port + " is no TCP port; write a number from 1 to 65535");
            } else if (!used.add(port)) {
                findings.invalid(
                        field + ".ports", port + " is taken by another proxy or by listen; choose another one");
            }
        }
    }

    private static void text(SetUnit unit, String field, Findings findings) {
        var type = UnitTextRules.serviceType(unit);
        if (!TYPES.contains(type)) {
            findings.invalid(
                    field,
                    "Type=" + type + " allows one process only; use Type=notify, exec or simple in the foreground");
        }
        Stream.of("BusName", "PIDFile")
                .filter(key -> !unit.settings(key).isEmpty())
                .forEach(key -> findings.invalid(field, key + "= allows one process only; remove it"));
        if (unit.isTrue("RemainAfterExit")) {
            findings.invalid(field, "RemainAfterExit= keeps a unit active that serves nobody; remove it");
        }
        if (unit.parts().stream()
                .anyMatch(part -> !part.installs("Alias").isEmpty()
                        || !part.installs("Also").isEmpty())) {
            findings.invalid(field, "Alias= and Also= in [Install] would name one process for ever; remove them");
        }
    }
}
