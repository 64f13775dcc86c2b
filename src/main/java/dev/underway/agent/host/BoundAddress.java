package dev.underway.agent.host;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where a socket is bound, in one form for what a unit's file says (systemd.socket(5)) and what the kernel
/// does.
///
/// @param name a path, an abstract name with `@` before it, or a numeric address and its port
public record BoundAddress(Kind kind, String name) {
    private static final int LOCAL = 1;
    private static final int IPV4 = 2;
    private static final int IPV6 = 10;

    /// What the system's manager makes of specifiers that do not depend on the unit: systemd.unit(5).
    private static final Map<String, String> SPECIFIERS = Map.of(
            "%%",
            "%",
            "%t",
            "/run",
            "%S",
            "/var/lib",
            "%C",
            "/var/cache",
            "%L",
            "/var/log",
            "%E",
            "/etc",
            "%T",
            "/tmp",
            "%V",
            "/var/tmp");

    private static final Pattern SPECIFIER = Pattern.compile("%.");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final Pattern IPV4_PORT = Pattern.compile("(?<host>\\d[\\d.]*):(?<port>\\d{1,5})");
    private static final Pattern IPV6_PORT =
            Pattern.compile("\\[(?<host>[0-9a-fA-F:.]+)](:(?<port>\\d{1,5}))(%(?<scope>[^/\\s]+))?");

    /// By what it is listened to.
    public enum Kind {
        STREAM("ListenStream", 1),
        DATAGRAM("ListenDatagram", 2),
        SEQUENTIAL("ListenSequentialPacket", 5),
        /// Not a socket.
        FIFO("ListenFIFO", 0);

        private final String directive;
        private final int type;

        Kind(String directive, int type) {
            this.directive = directive;
            this.type = type;
        }

        /// Whether connections are made to it, listen(2).
        public boolean takesConnections() {
            return this == STREAM || this == SEQUENTIAL;
        }
    }

    /// Whether it has a place in the file system, with an owner and a mode.
    public boolean isPath() {
        return name.startsWith("/");
    }

    /// What a line such as `ListenStream=8080` may have become, the likelier first: a port alone is bound in
    /// IPv6 where the host has that. Empty for what this cannot tell.
    ///
    /// @param root of the host whose network devices a scope names
    public static List<BoundAddress> of(String listen, HostRoot root) {
        for (var kind : Kind.values()) {
            if (listen.startsWith(kind.directive + "=")) {
                var value = listen.substring(kind.directive.length() + 1).strip();
                return names(expanded(value), root).stream()
                        .map(name -> new BoundAddress(kind, name))
                        .toList();
            }
        }
        return List.of();
    }

    private static String expanded(String value) {
        return SPECIFIER.matcher(value).replaceAll(found -> SPECIFIERS.getOrDefault(found.group(), found.group()));
    }

    private static List<String> names(String value, HostRoot root) {
        if (value.startsWith("/")) {
            var path = Path.of(value).normalize().toString();
            return List.of(path.startsWith("/var/run/") ? path.substring("/var".length()) : path);
        }
        if (value.startsWith("@")) {
            return List.of(value);
        }
        try {
            if (PORT.matcher(value).matches()) {
                int port = Integer.parseInt(value);
                return List.of(
                        name(Inet6Address.ofLiteral("::"), port, 0), name(Inet4Address.ofLiteral("0.0.0.0"), port, 0));
            }
            var four = IPV4_PORT.matcher(value);
            if (four.matches()) {
                return List.of(
                        name(Inet4Address.ofLiteral(four.group("host")), Integer.parseInt(four.group("port")), 0));
            }
            var six = IPV6_PORT.matcher(value);
            if (six.matches()) {
                var scope = six.group("scope");
                return List.of(name(
                        Inet6Address.ofLiteral(six.group("host")),
                        Integer.parseInt(six.group("port")),
                        scope == null ? 0 : index(scope, root)));
            }
        } catch (IllegalArgumentException | IOException e) {
            // no address, or of a device that is not there: nothing is bound to it
        }
        return List.of();
    }

    /// The number of a network device, which may be said by its number.
    private static int index(String device, HostRoot root) throws IOException {
        return Integer.parseInt(
                PORT.matcher(device).matches()
                        ? device
                        : Files.readString(root.resolve("/sys/class/net/" + device + "/ifindex"))
                                .strip());
    }

    private static String name(InetAddress host, int port, int scope) {
        return host.getHostAddress() + (scope == 0 ? "" : "%" + scope) + " " + port;
    }

    /// What the kernel says of a socket.
    ///
    /// @param type of the socket, socket(2)
    /// @param address struct sockaddr of its family; empty for one that is not bound, and for other families
    static Optional<BoundAddress> of(int type, byte[] address) {
        return kind(type).flatMap(kind -> name(address).map(name -> new BoundAddress(kind, name)));
    }

    private static Optional<Kind> kind(int type) {
        for (var kind : Kind.values()) {
            if (kind != Kind.FIFO && kind.type == type) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> name(byte[] address) {
        var bytes = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
        if (bytes.remaining() <= Short.BYTES) {
            return Optional.empty();
        }
        int family = bytes.getShort();
        return switch (family) {
            case LOCAL -> Optional.of(local(bytes));
            case IPV4, IPV6 -> {
                int port = Short.toUnsignedInt(bytes.order(ByteOrder.BIG_ENDIAN).getShort());
                var host = new byte[family == IPV4 ? 4 : 16];
                bytes.position(family == IPV4 ? 4 : 8).get(host);
                int scope = family == IPV4
                        ? 0
                        : bytes.order(ByteOrder.nativeOrder()).getInt();
                try {
                    yield Optional.of(name(InetAddress.getByAddress(host), port, scope));
                } catch (UnknownHostException e) {
                    throw new IllegalStateException(e); // it has 4 or 16 bytes
                }
            }
            default -> Optional.empty();
        };
    }

    /// unix(7): a path ends with a zero, an abstract name begins with one.
    private static String local(ByteBuffer bytes) {
        var text = StandardCharsets.UTF_8.decode(bytes).toString();
        if (text.startsWith("\0")) {
            return "@" + text.substring(1);
        }
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }
}
