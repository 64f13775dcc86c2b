package dev.underway.agent.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The processes of the host, and the control groups that systemd has put them into (proc(5), cgroups(7)).
public record ProcessTable(HostRoot root) {

    /// Which of `units` the process was started for; empty when it is none of these, or has ended. A group keeps its
    /// name when its unit gets another one.
    public Optional<String> startedFor(long pid, Set<String> units) {
        try {
            var file = root.resolve("/proc/" + pid + "/cgroup");
            return Files.readString(file, StandardCharsets.ISO_8859_1)
                    .lines()
                    .map(line -> line.substring(line.lastIndexOf('/') + 1))
                    .filter(units::contains)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// All there are at this moment.
    public List<Long> all() throws IOException {
        var pids = new ArrayList<Long>();
        try (var found = Files.newDirectoryStream(root.resolve("/proc"), "[1-9]*")) {
            for (Path each : found) {
                pids.add(Long.valueOf(each.getFileName().toString()));
            }
        }
        return pids;
    }

    /// The number that a process of the host has here: another one when the host is seen from outside.
    ///
    /// Throws NoSuchFileException when it has ended.
    public long here(long pid) throws IOException {
        if (root.equals(HostRoot.SYSTEM)) {
            return pid;
        }
        var place = root.resolve("/proc/" + pid + "/ns/pid");
        var namespace = Files.readSymbolicLink(place).toString();
        for (long each : new ProcessTable(HostRoot.SYSTEM).all()) {
            if (innermost(each) == pid && namespace(each).equals(namespace)) {
                return each;
            }
        }
        throw new NoSuchFileException(place.toString());
    }

    /// The number of a process of this machine in the innermost namespace that it is in; 0 when it has ended.
    private static long innermost(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.startsWith("NSpid:"))
                    .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf('\t') + 1)))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /// Empty when it has ended.
    private static String namespace(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
