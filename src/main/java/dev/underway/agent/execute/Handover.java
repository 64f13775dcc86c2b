package dev.underway.agent.execute;

import dev.underway.agent.execute.Executed.Failure;
import dev.underway.agent.host.Memory;
import dev.underway.agent.host.SocketFiles;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.agent.verify.Health.Reason;
import dev.underway.agent.verify.Verifier;
import dev.underway.model.Proxy;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Step.Handoff;
import dev.underway.plan.Step.Swap;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Whether a new process can be started beside the one that it takes over from, and holds what that one holds. What
/// keeps it from being tried is the fault of the surroundings.
final class Handover {
    private static final String SOCKET_LOST = Reason.SocketLost.name();

    private final Systemd systemd;
    private final Verifier verifier;
    private final SocketFiles sockets;
    private final Memory memory;

    Handover(Systemd systemd, Verifier verifier, SocketFiles sockets, Memory memory) {
        this.systemd = systemd;
        this.verifier = verifier;
        this.sockets = sockets;
        this.memory = memory;
    }

    /// The process that is taken over from.
    ///
    /// @param holding inodes of the listening sockets that it shares with systemd
    /// @param complaint what the unit's probe says while it alone answers; empty when all is well
    /// @param memory bytes that are its alone
    record Old(Set<String> holding, String complaint, long memory) {
        static final Old NONE = new Old(Set.of(), "", 0);
    }

    /// Null when all of `swaps` can begin; `old` then has the process of each, by unit.
    @Nullable
    Failure unmet(List<Swap> swaps, Map<String, Old> old) throws SystemdException, InterruptedException {
        for (var swap : swaps) {
            var lost = unmet(swap, old);
            if (lost != null) {
                return lost;
            }
        }
        return tooTight(swaps, old.values());
    }

    private @Nullable Failure unmet(Swap swap, Map<String, Old> old) throws SystemdException, InterruptedException {
        var stopped = stoppedSocket(swap);
        if (stopped != null) {
            return stopped;
        }
        var from = swap.takeover().from();
        boolean apart = swap.takeover().handoff() == Handoff.BY_PROXY;
        var to = swap.takeover().to();
        int port = Proxy.port(to);
        // Whoever has it would be asked in the place of the new process, and be led to.
        if (apart && sockets.isTaken(port) && !isUp(to)) {
            return Failure.ofSurroundings(
                    "PortTaken",
                    "port %d, where the new process of %s shall listen, is taken: 'ss -ltnp sport = :%d' on the host says by whom"
                            .formatted(port, swap.unit(), port));
        }
        long pid = systemd.status(List.of(from))
                .getOrDefault(from, UnitStatus.notFound(from))
                .mainPid();
        var shared = pid == 0 ? Set.<String>of() : sockets.sharedWithSystemd(pid);
        // An old process that never took the descriptors listens nowhere, and is no reason to keep it. What is opened
        // once more by a bridge is what was lost.
        boolean opened = !swap.takeover().bridges().isEmpty();
        if (!apart && !opened && pid != 0 && shared.isEmpty() && sockets.listensAlone(pid)) {
            return lost(swap);
        }
        // Where each has its own address, the probe asks the new one alone.
        var complaint =
                pid == 0 || apart ? "" : verifier.complaint(swap.takeover().expectation(), pid);
        old.put(swap.unit(), new Old(shared, complaint, memory.ownOf(pid)));
        return null;
    }

    /// Whether a pass that was cut short has started it.
    private boolean isUp(String unit) throws SystemdException {
        return systemd.status(List.of(unit))
                        .getOrDefault(unit, UnitStatus.notFound(unit))
                        .mainPid()
                != 0;
    }

    /// For a while there are two processes of each. Where there is no room for that, the kernel would end one, and not
    /// of our choice; whether a restart is better the author must say.
    private @Nullable Failure tooTight(List<Swap> swaps, Collection<Old> old) {
        long needed = old.stream().mapToLong(Old::memory).sum();
        long available = memory.available().orElse(Long.MAX_VALUE);
        return needed <= available
                ? null
                : Failure.ofSurroundings(
                        "MemoryShort",
                        ("%s would run twice during a swap, which takes %d MiB more, and only %d MiB are available;"
                                        + " free some, or say update: Restart")
                                .formatted(
                                        swaps.stream().map(Swap::unit).collect(Collectors.joining(" and ")),
                                        needed >> 20,
                                        available >> 20));
    }

    /// Null when all sockets are up.
    @Nullable
    Failure stoppedSocket(Swap swap) throws SystemdException {
        var states = systemd.status(swap.takeover().sockets());
        for (var socket : swap.takeover().sockets()) {
            var state = states.get(socket);
            if (state == null || !state.active()) {
                return Failure.ofSurroundings(
                        SOCKET_LOST,
                        "%s is not active, so no new process of %s could be given its connections: 'systemctl status %s'"
                                .formatted(socket, swap.unit(), socket));
            }
        }
        return null;
    }

    private static Failure lost(Swap swap) {
        return Failure.ofSurroundings(
                SOCKET_LOST,
                "systemd does not hold the listening socket of %s any more; stop %s, restart %s and start it again"
                        .formatted(
                                swap.unit(),
                                swap.unit(),
                                String.join(" ", swap.takeover().sockets())));
    }

    /// Null when `candidate` holds sockets of systemd, and all that the old process does, or needs none.
    @Nullable
    Failure withoutSockets(Swap swap, long candidate, Set<String> old) throws SystemdException {
        if (swap.takeover().handoff() == Handoff.BY_PROXY) {
            return null;
        }
        var held = sockets.sharedWithSystemd(candidate);
        return held.isEmpty() || !held.containsAll(old) ? withoutSocket(swap, candidate) : null;
    }

    /// Whose fault it is that the candidate does not hold what it should: systemd passes nothing that it has lost.
    private Failure withoutSocket(Swap swap, long candidate) throws SystemdException {
        var stopped = stoppedSocket(swap);
        if (stopped != null) {
            return stopped;
        }
        return sockets.werePassedTo(candidate)
                ? Failure.ofRevision(
                        Reason.SocketNotTaken.name(),
                        "the new process of %s runs but does not hold the listening socket; it must take the descriptors"
                                        .formatted(swap.unit())
                                + " that systemd passes (sd_listen_fds(3)). The old one serves on")
                : lost(swap);
    }
}
