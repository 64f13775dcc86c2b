package dev.underway.agent.execute;

import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.systemd.FakeSystemd;
import dev.underway.plan.Step.Adjust;
import java.nio.file.Path;
import java.util.Arrays;

/// Adjusts a socket of the host that it runs on, with nothing but this project's own classes.
final class OpenSocketsProgram {
    private OpenSocketsProgram() {}

    /// @param words the unit, lines that say where it listens, and settings such as `Backlog=77`
    public static void main(String... words) throws Exception {
        var lines = Arrays.stream(words).skip(1).collect(partitioningBy(word -> word.startsWith("Listen")));
        var settings = lines.get(false).stream()
                .collect(toMap(
                        word -> word.substring(0, word.indexOf('=')), word -> word.substring(word.indexOf('=') + 1)));
        var listens = lines.get(true).stream().collect(toSet());
        var sockets = new OpenSockets(HostRoot.SYSTEM, new FakeSystemd(Path.of("/etc/systemd/system")));
        var outcome = sockets.adjust(new Adjust(words[0], listens, settings, "for the test"));
        System.out.println("adjusted: " + outcome.result() + " " + outcome.message());
    }
}
