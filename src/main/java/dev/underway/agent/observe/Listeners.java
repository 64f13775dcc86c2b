package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.SocketFiles;
import dev.underway.plan.Observed.SocketTrouble;
import dev.underway.plan.Observed.UnitStatus;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Notices that a service and systemd do not hold the same listening sockets any more, or never did.
///
/// systemd loses one when the address of a socket that is up is read anew (it closes the descriptor, and the unit reads
/// active all the same: measured), and when a limit stops the socket. Nobody is refused until the process ends; then
/// there is nothing to give to the next one, which starts well all the same (measured: LISTEN_FDS=0).
///
/// What a pass costs: one readlink for each descriptor that was once seen to be shared. All descriptors of systemd are
/// read only for a process that is new and when such a look finds something else. A process whose environment cannot
/// be told is left alone.
public final class Listeners {
    /// A process may be looked at before it has its own environment; some never show it.
    private static final int LOOKS_AT_ENVIRONMENT = 3;

    private final HostRoot root;
    private final SocketFiles sockets;
    private final Map<String, Seen> seen = new HashMap<>();

    /// What is known of one run of a unit.
    ///
    /// @param shared by systemd's descriptor, the socket that the process has open too
    /// @param looks at an environment that said nothing
    private record Seen(
            long pid,
            String invocation,
            Map<String, String> shared,
            @Nullable SocketTrouble trouble,
            int looks) {

        boolean isOf(UnitStatus unit) {
            return pid == unit.mainPid() && invocation.equals(unit.invocationId());
        }

        Seen with(Map<String, String> shared, @Nullable SocketTrouble trouble) {
            return new Seen(pid, invocation, shared, trouble, 0);
        }
    }

    public Listeners(HostRoot root) {
        this.root = root;
        this.sockets = new SocketFiles(root);
    }

    /// Of `units`, which are all there are, the services with a trouble. A service that no socket passes anything to is
    /// [SocketTrouble#NOT_PASSED], which means nothing.
    public Map<String, SocketTrouble> look(Collection<UnitStatus> units) {
        var troubles = new TreeMap<String, SocketTrouble>();
        var present = new HashSet<String>();
        for (var unit : units) {
            if (unit.name().endsWith(".service") && unit.active() && unit.mainPid() != 0) {
                present.add(unit.name());
                var known = seen.get(unit.name());
                var now = known == null || !known.isOf(unit)
                        ? first(unit, new Seen(unit.mainPid(), unit.invocationId(), Map.of(), null, 0))
                        : again(unit, known);
                seen.put(unit.name(), now);
                if (now.trouble() != null) {
                    troubles.put(unit.name(), now.trouble());
                }
            }
        }
        seen.keySet().retainAll(present);
        return troubles;
    }

    private Seen first(UnitStatus unit, Seen known) {
        var environment = ProcessEnvironment.of(root, unit);
        if (environment.isEmpty()) {
            return new Seen(known.pid(), known.invocation(), Map.of(), null, known.looks() + 1);
        }
        var shared = sockets.descriptorsOfSystemd(sockets.of(unit.mainPid()));
        if (environment.get().value("LISTEN_FDS").isEmpty() && !sockets.listensOnInput(unit.mainPid())) {
            // A process that another one of the service made its successor has them from that one (MAINPID=).
            var handedOn = sockets.passedForCertain(unit.mainPid(), shared);
            return known.with(handedOn, handedOn.isEmpty() ? SocketTrouble.NOT_PASSED : null);
        }
        if (!shared.isEmpty()) {
            return known.with(shared, null);
        }
        return known.with(
                Map.of(), sockets.listensAlone(unit.mainPid()) ? SocketTrouble.LOST : SocketTrouble.NOT_TAKEN);
    }

    private Seen again(UnitStatus unit, Seen known) {
        if (known.shared().isEmpty()) {
            boolean unclear = known.trouble() == null && known.looks() < LOOKS_AT_ENVIRONMENT;
            return unclear || known.trouble() == SocketTrouble.LOST ? first(unit, known) : known;
        }
        if (sockets.areOfSystemd(known.shared())) {
            return known;
        }
        Set<String> open = sockets.of(unit.mainPid());
        open.retainAll(known.shared().values());
        var shared = sockets.descriptorsOfSystemd(open); // a reexecution of systemd gives them other numbers
        if (shared.values().containsAll(open)) {
            return known.with(shared, null);
        }
        return known.with(known.shared(), shared.isEmpty() ? SocketTrouble.LOST : SocketTrouble.SOME_LOST);
    }
}
