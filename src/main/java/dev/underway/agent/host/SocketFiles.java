package dev.underway.agent.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Which sockets a process has open, as the kernel says (proc(5)): a service can start well without the descriptors
/// that it should have been given (measured: LISTEN_FDS=0 after systemd lost its socket).
///
/// A socket unit may pass a FIFO, a message queue or a device too, systemd.socket(5): these are known by their path.
public final class SocketFiles {
    private static final int SYSTEMD = 1;

    /// Bits of a mode, inode(7).
    private static final int FILE_TYPE = 0170000;

    private static final int FIFO = 0010000;

    /// What systemd opens for itself, and others may open too.
    private static final Set<String> OF_EVERYBODY =
            Set.of("/dev/null", "/dev/console", "/dev/kmsg", "/dev/autofs", "/proc/1/mountinfo", "/proc/swaps");

    /// proc(5): for TCP a state, for local sockets a flag.
    private static final List<Table> TABLES =
            List.of(new Table("tcp", 3, "0A", 9), new Table("tcp6", 3, "0A", 9), new Table("unix", 3, "00010000", 6));

    private final HostRoot root;

    /// @param state the column, from 0, that reads `listens` for a listening socket
    /// @param inode the column of its inode
    private record Table(String file, int state, String listens, int inode) {}

    public SocketFiles(HostRoot root) {
        this.root = root;
    }

    /// Inodes of the sockets that systemd and the process both hold: the listening ones. Empty when the process has
    /// ended.
    public Set<String> sharedWithSystemd(long pid) {
        return Set.copyOf(descriptorsOfSystemd(of(pid)).values());
    }

    /// The descriptors that systemd has of the sockets `inodes`, by number.
    public Map<String, String> descriptorsOfSystemd(Set<String> inodes) {
        var held = descriptors(SYSTEMD);
        held.values().retainAll(inodes);
        return held;
    }

    /// Of `descriptors` of systemd, which the process has too, those that can only come from a socket unit, whatever
    /// its environment says: listening sockets and FIFOs. Others a service may have stored there
    /// (`FileDescriptorStoreMax=`).
    public Map<String, String> passedForCertain(long pid, Map<String, String> descriptors) {
        var passed = new HashMap<>(descriptors);
        if (!passed.isEmpty()) {
            var listening = listening(pid);
            passed.entrySet().removeIf(each -> !listening.contains(each.getValue()) && !isFifo(each.getKey()));
        }
        return passed;
    }

    private boolean isFifo(String descriptor) {
        try {
            int mode = (int) Files.getAttribute(root.resolve("/proc/" + SYSTEMD + "/fd/" + descriptor), "unix:mode");
            return (mode & FILE_TYPE) == FIFO;
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    /// Whether systemd still has what [#descriptorsOfSystemd] said: one look for each, and none at any other.
    public boolean areOfSystemd(Map<String, String> descriptors) {
        return descriptors.entrySet().stream()
                .allMatch(each -> target(root.resolve("/proc/" + SYSTEMD + "/fd/" + each.getKey()))
                        .equals(each.getValue()));
    }

    /// Whether the process listens on a socket that systemd does not hold.
    public boolean listensAlone(long pid) {
        var own = of(pid);
        own.removeAll(of(SYSTEMD));
        own.retainAll(listening(pid));
        return !own.isEmpty();
    }

    /// Whether systemd passed descriptors to the process, by number (sd_listen_fds(3)) or as its standard input,
    /// whatever it made of them.
    public boolean werePassedTo(long pid) {
        try {
            var environment = Files.readString(root.resolve("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
            return environment.startsWith("LISTEN_FDS=")
                    || environment.contains("\0LISTEN_FDS=")
                    || listensOnInput(pid);
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    /// Whether the process was given a listening socket as its standard input: with `StandardInput=socket` its
    /// environment says nothing (measured; so the JVM gets one, for `System.inheritedChannel()`).
    public boolean listensOnInput(long pid) {
        var input = target(root.resolve("/proc/" + pid + "/fd/0"));
        return input.startsWith("socket:") && listening(pid).contains(input);
    }

    /// Whether anybody listens at this TCP port in the network of systemd, whatever the address.
    public boolean isTaken(int port) {
        var ending = ":%04X".formatted(port);
        return Stream.of("tcp", "tcp6").anyMatch(table -> {
            try (var lines = Files.lines(root.resolve("/proc/" + SYSTEMD + "/net/" + table))) {
                return lines.map(line -> line.strip().split("\\s+"))
                        .anyMatch(fields -> fields.length > 3 && fields[1].endsWith(ending) && fields[3].equals("0A"));
            } catch (IOException | UncheckedIOException e) {
                return false; // this kernel has no such sockets
            }
        });
    }

    /// The listening sockets in the network of the process.
    private Set<String> listening(long pid) {
        var sockets = new HashSet<String>();
        for (var table : TABLES) {
            try (var lines = Files.lines(root.resolve("/proc/" + pid + "/net/" + table.file()))) {
                lines.map(line -> line.strip().split("\\s+"))
                        .filter(fields -> fields.length > Math.max(table.state(), table.inode()))
                        .filter(fields -> fields[table.state()].equals(table.listens()))
                        .forEach(fields -> sockets.add("socket:[" + fields[table.inode()] + "]"));
            } catch (IOException | UncheckedIOException e) {
                // it has ended, or this kernel has no such sockets
            }
        }
        return sockets;
    }

    /// Inodes of the sockets that the process has open.
    public Set<String> of(long pid) {
        return new HashSet<>(descriptors(pid).values());
    }

    private Map<String, String> descriptors(long pid) {
        var sockets = new HashMap<String, String>();
        try (var descriptors = Files.newDirectoryStream(root.resolve("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                var target = target(descriptor);
                if (isPassable(target)) {
                    sockets.put(descriptor.getFileName().toString(), target);
                }
            }
        } catch (IOException e) {
            // it has ended
        }
        return sockets;
    }

    private static boolean isPassable(String target) {
        return target.startsWith("socket:")
                || (target.startsWith("/") && !target.startsWith("/sys/fs/cgroup") && !OF_EVERYBODY.contains(target));
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
