package dev.underway.model;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What systemd refuses or ignores in a unit's text: the rules of `service_verify()`, `socket_verify()` and their
/// siblings, and the sections that a type reads. They are applied before a unit reaches a host, where a unit that does
/// not load keeps the old process but can never be restarted.
final class UnitTextRules {
    private static final Set<String> SERVICE_TYPES =
            Set.of("simple", "exec", "forking", "oneshot", "dbus", "notify", "notify-reload", "idle");
    private static final Set<String> RESTARTS =
            Set.of("no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always");
    private static final Set<String> LISTENS = Set.of(
            "ListenStream",
            "ListenDatagram",
            "ListenSequentialPacket",
            "ListenFIFO",
            "ListenNetlink",
            "ListenSpecial",
            "ListenMessageQueue",
            "ListenUSBFunction");
    private static final Set<String> TIMES = Set.of(
            "OnCalendar",
            "OnActiveSec",
            "OnBootSec",
            "OnStartupSec",
            "OnUnitActiveSec",
            "OnUnitInactiveSec",
            "OnClockChange",
            "OnTimezoneChange");
    private static final Set<String> PATHS =
            Set.of("PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty");

    /// Types without a section of their own.
    private static final Set<String> BARE = Set.of("target", "device");

    /// Of types that need a directive: one of which, and how to write it.
    private static final Map<String, Need> NEEDS = Map.of(
            "socket", new Need(LISTENS, "ListenStream=8080"),
            "timer", new Need(TIMES, "OnCalendar=daily"),
            "path", new Need(PATHS, "PathChanged=/etc/web/app.yaml"),
            "mount", new Need(Set.of("What"), "What=/dev/disk/by-label/data"),
            "swap", new Need(Set.of("What"), "What=/dev/disk/by-label/swap"));

    private UnitTextRules() {}

    private record Need(Set<String> anyOf, String example) {}

    static void check(SetUnit unit, Findings findings) {
        for (var part : unit.parts()) {
            sections(unit, part, findings);
            install(part, findings);
        }
        if (!unit.isWhole()) {
            return;
        }
        var need = NEEDS.get(unit.type());
        if (need != null
                && need.anyOf().stream().allMatch(key -> unit.settings(key).isEmpty())) {
            findings.invalid(
                    unit.field() + ".content",
                    "systemd refuses a " + unit.type() + " without a directive such as " + need.example() + " in ["
                            + unit.section() + "]");
        }
        if (unit.type().equals("service")) {
            service(unit, unit.field() + ".content", findings);
        }
        if (unit.type().equals("socket")
                && unit.isTrue("Accept")
                && !unit.settings("Service").isEmpty()) {
            findings.invalid(
                    unit.field() + ".content",
                    "Accept=yes always starts " + unit.triggers() + "; remove Service= or Accept=");
        }
    }

    private static void sections(SetUnit unit, SetUnit.Part part, Findings findings) {
        var known = new ArrayList<>(List.of("Unit", "Install"));
        if (!BARE.contains(unit.type())) {
            known.add(unit.section());
        }
        part.file().assignments().stream()
                .filter(a -> !known.contains(a.section()) && !a.section().startsWith("X-"))
                .collect(Collectors.toMap(
                        UnitFile.Assignment::section,
                        UnitFile.Assignment::line,
                        (first, _) -> first,
                        LinkedHashMap::new))
                .forEach((section, line) -> findings.invalid(
                        part.field(),
                        "line " + line + ": systemd ignores the section [" + section + "] in a " + unit.type()
                                + "; write one of [" + String.join("], [", known) + "], or begin its name with X-"));
    }

    private static void service(SetUnit unit, String field, Findings findings) {
        var commands = unit.settings("ExecStart");
        var type = serviceType(unit);
        boolean oneshot = type.equals("oneshot");
        if (!SERVICE_TYPES.contains(type)) {
            findings.invalid(
                    field, "Type=" + type + " is no type of systemd.service(5); write notify, exec or oneshot");
        }
        if (commands.isEmpty() && !mayLackCommand(unit)) {
            findings.invalid(
                    field,
                    "systemd refuses a service without ExecStart= (only Type=oneshot with RemainAfterExit=yes and"
                            + " ExecStop= may lack it); write ExecStart=/path/to/program in [Service]");
        }
        if (commands.size() > 1 && !oneshot) {
            findings.invalid(
                    field,
                    "systemd refuses several ExecStart= outside Type=oneshot; write an empty ExecStart= before the one"
                            + " that replaces another");
        }
        commands.forEach(command -> program(command, field, findings));
        restart(unit, oneshot, field, findings);
        if (type.equals("dbus") && unit.settings("BusName").isEmpty()) {
            findings.invalid(
                    field, "systemd refuses Type=dbus without BusName=; write the name that the service takes");
        }
    }

    /// What systemd takes when `Type=` is absent: systemd.service(5).
    static String serviceType(SetUnit unit) {
        var standard = unit.settings("ExecStart").isEmpty() ? "oneshot" : "simple";
        return unit.setting("Type", unit.settings("BusName").isEmpty() ? standard : "dbus");
    }

    private static boolean mayLackCommand(SetUnit unit) {
        boolean acts = !unit.file().values("Unit", "SuccessAction").isEmpty();
        boolean stops = serviceType(unit).equals("oneshot")
                && unit.isTrue("RemainAfterExit")
                && !unit.settings("ExecStop").isEmpty();
        return acts || stops;
    }

    private static void restart(SetUnit unit, boolean oneshot, String field, Findings findings) {
        var restart = unit.setting("Restart", "no");
        if (!RESTARTS.contains(restart)) {
            findings.invalid(
                    field,
                    "Restart=" + restart + " is none of "
                            + String.join(", ", RESTARTS.stream().sorted().toList()));
        } else if (oneshot && (restart.equals("always") || restart.equals("on-success"))) {
            findings.invalid(field, "systemd refuses Restart=" + restart + " with Type=oneshot; write on-failure");
        }
    }

    /// systemd.service(5), "Command lines": prefixes, then an absolute path or a name that is looked up.
    private static void program(String command, String field, Findings findings) {
        var program =
                command.replaceFirst("^[@:+!|-]*", "").split("[ \t]", 2)[0].replaceFirst("^[\"']", "");
        if (program.contains("/") && !program.startsWith("/") && !program.startsWith("%")) {
            findings.invalid(
                    field,
                    "ExecStart=" + Names.quoted(program) + " is neither an absolute path nor a name; begin it with /");
        }
    }

    private static void install(SetUnit.Part part, Findings findings) {
        for (var key : List.of("WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also")) {
            part.installs(key).stream()
                    .filter(name -> !name.contains("%") && !UnitName.valid(name))
                    .forEach(name -> findings.invalid(
                            part.field(),
                            key + "=" + Names.quoted(name) + " is not a unit name; write one such as web.service"));
        }
    }
}
