package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Describe;
import dev.underway.model.schema.Limit;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What stands in front of a service that binds its own port, so that a new process can take over from an old one: two
/// hops of systemd-socket-proxyd(8), of which the first is never restarted.
///
/// ```
/// client → redis-proxy.service → /run/underway-proxy/redis.service/current → 6381.sock
///                                                                          → redis-proxy-6381.service → 127.0.0.1:6381
/// ```
///
/// `current` is a symlink that one rename points to another port. Connections that are open stay where they are: what
/// serves one port ends by itself when nobody uses it any more, and the old process is told to stop only then, or when
/// [#drainOrDefault] is over.
@Describe("A proxy in front of a service that binds its own port. Costs two local hops, and the service sees every"
        + " client as 127.0.0.1.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Proxy(
        @Describe("Where clients connect: a port, or an address such as 127.0.0.1:6379.")
        ListenAddress listen,

        @Describe(
                "TCP ports on 127.0.0.1, two at least: each process gets one that is free, as PORT in its environment.")
        @Limit(maxItems = 8)
        List<Integer> ports,

        @Describe("Most connections at a time; one more is closed at once. Default 4096.")
        @Limit(minimum = 1, maximum = 65535)
        @Nullable
        Integer maxConnections,

        @Describe("How long an old process is kept for the connections that it has. Default 30s.") @Nullable
        Duration drain) {
    public static final int MAX_CONNECTIONS = 4096;
    public static final Duration DRAIN = Duration.ofSeconds(30);

    private static final String RUN = "/run/underway-proxy/";
    private static final Pattern WITH_PORT = Pattern.compile(".*-[0-9a-f]{10}-p(\\d{1,5})(-\\d+)?\\.service");

    public int maxConnectionsOrDefault() {
        return maxConnections == null ? MAX_CONNECTIONS : maxConnections;
    }

    public Duration drainOrDefault() {
        return drain == null ? DRAIN : drain;
    }

    /// The symlink that says which port is current.
    public static String current(String service) {
        return RUN + service + "/current";
    }

    /// What [#current] points to when the process on this port serves, relative to its directory.
    public static String target(int port) {
        return port + ".sock";
    }

    /// Where connections for this port arrive.
    static String path(String service, int port) {
        return RUN + service + "/" + target(port);
    }

    /// All services that the proxy of `service` consists of.
    public Stream<String> services(String service) {
        return Stream.concat(Stream.of(front(service)), ports.stream().map(port -> service(service, port)));
    }

    /// The service that is never restarted.
    public static String front(String service) {
        return bare(service) + "-proxy.service";
    }

    /// The socket that holds the address.
    public static String socket(String service) {
        return bare(service) + "-proxy.socket";
    }

    /// The socket in front of one port.
    public static String socket(String service, int port) {
        return bare(service) + "-proxy-" + port + ".socket";
    }

    /// The unit that passes connections on to one port; it runs only while there are any.
    public static String service(String service, int port) {
        return bare(service) + "-proxy-" + port + ".service";
    }

    /// The port that an instance is named for, 0 when it is for none.
    public static int port(String instance) {
        var match = WITH_PORT.matcher(instance);
        return match.matches() ? Integer.parseInt(match.group(1)) : 0;
    }

    static String bare(String service) {
        return service.substring(0, service.lastIndexOf('.'));
    }
}
