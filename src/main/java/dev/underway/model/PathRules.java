package dev.underway.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;

/// Which paths a set may name. What a particular host allows is its owner's word and is decided there; here is only
/// what no host can want. Each rule answers with the sentence that says what is wrong and what to write.
final class PathRules {
    /// `PATH_MAX` and `NAME_MAX` of Linux, in bytes, without the closing NUL.
    private static final int MAX_PATH = 4095;

    private static final int MAX_NAME = 255;

    /// Directories whose content is the kernel's, systemd's or our own, or belongs to nobody; and what to do instead.
    private static final List<Denied> DENIED = List.of(
            new Denied("/proc", "belongs to the kernel; for kernel settings write a file below /etc/sysctl.d"),
            new Denied("/sys", "belongs to the kernel; for device settings write a file below /etc/udev/rules.d"),
            new Denied("/dev", "belongs to the kernel; for devices write a file below /etc/udev/rules.d"),
            new Denied("/run/systemd", "belongs to systemd; put units into spec.units"),
            new Denied("/run/udev", "belongs to udev; write a file below /etc/udev/rules.d"),
            new Denied("/etc/systemd/system", "holds the units; put the unit or its drop-in into spec.units"),
            new Denied("/etc/systemd/system.control", "belongs to systemd; put the drop-in into spec.units"),
            new Denied("/etc/systemd/system.attached", "belongs to systemd; put the unit into spec.units"),
            new Denied("/usr/local/lib/systemd/system", "holds units; put the unit into spec.units"),
            new Denied("/usr/lib/systemd/system", "holds the packages' units; put the unit into spec.units"),
            new Denied("/lib/systemd/system", "holds the packages' units; put the unit into spec.units"),
            new Denied("/etc/underway", "is the host owner's word about the agent; it is never written from here"),
            new Denied("/var/lib/underway", "is the agent's own state; it is never written from here"),
            new Denied("/tmp", "is writable by everybody; choose a directory such as /var/lib/<name>"),
            new Denied("/var/tmp", "is writable by everybody; choose a directory such as /var/lib/<name>"));

    private PathRules() {}

    private record Denied(String directory, String message) {
        boolean covers(String path) {
            return path.equals(directory) || path.startsWith(directory + "/");
        }
    }

    /// Whether a set may put something at `path`.
    static Optional<String> writable(String path) {
        return wellFormed(path)
                .or(() -> DENIED.stream()
                        .filter(denied -> denied.covers(path))
                        .findFirst()
                        .map(denied ->
                                Names.quoted(path) + " is refused: " + denied.directory() + " " + denied.message()));
    }

    /// Whether `path` is absolute and says where it leads: no `..`, `.`, empty parts or control characters.
    static Optional<String> wellFormed(String path) {
        var quoted = Names.quoted(path);
        if (!path.startsWith("/")) {
            return Optional.of(quoted + " is not absolute; begin it with /");
        }
        if (path.equals("/")) {
            return Optional.of("is the root of the file system; name a path below it");
        }
        if (path.chars().anyMatch(c -> c < ' ' || c == 0x7F)) {
            return Optional.of("has a control character; remove it");
        }
        if (path.endsWith("/")) {
            return Optional.of(quoted + " ends in a slash; name the file itself");
        }
        return parts(path, quoted);
    }

    private static Optional<String> parts(String path, String quoted) {
        for (var part : path.substring(1).split("/", -1)) {
            if (part.isEmpty()) {
                return Optional.of(quoted + " has an empty part; write a single / between parts");
            }
            if (part.equals("..") || part.equals(".")) {
                return Optional.of(quoted + " has a part " + part + "; write the path that it leads to");
            }
            if (part.getBytes(UTF_8).length > MAX_NAME) {
                return Optional.of(quoted + " has a part of more than " + MAX_NAME + " bytes; shorten it");
            }
        }
        return path.getBytes(UTF_8).length > MAX_PATH
                ? Optional.of("is longer than " + MAX_PATH + " bytes; shorten it")
                : Optional.empty();
    }
}
