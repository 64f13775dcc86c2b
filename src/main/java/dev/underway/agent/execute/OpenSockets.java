package dev.underway.agent.execute;

import dev.underway.agent.execute.SocketChange.Mode;
import dev.underway.agent.execute.SocketChange.Option;
import dev.underway.agent.execute.SocketChange.Ownership;
import dev.underway.agent.execute.SocketChange.Queue;
import dev.underway.agent.execute.SocketSettings.Unusable;
import dev.underway.agent.host.BoundAddress;
import dev.underway.agent.host.BoundAddress.Kind;
import dev.underway.agent.host.HeldSockets;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.KernelRefused;
import dev.underway.agent.host.SocketPlace;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.plan.Step.Adjust;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.TreeMap;

/// Changes what is fixed when a socket is bound on the sockets that systemd holds open.
///
/// systemd itself does so at the start of the unit only, and then nobody listens for a moment. But an option is the
/// socket's and not the descriptor's: set through a copy of systemd's descriptor, it holds for systemd and for all
/// processes that have the socket, and connections are made meanwhile as before. Those that are there already keep what
/// they have.
final class OpenSockets {
    /// The result when a value is at fault.
    static final String BAD_SETTING = "BadUnitSetting";

    private static final String DONE = "done";
    private static final String FAILED = "failed";

    private final HostRoot root;
    private final Systemd systemd;
    private final SocketSettings settings;

    OpenSockets(HostRoot root, Systemd systemd) {
        this.root = root;
        this.systemd = systemd;
        this.settings = new SocketSettings(root);
    }

    /// Why nothing came of it, or not all.
    private static final class NotAdjusted extends Exception {
        private static final long serialVersionUID = 1;

        private final String result;

        NotAdjusted(String result, String message) {
            super(message);
            this.result = result;
        }
    }

    /// All addresses are found before anything is changed; what was changed before the kernel refused something stays
    /// so. The result is `done`, `BadUnitSetting` or else `failed`, which is the host's fault.
    JobOutcome adjust(Adjust adjust) throws SystemdException {
        var result = DONE;
        var message = "";
        try {
            change(adjust);
        } catch (NotAdjusted e) {
            result = e.result;
            message = String.valueOf(e.getMessage());
        } catch (Unusable e) {
            result = BAD_SETTING;
            message = String.valueOf(e.getMessage());
        } catch (WriteFailed e) {
            result = FAILED;
            message = String.valueOf(e.getMessage());
        } catch (IOException e) {
            result = FAILED;
            message = "the sockets of systemd cannot be looked at: " + e;
        }
        var after = systemd.status(List.of(adjust.unit())).get(adjust.unit());
        if (after == null) {
            throw new SystemdException("systemd said nothing of " + adjust.unit());
        }
        return new JobOutcome(adjust.unit(), result, message, after);
    }

    private void change(Adjust adjust) throws NotAdjusted, Unusable, WriteFailed, IOException {
        var changes = settings.changes(adjust.settings());
        var candidates = new TreeMap<String, List<BoundAddress>>();
        adjust.listens().forEach(listen -> candidates.put(listen, BoundAddress.of(listen, root)));
        try (var sockets =
                held(candidates.values().stream().flatMap(List::stream).toList())) {
            var addresses = new TreeMap<String, BoundAddress>();
            for (var candidate : candidates.entrySet()) {
                addresses.put(
                        candidate.getKey(), find(candidate.getKey(), candidate.getValue(), sockets, adjust.unit()));
            }
            for (var address : addresses.entrySet()) {
                for (var change : changes) {
                    try {
                        apply(change, address.getValue(), sockets);
                    } catch (KernelRefused e) {
                        throw new NotAdjusted(
                                e.isOfValue() ? BAD_SETTING : FAILED,
                                "the kernel refuses %s for %s: %s"
                                        .formatted(change.line(), address.getKey(), e.getMessage()));
                    }
                }
            }
        }
    }

    private HeldSockets held(List<BoundAddress> addresses) throws NotAdjusted, IOException {
        try {
            return HeldSockets.at(addresses, root);
        } catch (KernelRefused | AccessDeniedException e) {
            throw new NotAdjusted(
                    FAILED,
                    "the agent may not look at the sockets of systemd (" + e.getMessage()
                            + "); it needs CAP_SYS_PTRACE, kernel.yama.ptrace_scope less than 3, Linux 5.6, and in a"
                            + " container a filter of system calls that lets pidfd_getfd through");
        }
    }

    /// Which of `candidates` is open. Two sockets at one address cannot be told apart, and the other one may be another
    /// unit's.
    private BoundAddress find(String listen, List<BoundAddress> candidates, HeldSockets sockets, String unit)
            throws NotAdjusted, WriteFailed, IOException {
        for (var address : candidates) {
            int found = address.kind() == Kind.FIFO
                    ? fifos(address)
                    : sockets.at(address).size();
            if (found == 1) {
                return address;
            }
            if (found > 1) {
                throw new NotAdjusted(
                        FAILED,
                        "systemd holds %d sockets at %s, and which is that of %s cannot be told; %s"
                                .formatted(found, listen, unit, bindAnew(unit)));
            }
        }
        throw new NotAdjusted(FAILED, "systemd holds no open socket at %s; %s".formatted(listen, bindAnew(unit)));
    }

    private static String bindAnew(String unit) {
        return "to bind it anew, stop %s and what it starts, then start it".formatted(unit);
    }

    /// How many FIFOs systemd has open at a place: one or none.
    private int fifos(BoundAddress address) throws WriteFailed, IOException {
        try (var place = SocketPlace.of(address, root)) {
            return place.isHeldBySystemd() ? 1 : 0;
        } catch (KernelRefused e) {
            if (e.isOfAbsence()) {
                return 0;
            }
            throw e;
        }
    }

    /// systemd sets most options on every socket and only warns when the kernel knows no such one for it: those of TCP
    /// for other sockets (`socket_apply_socket_options`). A FIFO has a mode and an owner and nothing else of this.
    private void apply(SocketChange change, BoundAddress address, HeldSockets sockets) throws WriteFailed, IOException {
        switch (change) {
            case Queue queue -> {
                if (address.kind().takesConnections()) {
                    for (var socket : sockets.at(address)) {
                        socket.descriptor().listen(queue.backlog());
                    }
                }
            }
            case Option option -> {
                for (var socket : sockets.at(address)) {
                    if (socket.isTcp() || !option.option().isOfTcp()) {
                        socket.descriptor().set(option.option(), option.value());
                    }
                }
            }
            case Mode mode -> {
                if (address.isPath()) {
                    try (var place = SocketPlace.of(address, root)) {
                        place.setMode(mode.mode());
                    }
                }
            }
            case Ownership ownership -> {
                if (address.isPath()) {
                    try (var place = SocketPlace.of(address, root)) {
                        place.setOwner(ownership.owner());
                    }
                }
            }
        }
    }
}
