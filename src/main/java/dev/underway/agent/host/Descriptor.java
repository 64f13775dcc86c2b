package dev.underway.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file descriptor of this process, for what the JDK has no stream or channel for. Closing it leaves alone
/// what it is of, when others have that open too.
public final class Descriptor implements AutoCloseable {
    private final int number;

    private Descriptor(int number) {
        this.number = number;
    }

    /// A process of this machine, by its number here.
    static Descriptor ofProcess(long pid) throws KernelRefused {
        return new Descriptor(Kernel.openProcess(pid));
    }

    /// What a path of this machine leads to, whatever it is. It is neither opened nor connected to.
    static Descriptor of(Path path) throws KernelRefused {
        return new Descriptor(Kernel.open(path.toString()));
    }

    /// What a path of the host leads to without any symlink, whatever it is. It is neither opened nor connected
    /// to.
    public static Descriptor ofPath(HostRoot root, String path) throws KernelRefused {
        try (var directory = new Descriptor(Kernel.open(root.directory().toString()))) {
            return new Descriptor(Kernel.open(directory.number, path.substring(1)));
        }
    }

    /// What this process has open as `other`. Needs `CAP_SYS_PTRACE`.
    Descriptor copyOf(int other) throws KernelRefused {
        return new Descriptor(Kernel.copy(number, other));
    }

    /// Where the JDK finds what this is of, itself and whatever became of its name (proc_pid_fd(5)).
    public Path path() {
        return Path.of("/proc/self/fd/" + number);
    }

    /// The kernel's name for what this is of, such as `socket:[4711]`.
    String target() throws IOException {
        return Files.readSymbolicLink(path()).toString();
    }

    byte[] address() throws KernelRefused {
        return Kernel.address(number);
    }

    public int option(SocketOption option) throws KernelRefused {
        return Kernel.option(number, option.level(), option.number());
    }

    public void set(SocketOption option, int value) throws KernelRefused {
        Kernel.setOption(number, option.level(), option.number(), value);
    }

    /// @param backlog as listen(2) takes it: the kernel reads it without sign, and caps it
    /// (`net.core.somaxconn`)
    public void listen(int backlog) throws KernelRefused {
        Kernel.listen(number, backlog);
    }

    @Override
    public void close() throws KernelRefused {
        Kernel.close(number);
    }
}
