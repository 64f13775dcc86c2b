package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.SocketTrouble;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Swappability.NotSwappable;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The decision about one socket while it is made: whether its addresses change, and by a [Rebind] or not.
final class RebindChoice {
    private final ManagedUnit socket;
    private final Collection<ManagedUnit> units;
    private final Setting setting;
    private final UnitFile before;
    private final UnitFile after;
    private final RunsWith runs;
    private final @Nullable ManagedUnit service;
    private final Set<Listen> held;
    private final Set<Listen> wanted;
    private final Set<Listen> lost;

    /// What comes of it.
    sealed interface Verdict {
        /// Nobody at an unchanged address notices.
        record Possible(Rebind rebind) implements Verdict {}

        /// For a moment nobody listens.
        ///
        /// @param because what stands in the way, and what to do about it
        record Impossible(String because) implements Verdict {}
    }

    private RebindChoice(
            ManagedUnit socket, RunsWith runs, UnitFile before, Collection<ManagedUnit> units, Setting setting) {
        this.socket = socket;
        this.units = units;
        this.setting = setting;
        this.runs = runs;
        this.before = before;
        this.after = socket.shape().file();
        this.wanted = Rebind.of(after, socket.name());
        this.held = held();
        var users = users();
        this.service = users.size() == 1 ? users.getFirst() : null;
        this.lost = lost();
    }

    /// Empty when `socket` is not up, or its addresses stay as they are and systemd holds them.
    static Optional<Verdict> of(ManagedUnit socket, Collection<ManagedUnit> units, Setting setting) {
        var status = setting.observed().unit(socket.name());
        if (!socket.ours() || socket.state() != UnitState.Running || !status.active()) {
            return Optional.empty();
        }
        var runs = ProcessKnowledge.of(socket, status, setting);
        if (runs == null) {
            return Optional.empty();
        }
        try {
            return new RebindChoice(socket, runs, EffectiveText.of(runs.texts()), units, setting).verdict();
        } catch (UnitFileException _) {
            return Optional.empty();
        }
    }

    private Optional<Verdict> verdict() {
        boolean change = UnitFile.differences(before, after).stream().anyMatch(RebindChoice::isAddress);
        if (!change && (lost.isEmpty() || socket.onlyReportsDrift())) {
            return Optional.empty();
        }
        var objection = Stream.of(ofService(), ofText(), ofLoss(), ofNeighbours())
                .flatMap(Optional::stream)
                .findFirst();
        return Optional.of(
                objection.<Verdict>map(Verdict.Impossible::new).orElseGet(() -> new Verdict.Possible(rebind())));
    }

    private Rebind rebind() {
        boolean published = Rebinds.onDisk(socket, setting).equals(wanted);
        var removed = new TreeSet<>(held);
        removed.removeAll(wanted);
        var again = new TreeSet<>(lost);
        again.retainAll(wanted);
        return new Rebind(
                socket.name(),
                service == null ? "" : service.name(),
                added(),
                again,
                removed,
                published,
                after,
                Rebind.with(socket.texts(), socket.name(), published ? Set.<Listen>of() : removed));
    }

    /// What the journal has, and what a swap has opened and published before the pass ended too early to say so.
    private Set<Listen> held() {
        var held = new TreeSet<>(Rebind.of(before, socket.name()));
        var onDisk = Rebinds.onDisk(socket, setting);
        wanted.stream()
                .filter(onDisk::contains)
                .filter(listen -> Rebinds.isUp(listen.bridge(socket.name()), setting.observed()))
                .forEach(held::add);
        return held;
    }

    /// What systemd does not hold.
    private Set<Listen> added() {
        var added = new TreeSet<>(wanted);
        added.removeIf(listen -> held.contains(listen) && !lost.contains(listen));
        return added;
    }

    /// What the journal has as held and systemd does not hold.
    private Set<Listen> lost() {
        var lost = new TreeSet<>(Rebinds.lost(socket, setting));
        if (trouble().filter(SocketTrouble.LOST::equals).isPresent()) {
            lost.addAll(held);
            lost.retainAll(wanted);
        }
        return lost;
    }

    private Optional<SocketTrouble> trouble() {
        return service == null ? Optional.empty() : LostSockets.trouble(service, setting.observed());
    }

    private List<ManagedUnit> users() {
        return units.stream()
                .filter(unit -> unit.sockets().contains(socket.name()))
                .toList();
    }

    /// Whoever takes the socket's descriptors has to be one service that can be swapped now.
    private Optional<String> ofService() {
        if (service == null) {
            var names = users().stream().map(ManagedUnit::name).sorted().collect(Collectors.joining(" and "));
            return Optional.of(
                    names.isEmpty()
                            ? "no service of the set takes it over"
                            : "it is shared by " + names + ", and one of them would not get the new one");
        }
        if (service.proxy() != null) {
            return Optional.of(service.name() + " is behind a proxy");
        }
        if (service.isFront(units)) {
            return Optional.of("what passes connections on for a proxy is never swapped");
        }
        if (service.state() == UnitState.Stopped) {
            return Optional.of(service.name() + " shall be stopped");
        }
        if (!service.mayRenew()) {
            return Optional.of(
                    service.name() + " has update: " + service.policy().update());
        }
        if (Swappability.of(service) instanceof NotSwappable(var because, var _)) {
            return Optional.of(service.name() + " cannot be swapped: " + because);
        }
        var status = serving(service);
        return Forerunner.of(service, units, setting.disk(), setting.observed())
                .map(Forerunner::because)
                .or(() -> UnitSteps.runs(status) && !Retirement.busy(status)
                        ? Optional.empty()
                        : Optional.of(service.name() + " does not run steadily"));
    }

    /// Only addresses may change, and the end of a bridge must do nothing to what the socket itself has made.
    private Optional<String> ofText() {
        var others = UnitFile.differences(before, after).stream()
                .filter(d -> DirectiveTable.effect(d) == Effect.NEW_SOCKET)
                .filter(d -> !isAddress(d) && !bindsNothingHeld(d))
                .map(d -> d.key() + "=")
                .distinct()
                .toList();
        if (!others.isEmpty()) {
            return Optional.of(Reasons.shortened(others) + " cannot be changed on an open socket");
        }
        if (!Rebinds.hasOnlyItsFile(socket) || runs.texts().size() != 1) {
            return Optional.of(
                    socket.texts().containsKey(UnitPaths.unitFile(socket.name()))
                            ? "it has drop-ins, or had some: put them into its file"
                            : "it is made from a template: give it a file of its own");
        }
        return after.assignments().stream()
                .filter(a -> a.section().equals("Socket"))
                .filter(a -> a.key().startsWith("Exec")
                        || a.key().equals("RemoveOnStop")
                        || a.key().equals("Symlinks"))
                .findFirst()
                .map(a -> a.key() + "= would be done for each address by itself");
    }

    /// What only the process has still can be opened once more where the kernel allows two.
    private Optional<String> ofLoss() {
        boolean reuse = isTrue(before, "ReusePort") && isTrue(after, "ReusePort");
        var once = lost.stream().filter(listen -> !reuse || listen.isPath()).findFirst();
        if (once.isPresent()) {
            return Optional.of("systemd does not hold " + once.get()
                    + " any more, and it is no port with ReusePort=yes that could be opened beside the one that "
                    + (service == null ? "a process" : service.name()) + " has");
        }
        boolean closed = Rebinds.onDisk(socket, setting).equals(wanted);
        return trouble()
                .filter(trouble -> trouble == SocketTrouble.NOT_PASSED
                        || (trouble == SocketTrouble.LOST && lost.isEmpty())
                        || (trouble == SocketTrouble.SOME_LOST && !closed && lost.isEmpty()))
                .map(_ ->
                        "systemd does not hold all that " + (service == null ? "it" : service.name()) + " listens on");
    }

    /// The kernel must not refuse a new address because of one that is held.
    private Optional<String> ofNeighbours() {
        boolean wasAlone = isAlone(before);
        boolean alone = isAlone(after);
        var added = added();
        for (var one : added) {
            for (var two : held) {
                if (!one.equals(two) && one.collides(alone, two, wasAlone)) {
                    return Optional.of(beside(one, two));
                }
            }
            for (var two : added) {
                if (!one.equals(two) && one.collides(alone, two, alone)) {
                    return Optional.of(one + " and " + two + " cannot both be open");
                }
            }
            for (var other : units) {
                boolean isOther =
                        other.shape().type().equals("socket") && !other.name().equals(socket.name());
                if (isOther && has(other, one, alone)) {
                    return Optional.of(one + " is, or was, one of " + other.name());
                }
            }
        }
        return Optional.empty();
    }

    private static String beside(Listen one, Listen two) {
        String hint = one.isEverywhereV6() && !two.isEverywhereV6()
                ? "; to add IPv6 let the old line be, and add BindIPv6Only=ipv6-only and the new address as [::]:PORT"
                : "";
        return one + " cannot be opened while there is " + two + hint;
    }

    private boolean has(ManagedUnit other, Listen one, boolean alone) {
        var texts = Stream.of(other.shape().file(), file(setting.recorded().get(other.name())));
        return texts.anyMatch(text -> Rebind.of(text, other.name()).stream()
                .anyMatch(two -> one.equals(two) || one.collides(alone, two, isAlone(text))));
    }

    private static UnitFile file(@Nullable RunsWith runs) {
        try {
            return runs == null ? EffectiveText.lenient("") : EffectiveText.of(runs.texts());
        } catch (UnitFileException _) {
            return EffectiveText.lenient("");
        }
    }

    private static boolean isAddress(UnitFile.Difference d) {
        return d.section().equals("Socket") && Rebind.KEYS.contains(d.key());
    }

    /// What is said of sockets at every address of IPv6, where none such stays.
    private boolean bindsNothingHeld(UnitFile.Difference d) {
        return d.section().equals("Socket")
                && d.key().equals("BindIPv6Only")
                && held.stream().filter(wanted::contains).noneMatch(Listen::isEverywhereV6);
    }

    private static boolean isAlone(UnitFile text) {
        return text.last("Socket", "BindIPv6Only", "").equals("ipv6-only");
    }

    private static boolean isTrue(UnitFile text, String key) {
        return UnitShape.isTrue(text.last("Socket", key, "no"));
    }

    private UnitStatus serving(ManagedUnit service) {
        var observed = setting.observed();
        var known = observed.inventory().instances().getOrDefault(service.name(), Inventory.Instances.NONE);
        String current = known.current(service.name(), observed.paths());
        return observed.unit(current.isEmpty() ? service.name() : current);
    }
}
