package dev.underway.agent.execute;

import dev.underway.agent.host.HostRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// Which sockets a process has open, as the kernel says (proc(5)): a service can start well without the descriptors
/// that it should have been given (measured: LISTEN_FDS=0 after systemd lost its socket).
final class SocketFiles {
    private static final int SYSTEMD = 1;

    private final HostRoot root;

    SocketFiles(HostRoot root) {
        this.root = root;
    }

    /// Inodes of the sockets that systemd and the process both hold: the listening ones. Empty when the process has
    /// ended.
    Set<String> sharedWithSystemd(long pid) {
        var shared = of(pid);
        shared.retainAll(of(SYSTEMD));
        return shared;
    }

    private Set<String> of(long pid) {
        var sockets = new HashSet<String>();
        try (var descriptors = Files.newDirectoryStream(root.resolve("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                var target = target(descriptor);
                if (target.startsWith("socket:")) {
                    sockets.add(target);
                }
            }
        } catch (IOException e) {
            // it has ended
        }
        return sockets;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
