package dev.underway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Manifests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The manifests that `-f` names: a file, every manifest in a directory (in the order of their names), or `-` for
/// standard input. All of them are read before anything is applied, so a typing error in the last file changes nothing.
final class ManifestFiles {
    private static final int MAX_FILES = 10_000;
    private static final Set<String> SUFFIXES = Set.of("yaml", "yml", "json");

    private ManifestFiles() {}

    /// One object and where it was written. `line` is the one at which its document starts.
    record Manifest(String file, int line, ObjectNode object) {
        String place() {
            return file + ": line " + line;
        }
    }

    static List<Manifest> read(List<String> arguments, boolean recursive, InputStream standardInput)
            throws CommandFailed {
        var manifests = new ArrayList<Manifest>();
        for (var argument : arguments) {
            try {
                if (argument.equals("-")) {
                    var bytes = standardInput.readNBytes(Manifests.MAX_BYTES + 1);
                    parse("standard input", bytes, manifests);
                    continue;
                }
                var path = Path.of(argument);
                for (var file : Files.isDirectory(path) ? filesOf(path, recursive) : List.of(path)) {
                    try (var in = Files.newInputStream(file)) {
                        parse(file.toString(), in.readNBytes(Manifests.MAX_BYTES + 1), manifests);
                    }
                }
            } catch (NoSuchFileException e) {
                throw new CommandFailed(Exit.FAILED, "there is no file " + e.getMessage());
            } catch (IOException e) {
                throw new CommandFailed(Exit.FAILED, "cannot read " + argument + ": " + e.getMessage());
            }
        }
        if (manifests.isEmpty()) {
            throw new CommandFailed(
                    Exit.FAILED,
                    "no manifest in " + String.join(", ", arguments) + " (looked for .yaml, .yml and .json)");
        }
        return manifests;
    }

    private static List<Path> filesOf(Path directory, boolean recursive) throws IOException, CommandFailed {
        try (var paths = Files.walk(directory, recursive ? 64 : 1)) {
            var files = paths.filter(p -> SUFFIXES.contains(suffix(p)) && Files.isRegularFile(p))
                    .sorted()
                    .limit(MAX_FILES + 1)
                    .toList();
            if (files.size() > MAX_FILES) {
                throw new CommandFailed(Exit.FAILED, directory + " has more than " + MAX_FILES + " manifests");
            }
            return files;
        }
    }

    private static String suffix(Path path) {
        var name = String.valueOf(path.getFileName());
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static void parse(String file, byte[] bytes, List<Manifest> manifests) throws CommandFailed {
        if (bytes.length > Manifests.MAX_BYTES) {
            throw new CommandFailed(
                    Exit.FAILED, file + " is longer than the limit of " + Manifests.MAX_BYTES + " bytes for one file");
        }
        try {
            for (var document : Manifests.read(new String(bytes, StandardCharsets.UTF_8))) {
                flatten(new Manifest(file, document.line(), document.body()), manifests);
            }
        } catch (Manifests.ManifestException e) {
            throw new CommandFailed(Exit.FAILED, file + ": " + e.getMessage());
        }
    }

    /// A `v1 List`, as `kubectl get -o yaml` prints it, stands for its items.
    private static void flatten(Manifest manifest, List<Manifest> manifests) throws CommandFailed {
        var object = manifest.object();
        if (!object.path("kind").asText().equals("List")) {
            manifests.add(manifest);
            return;
        }
        for (JsonNode item : object.path("items")) {
            if (!(item instanceof ObjectNode inner)) {
                throw new CommandFailed(Exit.FAILED, manifest.place() + ": items of a List must be mappings");
            }
            manifests.add(new Manifest(manifest.file(), manifest.line(), inner));
        }
    }
}
