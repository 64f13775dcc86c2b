package dev.underway.model;

import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.unitfile.UnitName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Services behind a [Proxy]: two processes of one run at a time, each on a port of its own.
final class ProxyRules {
    private static final Set<String> TYPES = Set.of("simple", "exec", "notify", "notify-reload");

    /// What the path of a Unix socket has room for, without the zero at its end: unix(7).
    private static final int LONGEST_PATH = 107;

    private final List<SetUnit> read;
    private final Findings findings;

    /// Of the proxies so far, where they listen and the ports that they pass connections on to.
    private final List<ListenAddress> fronts = new ArrayList<>();

    private final Set<Integer> ports = new HashSet<>();

    private ProxyRules(List<SetUnit> read, Findings findings) {
        this.read = read;
        this.findings = findings;
    }

    static void check(List<Unit> units, List<SetUnit> read, Findings findings) {
        var rules = new ProxyRules(read, findings);
        var listed = units.stream().map(Unit::name).collect(Collectors.toSet());
        for (int i = 0; i < units.size(); i++) {
            var proxy = units.get(i).proxy();
            if (proxy != null) {
                var field = "spec.units[" + i + "].proxy";
                rules.addresses(proxy, field);
                rules.unit(units.get(i), proxy, listed, field);
            }
        }
    }

    private void addresses(Proxy proxy, String field) {
        var own = new TreeSet<>(proxy.ports());
        if (own.size() < proxy.ports().size()) {
            findings.invalid(field + ".ports", "names a port twice; write each of them once");
        } else if (own.size() < 2) {
            findings.invalid(
                    field + ".ports",
                    "must be two ports at least, one for the process that serves and one for the next");
        }
        var listen = proxy.listen();
        if (ports.contains(listen.port()) || fronts.stream().anyMatch(listen::overlaps)) {
            findings.invalid(field + ".listen", listen.text() + " is taken by another proxy; choose another port");
        }
        for (int port : own) {
            if (port < 1 || port > 65_535) {
                findings.invalid(field + ".ports", port + " is no TCP port; write a number from 1 to 65535");
            } else if (port == listen.port()) {
                findings.invalid(field + ".ports", port + " is what clients connect to; choose another one");
            } else if (!ports.add(port) || fronts.stream().anyMatch(front -> front.port() == port)) {
                findings.invalid(field + ".ports", port + " is taken by another proxy; choose another one");
            }
        }
        fronts.add(listen);
    }

    private void unit(Unit unit, Proxy proxy, Set<String> listed, String field) {
        var name = unit.name();
        if (!UnitName.valid(name)
                || !UnitName.type(name).equals("service")
                || UnitName.isTemplate(name)
                || UnitName.isInstance(name)
                || unit.content() == null) {
            findings.invalid(
                    field,
                    "is for a service that this set brings, and for no template; remove it, or write the service with"
                            + " its content");
            return;
        }
        int tooLong = proxy.ports().stream()
                        .mapToInt(port -> Proxy.path(name, port).length())
                        .max()
                        .orElse(0)
                - LONGEST_PATH;
        if (tooLong > 0) {
            findings.invalid(
                    field, "makes sockets named for the unit; make its name " + tooLong + " characters shorter");
        }
        ProxyUnits.names(unit).stream()
                .distinct()
                .filter(listed::contains)
                .forEach(made -> findings.invalid(field, "makes " + made + " itself; rename or remove that unit"));
        if (unit.update() == UpdateMode.Restart) {
            findings.invalid(field, "is there to avoid the restarts that update: Restart asks for; remove one of them");
        }
        read.stream().filter(other -> other.name().equals(name)).forEach(text -> text(text, field));
        if (UnitRules.behindSockets(read).contains(name)) {
            findings.invalid(field, "is for a service without a socket; remove it, or the socket of " + name);
        }
    }

    private void text(SetUnit unit, String field) {
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
