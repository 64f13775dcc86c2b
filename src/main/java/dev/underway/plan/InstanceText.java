package dev.underway.plan;

import dev.underway.model.Digests;
import dev.underway.model.Proxy;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFile.Assignment;
import dev.underway.model.unitfile.UnitFileException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes the unit file of an instance, and the drop-in beside it.
///
/// The unit file holds what a process is made with and never changes. The drop-in holds what takes effect by a
/// daemon-reload, all of it, so that it can be replaced as a whole: dependencies, for one, cannot be taken back by a
/// later line (systemd.unit(5)).
final class InstanceText {
    /// Sorts before the drop-ins of anybody else, which shall win.
    static final String LIVE = "0-underway-live.conf";

    private static final String ADDED = "\n# Added by Underway:\n";
    private static final String MARK = "X-Underway-Unit=";

    /// Ours to say: anything else lets one bad instance close the socket (start limit), or gives it no descriptors.
    private static final Set<String> OVERRULED = Set.of(
            "Unit.StartLimitIntervalSec",
            "Unit.StartLimitInterval",
            "Unit.StartLimitBurst",
            "Service.StartLimitInterval",
            "Service.StartLimitBurst",
            "Service.Sockets",
            "Service.NonBlocking",
            "Service.RuntimeDirectoryPreserve");

    /// A stop of the socket must not stop the instance, and its failure must not either.
    private static final Set<String> BINDING = Set.of("Unit.Requires", "Unit.BindsTo", "Unit.Requisite", "Unit.PartOf");

    private InstanceText() {}

    /// Ten hexadecimal digits that stand for all that needs a new process when it changes.
    static String digest(ManagedUnit unit) {
        var text = new StringBuilder();
        for (var d : UnitFile.differences(
                new UnitFile(List.of()),
                new UnitFile(ofProcess(unit.shape().file()).toList()))) {
            text.append(d.section())
                    .append('.')
                    .append(d.key())
                    .append(d.after())
                    .append('\n');
        }
        var foreign = new TreeSet<>(unit.shape().words("Service", "Sockets"));
        foreign.removeAll(unit.sockets());
        foreign.forEach(socket -> text.append("Sockets=").append(socket).append('\n'));
        new TreeMap<>(unit.inputs()).forEach((path, input) -> {
            if (input.effect() == Effect.NEW_PROCESS) {
                text.append(path).append(' ').append(input.digest()).append('\n');
            }
        });
        var restartedAt = unit.set().policy().restartedAt();
        text.append(restartedAt == null ? "" : restartedAt.toString());
        return Digests.sha256(text.toString()).substring(0, 10);
    }

    /// @param own what of the unit's text becomes the instance's file; drop-ins of others are copied beside it
    /// @param instance its unit name
    /// @param private_ by public path, where the instance's own copy of an input lies
    /// @param bridges socket units that it is given besides those that its text names
    static String unitFile(
            ManagedUnit unit, UnitFile own, String instance, Map<String, String> private_, Set<String> bridges) {
        var text = new StringBuilder(common(unit, own, instance, private_, bridges));
        text.append("# so that it can be told later what the process was started from\n");
        text.append(startedAs(instance)).append('\n');
        if (!private_.isEmpty()) {
            text.append("# its own inputs at their public places, whatever is there for others\n");
            new TreeMap<>(private_)
                    .forEach((path, place) -> text.append("BindReadOnlyPaths=")
                            .append(quoted(place))
                            .append(':')
                            .append(quoted(path))
                            .append('\n'));
        }
        return text.toString();
    }

    /// Of an instance whose process was there before it: nothing that would have to be in the process.
    static String adopted(ManagedUnit unit, UnitFile own, String instance) {
        return common(unit, own, instance, Map.of(), Set.of());
    }

    /// The line by which a process of the instance knows its name.
    static String startedAs(String instance) {
        return "Environment=" + Observed.STARTED_AS + "=" + instance;
    }

    /// Whether `text` is that of an instance of `unit`, by the words that [#common] begins and marks it with.
    static boolean isOf(ManagedUnit unit, String text) {
        return text.startsWith(maker(unit)) && text.contains(ADDED + "[Unit]\n" + MARK + unit.name() + "\n");
    }

    /// Of the text of an instance or of its drop-in [#LIVE], what comes from the author of the unit.
    static String own(String text) {
        int added = text.indexOf(ADDED);
        return added < 0 ? text : text.substring(0, added);
    }

    private static String maker(ManagedUnit unit) {
        return "# One instance of %s, made by Underway for UnitSet %s. "
                .formatted(unit.name(), unit.set().id());
    }

    private static String common(
            ManagedUnit unit, UnitFile own, String instance, Map<String, String> private_, Set<String> bridges) {
        String bare = unit.name().substring(0, unit.name().lastIndexOf('.'));
        var text = new StringBuilder(maker(unit)).append("""
            Do not edit: it is never changed, and goes
            # when another instance has taken over. %s is the symlink that says which one is current.
            # What takes effect without a new process is in %s.d/%s.
            """.formatted(unit.name(), instance, LIVE));
        append(text, unit, ofProcess(own).map(a -> reading(private_, a)));
        text.append(ADDED).append("[Unit]\n").append(MARK).append(unit.name()).append('\n');
        text.append("[Service]\n");
        text.append(Proxy.port(instance) == 0 ? """
                # the listening sockets; a second process must not change how the first one accepts
                Sockets=%s
                NonBlocking=yes
                """.formatted(sockets(unit, bridges)) : ProxiedText.of(unit, instance));
        text.append("""
            # journalctl UNDERWAY_UNIT=%s finds every instance
            LogExtraFields=UNDERWAY_UNIT=%s
            """.formatted(unit.name(), unit.name()));
        if (unit.shape().file().values("Service", "SyslogIdentifier").isEmpty()) {
            text.append("# journalctl -t ").append(bare).append('\n');
            text.append("SyslogIdentifier=").append(bare).append('\n');
        }
        if (!unit.shape().file().values("Service", "RuntimeDirectory").isEmpty()) {
            text.append("# else the end of one instance would remove it under the other\n");
            text.append("RuntimeDirectoryPreserve=yes\n");
        }
        return text.toString();
    }

    /// The drop-in [#LIVE].
    static String live(ManagedUnit unit, UnitFile own) {
        var text = new StringBuilder("""
            # What takes effect on %s by a daemon-reload. Made by Underway; edits are put back.
            """.formatted(unit.name()));
        append(text, unit, live(own, unit));
        text.append(ADDED).append("[Unit]\n");
        if (!unit.sockets().isEmpty()) {
            text.append("After=")
                    .append(unit.sockets().stream().sorted().collect(Collectors.joining(" ")))
                    .append('\n');
        }
        text.append("""
            # the start limit of one instance would close the socket of all; Underway itself backs off
            StartLimitIntervalSec=0
            """);
        if (RestartPause.isTooShort(own)) {
            text.append("""
                [Service]
                # a crash loop of one instance would reach the trigger limit of the socket of all
                RestartSec=%dms
                """.formatted(RestartPause.LEAST.toMillis()));
        }
        return text.toString();
    }

    /// The operator's drop-in at `path`, as one instance of the unit may have it: without what [#OVERRULED] names, not
    /// bound to the socket, and with the unit's name where it asks for its own. Verbatim where nothing changes by
    /// that.
    static String dropIn(ManagedUnit unit, String path, String text) {
        UnitFile file;
        try {
            file = UnitFile.parse(text);
        } catch (UnitFileException _) {
            return text; // systemd itself only warns about it, and takes from it what it can
        }
        var kept = file.assignments().stream()
                .filter(a -> !overruled(a) && !takesDrainAway(a, unit))
                .map(a -> BINDING.contains(a.section() + "." + a.key()) ? withoutSockets(a, unit) : a)
                .filter(a -> !a.value().isEmpty() || !BINDING.contains(a.section() + "." + a.key()))
                .map(a -> new Assignment(a.section(), a.key(), expand(a.value(), unit.name()), a.line()))
                .toList();
        if (kept.equals(file.assignments())) {
            return text;
        }
        var rewritten =
                new StringBuilder("# %s, but for what would part the instances of %s.%n".formatted(path, unit.name()));
        append(rewritten, unit, kept.stream());
        return rewritten.toString();
    }

    /// What systemd reads before the instance has its own view of the disk is read where the copy lies.
    private static Assignment reading(Map<String, String> private_, Assignment a) {
        if (!UnitInputs.READ_AT_START.contains(a.key())) {
            return a;
        }
        String value = a.value();
        for (var each : private_.entrySet()) {
            value = Pattern.compile("(?<![^\\s:=-])" + Pattern.quote(each.getKey()) + "(?!\\S)")
                    .matcher(value)
                    .replaceAll(Matcher.quoteReplacement(each.getValue()));
        }
        return new Assignment(a.section(), a.key(), value, a.line());
    }

    private static Stream<Assignment> ofProcess(UnitFile file) {
        return file.assignments().stream()
                .filter(a -> !a.section().equals("Install") && !overruled(a))
                .filter(a -> !isLive(a));
    }

    private static Stream<Assignment> live(UnitFile file, ManagedUnit unit) {
        return file.assignments().stream()
                .filter(a -> !a.section().equals("Install") && !overruled(a) && !takesDrainAway(a, unit))
                .filter(InstanceText::isLive)
                .map(a -> BINDING.contains(a.section() + "." + a.key()) ? withoutSockets(a, unit) : a)
                .filter(a -> !a.value().isEmpty() || !BINDING.contains(a.section() + "." + a.key()));
    }

    private static Assignment withoutSockets(Assignment a, ManagedUnit unit) {
        String others = Stream.of(a.value().strip().split("\\s+"))
                .filter(word -> !unit.sockets().contains(expand(word, unit.name())))
                .collect(Collectors.joining(" "));
        return new Assignment(a.section(), a.key(), others, a.line());
    }

    private static boolean isLive(Assignment a) {
        return switch (DirectiveTable.effect(a.section(), a.key())) {
            case NOTHING, DAEMON_RELOAD, RELOAD -> true;
            case OPEN_SOCKET, NEW_PROCESS, NEW_SOCKET -> false;
        };
    }

    /// Whether it would empty the list in which the drain behind a proxy is: [ProxiedText].
    private static boolean takesDrainAway(Assignment a, ManagedUnit unit) {
        return unit.proxy() != null
                && a.value().isEmpty()
                && (a.key().equals("ExecStop") || a.key().equals("ExecStartPost"));
    }

    private static boolean overruled(Assignment a) {
        return OVERRULED.contains(a.section() + "." + a.key());
    }

    private static void append(StringBuilder text, ManagedUnit unit, Stream<Assignment> assignments) {
        var lines = assignments.toList();
        var sections = new LinkedHashSet<String>();
        lines.forEach(a -> sections.add(a.section()));
        for (String section : sections) {
            text.append("\n[").append(section).append("]\n");
            lines.stream()
                    .filter(a -> a.section().equals(section))
                    .forEach(a -> text.append(a.key())
                            .append('=')
                            .append(expand(a.value(), unit.name()))
                            .append('\n'));
        }
    }

    /// What depends on the unit's name means the unit, not the instance; all other specifiers are systemd's.
    private static String expand(String value, String unit) {
        return Specifiers.expandForGood(value, unit);
    }

    /// The sockets of the set, and those of the host that the author names: their descriptors are handed over as well.
    private static String sockets(ManagedUnit unit, Set<String> bridges) {
        var sockets = new TreeSet<>(unit.sockets());
        sockets.addAll(bridges);
        sockets.addAll(unit.shape().words("Service", "Sockets"));
        sockets.remove("");
        return String.join(" ", sockets);
    }

    /// A path as `BindReadOnlyPaths=` reads it: systemd.exec(5), systemd.syntax(7).
    private static String quoted(String path) {
        return path.replace("\\", "\\\\").replace("%", "%%").replace(":", "\\:").replace(" ", "\\ ");
    }

    /// What [#quoted] was made from.
    static String unquoted(String path) {
        return path.replace("\\ ", " ").replace("\\:", ":").replace("%%", "%").replace("\\\\", "\\");
    }
}
