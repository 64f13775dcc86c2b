package dev.underway.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The machine's own systemd as a reader of unit files: `systemd --test` loads units without being PID 1, logs what it
/// refuses or ignores and prints what it made of every unit. It refuses to run as root, so root gives up being root.
///
/// @param units by name: the printed properties, each with its values in order
/// @param log everything it complained about
public record OfflineSystemd(Map<String, Map<String, List<String>>> units, List<String> log) {
    private static final String SYSTEMD = "/usr/lib/systemd/systemd";

    /// Loads exactly these texts (by unit name) beside the units of the machine.
    public static OfflineSystemd load(Map<String, String> texts) throws IOException, InterruptedException {
        return load(texts, texts.keySet().stream().toList());
    }

    /// Loads the named units, of which some may have their text in `texts`.
    static OfflineSystemd load(Map<String, String> texts, List<String> names) throws IOException, InterruptedException {
        var directory = Files.createTempDirectory("units");
        try {
            for (var text : texts.entrySet()) {
                Files.writeString(directory.resolve(text.getKey()), text.getValue());
            }
            Files.writeString(
                    directory.resolve("all.target"),
                    "[Unit]\n"
                            + String.join(
                                    "",
                                    names.stream().map(n -> "Wants=" + n + "\n").toList()));
            readableByAll(directory);
            return run(directory);
        } finally {
            try (var files = Files.walk(directory)) {
                files.sorted((a, b) -> b.compareTo(a))
                        .forEach(path -> path.toFile().delete());
            }
        }
    }

    private static void readableByAll(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var files = Files.list(directory)) {
            for (var file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            }
        }
    }

    /// The values that systemd printed for a property of a unit.
    List<String> values(String unit, String property) {
        return units.getOrDefault(unit, Map.of()).getOrDefault(property, List.of());
    }

    /// What systemd said about the lines of the file of a unit.
    List<String> complaints(String unit) {
        return log.stream()
                .filter(line -> line.contains("/" + unit + ":") || line.startsWith(unit + ":"))
                .toList();
    }

    private static OfflineSystemd run(Path directory) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        command.addAll(List.of(SYSTEMD, "--test", "--system", "--no-pager", "--unit=all.target"));
        var errors = Files.createTempFile("systemd", ".log");
        var output = Files.createTempFile("systemd", ".out");
        try {
            var builder =
                    new ProcessBuilder(command).redirectError(errors.toFile()).redirectOutput(output.toFile());
            builder.environment()
                    .putAll(Map.of(
                            "SYSTEMD_UNIT_PATH",
                            directory + ":",
                            "SYSTEMD_LOG_TARGET",
                            "console",
                            "SYSTEMD_LOG_COLOR",
                            "0",
                            "XDG_RUNTIME_DIR",
                            directory.toString(),
                            "HOME",
                            directory.toString()));
            var process = builder.start();
            boolean ended = process.waitFor(2, TimeUnit.MINUTES);
            if (!ended) {
                process.destroyForcibly();
            }
            var log = read(errors);
            assertThat(ended && process.exitValue() == 0)
                    .describedAs("systemd --test works here; it said: %s", log)
                    .isTrue();
            return new OfflineSystemd(units(read(output)), log);
        } finally {
            Files.delete(errors);
            Files.delete(output);
        }
    }

    private static List<String> read(Path file) throws IOException {
        return List.of(new String(Files.readAllBytes(file), UTF_8).split("\n"));
    }

    private static Map<String, Map<String, List<String>>> units(List<String> lines) {
        var units = new TreeMap<String, Map<String, List<String>>>();
        Map<String, List<String>> unit = new HashMap<>();
        for (var line : lines) {
            if (line.startsWith("\t-> Unit ")) {
                unit = new HashMap<>();
                units.put(line.substring("\t-> Unit ".length(), line.length() - 1), unit);
            } else if (line.startsWith("\t\t") && line.contains(": ")) {
                var parts = line.strip().split(": ", 2);
                unit.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(parts.length == 2 ? parts[1] : "");
            }
        }
        return units;
    }

    /// The unit files that packages and the administrator put on this machine.
    static List<Path> shippedUnits() throws IOException {
        var files = new TreeMap<String, Path>();
        for (var directory : List.of("/usr/lib/systemd/system", "/etc/systemd/system")) {
            try (Stream<Path> entries = Files.list(Path.of(directory))) {
                entries.filter(Files::isRegularFile)
                        .filter(file -> !Files.isSymbolicLink(file))
                        .filter(file -> !file.getFileName().toString().contains(".dpkg-"))
                        .forEach(file -> files.put(file.getFileName().toString(), file));
            }
        }
        return List.copyOf(files.values());
    }
}
