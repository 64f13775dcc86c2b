package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.plan.Inventory.RunsWith;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A socket whose addresses change while it is up, and nobody at an unchanged address notices.
///
/// systemd cannot open or close one address of a socket that is up, but this was measured on 252 and 257: reading that
/// an address is gone it closes just that one, and reading that there is a new one it opens nothing and keeps the
/// others. So
///
/// 1. a new address is opened by a unit of its own below `/run`, a *bridge*: a new process is given both, proves itself
///    and takes over, and with its commit the socket's own file gets all addresses. A boot before that finds the old
///    process and the old addresses, a boot after it the new ones, all in the socket's own file, and no bridge;
/// 2. an address that goes is closed by a daemon-reload, and then by a new process that is not given it any more.
///
/// What changes goes through both, one after the other.
///
/// @param socket the unit
/// @param service the one that takes its descriptors
/// @param added addresses that systemd does not hold
/// @param lost those of `added` that it had, and of which at most a process has the socket still
/// @param removed addresses that are held and not wanted
/// @param published whether the socket's own file has the new addresses already, so that only the second step is left
/// @param text the socket's own, as it shall be
/// @param held by path, the socket's texts with which all that is held when this is done would be bound
record Rebind(
        String socket,
        String service,
        Set<Listen> added,
        Set<Listen> lost,
        Set<Listen> removed,
        boolean published,
        UnitFile text,
        Map<String, String> held) {

    /// What says where a socket listens: systemd.socket(5).
    static final List<String> KEYS = List.of("ListenStream", "ListenDatagram", "ListenSequentialPacket");

    private static final String LOST =
            " any more (what waits in the queue of the old one moves where net.ipv4.tcp_migrate_req is 1)";
    private static final String MADE = "# Made by Underway: holds an address of %s";

    /// Of the socket's own text what a bridge has otherwise.
    private static final Set<String> OWN = Set.of("Service", "FileDescriptorName", "Symlinks");

    static Set<Listen> of(UnitFile file, String socket) {
        var all = new TreeSet<Listen>();
        for (String key : KEYS) {
            file.values("Socket", key)
                    .forEach(value -> all.add(new Listen(key, Specifiers.expandForGood(value.strip(), socket))));
        }
        return all;
    }

    /// Whether there is anything to do: the same addresses in another order are the same.
    boolean changes() {
        return !added.isEmpty() || !removed.isEmpty();
    }

    /// Whether this is the first step: a new process at all addresses, and the socket's own file with its commit. Else
    /// the only thing left is to close some.
    boolean opens() {
        return !published || !added.isEmpty();
    }

    /// The bridges of what is added.
    Set<String> bridges() {
        var names = new TreeSet<String>();
        added.forEach(listen -> names.add(listen.bridge(socket)));
        return names;
    }

    String because() {
        var changes = new ArrayList<String>();
        added.forEach(listen ->
                changes.add(lost.contains(listen) ? "systemd does not hold " + listen + LOST : listen + " is new"));
        removed.forEach(listen -> changes.add(listen + " is gone"));
        return socket + ": " + Reasons.shortened(changes);
    }

    /// The text of a bridge.
    ///
    /// @param starts what it starts when nothing runs that it was given to. systemd refuses to bring up a socket
    /// with a service that is up, so that is the instance that is about to come, and from its commit on the unit
    String bridge(Listen listen, String starts) {
        var lines = new StringBuilder("""
            %s that is new, until the next boot, which finds it there.
            [Unit]
            Description=%s of %s
            # whoever stops and starts it by hand, or boots softly, gets all of it from its own file
            PartOf=%s
            After=%s
            StartLimitIntervalSec=0
            [Socket]
            %s
            Service=%s
            FileDescriptorName=%s
            """.formatted(
                        MADE.formatted(socket),
                        listen.value(),
                        socket,
                        socket,
                        socket,
                        listen,
                        starts,
                        text.last("Socket", "FileDescriptorName", socket)));
        text.assignments().stream()
                .filter(a -> a.section().equals("Socket"))
                .filter(a -> !a.key().startsWith("Listen") && !OWN.contains(a.key()))
                .forEach(a -> lines.append(a.key())
                        .append('=')
                        .append(Specifiers.expandForGood(a.value(), socket))
                        .append('\n'));
        return lines.toString();
    }

    /// Whether `text` is that of a bridge of `socket` by the name of `unit`.
    static boolean isBridge(String unit, String text, String socket) {
        return text.startsWith(MADE.formatted(socket))
                && of(EffectiveText.lenient(text), unit).stream()
                        .anyMatch(listen -> listen.bridge(socket).equals(unit));
    }

    /// What the socket counts as started with once this is done.
    RunsWith done(RunsWith before) {
        return new RunsWith(before.invocationId(), held, before.inputs(), before.restartedAt());
    }

    /// `texts` with the addresses in `kept` besides their own.
    static Map<String, String> with(Map<String, String> texts, String socket, Set<Listen> kept) {
        var all = new TreeMap<>(texts);
        var lines = new StringBuilder("\n[Socket]\n");
        kept.forEach(listen -> lines.append(listen).append('\n'));
        all.computeIfPresent(UnitPaths.unitFile(socket), (_, text) -> kept.isEmpty() ? text : text + lines);
        return all;
    }
}
