package dev.underway.model;

import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.unitfile.UnitName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The units of a set: names, texts, drop-ins, what they react to, and how they fit each other.
final class UnitRules {
    /// Types that systemd makes by itself and reads no file for: systemd.device(5), systemd.scope(5).
    private static final Set<String> WITHOUT_FILES = Set.of("device", "scope");

    private UnitRules() {}

    static void check(UnitSetSpec spec, Findings findings) {
        var units = spec.unitsOrEmpty();
        for (int i = 0; i < units.size(); i++) {
            unit("spec.units[" + i + "]", units.get(i), findings);
        }
        var read = SetUnit.read(Templates.imagined(units), findings);
        read.stream()
                .filter(unit -> UnitName.valid(unit.name()) && !hasNoText(unit.unit()))
                .forEach(unit -> UnitTextRules.check(unit, findings));
        links(read, findings);
        ProxyRules.check(units, read, findings);
        read.forEach(unit -> drain(unit, findings));
    }

    /// Everything else ends by its own `TimeoutStopSec=` when it is told to.
    private static void drain(SetUnit unit, Findings findings) {
        boolean ofConnections = unit.type().equals("socket") && (unit.isTrue("Accept") || !unit.isWhole());
        if (unit.unit().drain() != null && !ofConnections) {
            findings.invalid(
                    unit.field() + ".drain",
                    "is for a socket with Accept=yes; remove it. How long a service may take to stop is TimeoutStopSec=");
        }
    }

    private static boolean hasNoText(Unit unit) {
        return unit.content() != null && unit.content().isBlank();
    }

    private static void unit(String field, Unit unit, Findings findings) {
        name(unit).ifPresent(m -> findings.invalid(field + ".name", m));
        if (hasNoText(unit)) {
            findings.required(
                    field + ".content", "is empty; write the unit file, or leave content out for a unit of the host");
        }
        if (unit.content() == null && UnitName.isTemplate(unit.name())) {
            var instance = unit.name().replace("@.", "@1.");
            findings.required(
                    field + ".content",
                    "is required for a template; list an instance such as " + instance
                            + " to use a template of the host");
        }
        (unit.dropIns() == null ? Map.<String, String>of() : unit.dropIns())
                .keySet()
                .forEach(name -> dropIn(name).ifPresent(m -> findings.invalid(field + ".dropIns[" + name + "]", m)));
        if (unit.update() == UpdateMode.Swap && !UnitName.type(unit.name()).equals("service")) {
            findings.invalid(field + ".update", "Swap is for services only; leave update out");
        }
        globs(field, unit, findings);
        if (unit.readiness() != null) {
            ReadinessRules.check(field + ".readiness", unit.readiness(), findings);
        }
    }

    private static Optional<String> name(Unit unit) {
        var name = unit.name();
        if (!UnitName.valid(name)) {
            return Optional.of(
                    Names.quoted(name)
                            + " is not a unit name; write letters, digits and :-_.\\@ and a type as suffix, such as web.service");
        }
        return WITHOUT_FILES.contains(UnitName.type(name))
                ? Optional.of(Names.quoted(name) + ": systemd reads no unit file for a " + UnitName.type(name)
                        + "; use a service, slice or mount")
                : Optional.empty();
    }

    private static Optional<String> dropIn(String name) {
        boolean good = name.endsWith(".conf")
                && name.length() > ".conf".length()
                && name.length() <= 255
                && !name.startsWith(".")
                && name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '/');
        return good
                ? Optional.empty()
                : Optional.of("the name of a drop-in must end in .conf, without a slash, blank or leading dot, such as"
                        + " 10-limits.conf");
    }

    private static void globs(String field, Unit unit, Findings findings) {
        var reloadOn = unit.reloadOn() == null ? List.<String>of() : unit.reloadOn();
        var restartOn = unit.restartOn() == null ? List.<String>of() : unit.restartOn();
        for (int i = 0; i < reloadOn.size(); i++) {
            var at = field + ".reloadOn[" + i + "]";
            PathRules.wellFormed(reloadOn.get(i)).ifPresent(m -> findings.invalid(at, m));
            if (restartOn.contains(reloadOn.get(i))) {
                findings.invalid(at, Names.quoted(reloadOn.get(i)) + " is in restartOn as well; keep one of them");
            }
        }
        for (int i = 0; i < restartOn.size(); i++) {
            var at = field + ".restartOn[" + i + "]";
            PathRules.wellFormed(restartOn.get(i)).ifPresent(m -> findings.invalid(at, m));
        }
    }

    /// `Alias=` of a swappable service would be a second name for one of two running instances, and `Also=` outside the
    /// set would enable what the set does not own.
    private static void links(List<SetUnit> units, Findings findings) {
        var names = units.stream().map(SetUnit::name).collect(Collectors.toSet());
        var behindSockets = behindSockets(units);
        for (var unit : units) {
            boolean swappable =
                    behindSockets.contains(unit.name()) || unit.unit().update() == UpdateMode.Swap;
            for (var part : unit.parts()) {
                if (swappable) {
                    Stream.of("Alias", "Also")
                            .filter(key -> !part.installs(key).isEmpty())
                            .forEach(key -> findings.invalid(
                                    part.field(),
                                    key + "= in [Install] cannot be kept for a service that is swapped behind its"
                                            + " socket; remove it, or write it into the socket"));
                    continue;
                }
                alsoAndAlias(unit.type(), part, names, findings);
            }
        }
    }

    private static void alsoAndAlias(String type, SetUnit.Part part, Set<String> names, Findings findings) {
        part.installs("Also").stream()
                .filter(other -> UnitName.valid(other) && !names.contains(other))
                .forEach(other -> findings.invalid(
                        part.field(), "Also=" + other + " is not in this set; list it in spec.units instead"));
        part.installs("Alias").stream()
                .filter(UnitName::valid)
                .filter(alias -> !UnitName.type(alias).equals(type) || names.contains(alias))
                .forEach(alias -> findings.invalid(
                        part.field(), "Alias=" + alias + " must end in ." + type + " and not be a unit of this set"));
    }

    /// The services that sockets of the set hand their listening sockets to.
    static Set<String> behindSockets(List<SetUnit> units) {
        return units.stream()
                .filter(unit -> unit.type().equals("socket") && unit.isWhole() && !unit.isTrue("Accept"))
                .map(SetUnit::triggers)
                .collect(Collectors.toSet());
    }
}
