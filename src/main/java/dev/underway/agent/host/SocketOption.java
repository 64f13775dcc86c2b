package dev.underway.agent.host;

/// Options of sockets with a number for a value: socket(7), tcp(7). Their numbers are those of x86-64 and
/// AArch64.
public enum SocketOption {
    TYPE(SocketOption.SOCKET, 3),
    PROTOCOL(SocketOption.SOCKET, 38),
    /// Whether the socket listens.
    ACCEPTS(SocketOption.SOCKET, 30),
    KEEP_ALIVE(SocketOption.SOCKET, 9),
    PRIORITY(SocketOption.SOCKET, 12),
    NO_DELAY(SocketOption.TCP, 1),
    /// Seconds.
    KEEP_IDLE(SocketOption.TCP, 4),
    /// Seconds.
    KEEP_INTERVAL(SocketOption.TCP, 5),
    KEEP_COUNT(SocketOption.TCP, 6),
    /// Seconds, which the kernel rounds up to the times at which it asks again.
    DEFER_ACCEPT(SocketOption.TCP, 9);

    private static final int SOCKET = 1;
    private static final int TCP = 6;

    private final int level;
    private final int number;

    SocketOption(int level, int number) {
        this.level = level;
        this.number = number;
    }

    /// Whether only TCP knows it.
    public boolean isOfTcp() {
        return level == TCP;
    }

    int level() {
        return level;
    }

    int number() {
        return number;
    }
}
