package dev.underway.agent.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// What this machine is, as people see it in the fleet's table.
public final class Facts {
    private Facts() {}

    /// `os`, `osId`, `osVersion`, `kernel`, `architecture`, `hostname`, `ip`, `systemd` and `agent`; what cannot be
    /// read is absent. `ip` is the address from which `server` is reached. `systemdVersion` is empty when it is not
    /// known.
    public static Map<String, String> read(Path root, URI server, String systemdVersion, String agentVersion) {
        var facts = new TreeMap<String, String>();
        var os = osRelease(root);
        put(facts, "os", os.getOrDefault("PRETTY_NAME", ""));
        put(facts, "osId", os.getOrDefault("ID", ""));
        put(facts, "osVersion", os.getOrDefault("VERSION_ID", ""));
        put(facts, "kernel", System.getProperty("os.version", ""));
        put(facts, "architecture", System.getProperty("os.arch", ""));
        put(facts, "hostname", firstLine(Path.of("/proc/sys/kernel/hostname")));
        put(facts, "ip", addressTowards(server));
        put(facts, "systemd", systemdVersion);
        put(facts, "agent", agentVersion);
        return facts;
    }

    private static void put(Map<String, String> facts, String name, String value) {
        if (!value.isBlank()) {
            facts.put(name, value.strip());
        }
    }

    /// os-release(5): shell-like assignments, values perhaps in quotes.
    private static Map<String, String> osRelease(Path root) {
        var values = new TreeMap<String, String>();
        for (var place : new String[] {"etc/os-release", "usr/lib/os-release"}) {
            try (var lines = Files.lines(root.resolve(place), StandardCharsets.UTF_8)) {
                lines.filter(line -> line.indexOf('=') > 0 && !line.startsWith("#"))
                        .forEach(line -> {
                            int equals = line.indexOf('=');
                            values.put(
                                    line.substring(0, equals),
                                    line.substring(equals + 1).replaceAll("^[\"']|[\"']$", ""));
                        });
                return values;
            } catch (IOException | UncheckedIOException e) {
                values.clear();
            }
        }
        return values;
    }

    private static String firstLine(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /// Connecting a datagram socket sends nothing; the kernel only picks the route.
    private static String addressTowards(URI server) {
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(server.getHost(), Math.max(server.getPort(), 1)));
            return socket.getLocalAddress().isAnyLocalAddress()
                    ? ""
                    : socket.getLocalAddress().getHostAddress();
        } catch (SocketException | UncheckedIOException | IllegalArgumentException e) {
            return "";
        }
    }
}
