package dev.underway.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Sockets that systemd holds open, by the addresses at which it listens, in descriptors of our own.
///
/// systemd does not tell which of its descriptors are of which unit, so it is the kernel that is asked: about
/// each of them in turn, through a copy (pidfd_getfd(2)), so that nothing depends on when systemd opens and
/// closes others. That also finds a socket in another network than systemd's own (`PrivateNetwork=`).
public final class HeldSockets implements AutoCloseable {
    private static final int SYSTEMD = 1;
    static final String DESCRIPTORS = "/proc/" + SYSTEMD + "/fd";

    /// IP protocols; those of local sockets are 0.
    private static final int TCP = 6;

    private static final int MULTIPATH_TCP = 262;
    private static final int STREAM_CONTROL = 132;

    private final HostRoot root;
    private final List<Held> held = new ArrayList<>();

    /// One socket.
    ///
    /// @param isTcp whether options of TCP are for it
    public record Held(BoundAddress address, boolean isTcp, Descriptor descriptor) {}

    private HeldSockets(HostRoot root) {
        this.root = root;
    }

    /// Those at `addresses`.
    ///
    /// Throws KernelRefused when this process may not look at systemd's descriptors (ptrace(2), "access mode
    /// checking"), or the kernel is older than 5.6.
    public static HeldSockets at(Collection<BoundAddress> addresses, HostRoot root) throws IOException {
        var sockets = new HeldSockets(root);
        try (var systemd = Descriptor.ofProcess(new ProcessTable(root).here(SYSTEMD))) {
            sockets.collect(systemd, Set.copyOf(addresses));
            return sockets;
        } catch (IOException | RuntimeException e) {
            sockets.close();
            throw e;
        }
    }

    private void collect(Descriptor systemd, Set<BoundAddress> addresses) throws IOException {
        var known = new HashSet<String>();
        for (int number : descriptors()) {
            var copy = copy(systemd, number);
            if (copy == null) {
                continue;
            }
            boolean kept = false;
            try {
                // The same socket may be there twice: in the store of a service, FileDescriptorStoreMax=.
                var found = known.add(copy.target()) ? look(copy) : Optional.<Held>empty();
                kept = found.filter(socket -> addresses.contains(socket.address()))
                        .map(held::add)
                        .orElse(false);
            } finally {
                if (!kept) {
                    copy.close();
                }
            }
        }
    }

    /// Null when systemd has closed it meanwhile.
    private static @Nullable Descriptor copy(Descriptor systemd, int number) throws KernelRefused {
        try {
            return systemd.copyOf(number);
        } catch (KernelRefused e) {
            if (e.isOfDescriptor()) {
                return null;
            }
            throw e;
        }
    }

    /// Empty for what is at no address at which a socket unit listens. Some sorts of sockets have none at all, such as
    /// those of AF_ALG and AF_XDP that a service has stored.
    private static Optional<Held> look(Descriptor socket) throws KernelRefused {
        try {
            int protocol = socket.option(SocketOption.PROTOCOL);
            boolean listens = socket.option(SocketOption.ACCEPTS) != 0;
            return BoundAddress.of(socket.option(SocketOption.TYPE), socket.address())
                    .filter(address -> listens == address.kind().takesConnections() && protocol != STREAM_CONTROL)
                    .map(address -> new Held(address, protocol == TCP || protocol == MULTIPATH_TCP, socket));
        } catch (KernelRefused e) {
            if (e.isOfOperation()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Numbers of the sockets that systemd has open.
    private List<Integer> descriptors() throws IOException {
        var numbers = new ArrayList<Integer>();
        try (var all = Files.newDirectoryStream(root.resolve(DESCRIPTORS))) {
            for (Path each : all) {
                if (target(each).startsWith("socket:")) {
                    numbers.add(Integer.valueOf(each.getFileName().toString()));
                }
            }
        }
        return numbers;
    }

    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return ""; // closed meanwhile
        }
    }

    /// Those bound to `address`; more than one where addresses are shared (`ReusePort=`) or in several
    /// networks.
    public List<Held> at(BoundAddress address) {
        return held.stream().filter(each -> each.address().equals(address)).toList();
    }

    @Override
    public void close() throws IOException {
        for (var each : held) {
            each.descriptor().close();
        }
        held.clear();
    }
}
