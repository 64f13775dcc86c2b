package dev.underway.e2e;

import dev.underway.testing.TestHost;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;

/// A unit on a host as systemd sees it at one moment. Times are microseconds of the host's monotonic clock.
record Unit(
        String name,
        String active,
        String sub,
        long mainPid,
        String invocation,
        long activeSince,
        long inactiveSince,
        int restarts) {

    static Unit on(TestHost host, String name) {
        var properties = Arrays.stream(host.exec(
                                "systemctl",
                                "show",
                                name,
                                "-p",
                                "ActiveState,SubState,MainPID,InvocationID,NRestarts,ActiveEnterTimestampMonotonic,"
                                        + "InactiveEnterTimestampMonotonic")
                        .split("\n"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        return new Unit(
                name,
                properties.get("ActiveState"),
                properties.get("SubState"),
                Long.parseLong(properties.getOrDefault("MainPID", "0")),
                properties.get("InvocationID"),
                Long.parseLong(properties.getOrDefault("ActiveEnterTimestampMonotonic", "0")),
                Long.parseLong(properties.getOrDefault("InactiveEnterTimestampMonotonic", "0")),
                Integer.parseInt(properties.getOrDefault("NRestarts", "0")));
    }

    boolean isActive() {
        return active.equals("active");
    }

    /// How long it was down before it came up the last time.
    Duration gap() {
        return Duration.ofNanos((activeSince - inactiveSince) * 1000);
    }
}
