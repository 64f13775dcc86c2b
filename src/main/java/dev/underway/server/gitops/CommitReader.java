package dev.underway.server.gitops;

import dev.underway.model.Manifests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jgit.ignore.IgnoreNode;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/// Reads the manifests of a commit: all `*.yaml`, `*.yml` and `*.json` below a directory, but for hidden ones and those
/// that [#IGNORE_FILE] in that directory names, in the syntax of gitignore(5).
///
/// What was parsed is remembered by the content's id, so that a commit costs what it changed.
final class CommitReader {
    static final String IGNORE_FILE = ".underwayignore";

    /// Most files of manifests.
    private static final int MOST_FILES = 10_000;

    /// Most bytes of all files of manifests together.
    private static final long MOST_BYTES = 64L << 20;

    /// Most files and directories of any kind that are looked at.
    private static final int MOST_ENTRIES = 200_000;

    /// Directories within directories.
    private static final int DEEPEST = 64;

    private static final int LARGEST_IGNORE_FILE = 64 << 10;

    /// A rule is tried on every entry, and one of many `**` takes long.
    private static final int MOST_IGNORE_RULES = 500;

    private static final Pattern TOO_INTRICATE = Pattern.compile("(?:[^*]*\\*){9}.*|.{513,}");

    /// More complaints than a person mends at a time.
    private static final int MOST_PROBLEMS = 200;

    private static final Set<String> KUSTOMIZATIONS =
            Set.of("kustomization.yaml", "kustomization.yml", "kustomization");

    private final Memory memory = new Memory();

    /// What a commit holds.
    ///
    /// @param found whether the directory is there
    /// @param manifests all of them, in the order of files; none of a file with problems
    record Content(boolean found, List<Manifest> manifests, List<Problem> problems) {
        static final Content NOTHING = new Content(false, List.of(), List.of());
    }

    /// @param directory as of [dev.underway.model.GitSourceSpec#directory]
    /// @param namespace of objects that name none
    Content read(Repository repository, ObjectId commit, String directory, String namespace) throws IOException {
        try (var reader = repository.newObjectReader();
                var walk = new RevWalk(reader)) {
            var tree = walk.parseCommit(commit).getTree();
            if (directory.isEmpty()) {
                return new Reading(reader, directory, namespace).read(tree);
            }
            try (var at = TreeWalk.forPath(reader, directory, tree)) {
                if (at == null) {
                    return Content.NOTHING;
                }
                if (!FileMode.TREE.equals(at.getRawMode(0))) {
                    var problem = Problem.of(directory, "is spec.path of the source, and is no directory");
                    return new Content(true, List.of(), List.of(problem));
                }
                return new Reading(reader, directory, namespace).read(at.getObjectId(0));
            }
        }
    }

    /// One look at one commit.
    private final class Reading {
        private final ObjectReader reader;
        private final String directory;
        private final String namespace;
        private final List<Manifest> manifests = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();
        private int entries;
        private int files;
        private long bytes;
        private boolean full;

        Reading(ObjectReader reader, String directory, String namespace) {
            this.reader = reader;
            this.directory = directory;
            this.namespace = namespace;
        }

        Content read(ObjectId tree) throws IOException {
            var ignored = ignored(tree);
            try (var walk = new TreeWalk(reader)) {
                walk.addTree(tree);
                while (!full && problems.size() < MOST_PROBLEMS && walk.next()) {
                    if (++entries > MOST_ENTRIES || walk.getDepth() > DEEPEST) {
                        problem(
                                "",
                                "more than " + MOST_ENTRIES + " files, or directories more than " + DEEPEST
                                        + " deep; let spec.path name the directory of the manifests");
                        break;
                    }
                    var path = walk.getPathString();
                    boolean folder = walk.isSubtree();
                    if (walk.getNameString().startsWith(".") || isIgnored(ignored, path, folder)) {
                        continue;
                    }
                    if (folder) {
                        walk.enterSubtree();
                    } else {
                        entry(walk, directory.isEmpty() ? path : directory + "/" + path);
                    }
                }
            }
            return new Content(true, List.copyOf(manifests), List.copyOf(problems));
        }

        private void entry(TreeWalk walk, String file) throws IOException {
            var name = walk.getNameString().toLowerCase(Locale.ROOT);
            int mode = walk.getRawMode(0);
            if (FileMode.GITLINK.equals(mode)) {
                problem(
                        file,
                        "is a submodule, which is not followed; copy its manifests, or name it in " + IGNORE_FILE);
            } else if (FileMode.SYMLINK.equals(mode)) {
                problem(
                        file,
                        "is a symbolic link, which is not followed; put the file itself here, or name it in "
                                + IGNORE_FILE);
            } else if (KUSTOMIZATIONS.contains(name)) {
                problem(
                        file,
                        "kustomizations are not supported yet; commit what 'kustomize build' prints, and name the"
                                + " rest in " + IGNORE_FILE);
            } else if (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json")) {
                manifest(walk.getObjectId(0), file);
            }
        }

        private void manifest(ObjectId blob, String file) throws IOException {
            long size = reader.getObjectSize(blob, Constants.OBJ_BLOB);
            bytes += size;
            files++;
            if (size > Manifests.MAX_BYTES) {
                problem(
                        file,
                        "has " + size + " bytes, a file of manifests at most " + Manifests.MAX_BYTES
                                + "; divide it, or name it in " + IGNORE_FILE);
                return;
            }
            if (files > MOST_FILES || bytes > MOST_BYTES) {
                problem(
                        "",
                        "more than " + MOST_FILES + " files or " + (MOST_BYTES >> 20)
                                + " MiB of manifests; divide them among several sources by spec.path");
                full = true;
                return;
            }
            var parsed = memory.get(new Remembered(file, namespace, blob.copy()));
            if (parsed == null) {
                parsed = ManifestReader.read(file, reader.open(blob).getBytes(Manifests.MAX_BYTES), namespace);
                memory.put(new Remembered(file, namespace, blob.copy()), parsed, size);
            }
            manifests.addAll(parsed.manifests());
            problems.addAll(parsed.problems());
        }

        private void problem(String file, String message) {
            problems.add(Problem.of(file, message));
        }

        private IgnoreNode ignored(ObjectId tree) throws IOException {
            var node = new IgnoreNode();
            try (var at = TreeWalk.forPath(reader, IGNORE_FILE, tree)) {
                if (at != null && at.getFileMode(0).getObjectType() == Constants.OBJ_BLOB) {
                    if (reader.getObjectSize(at.getObjectId(0), Constants.OBJ_BLOB) > LARGEST_IGNORE_FILE) {
                        problem(IGNORE_FILE, "has more than " + LARGEST_IGNORE_FILE + " bytes");
                    } else {
                        rules(node, reader.open(at.getObjectId(0)).getBytes(LARGEST_IGNORE_FILE));
                    }
                }
            }
            return node;
        }

        private void rules(IgnoreNode node, byte[] text) throws IOException {
            var rules = new String(text, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
            if (rules.size() > MOST_IGNORE_RULES
                    || rules.stream()
                            .anyMatch(rule -> TOO_INTRICATE.matcher(rule).matches())) {
                problem(
                        IGNORE_FILE,
                        "has more than " + MOST_IGNORE_RULES
                                + " rules, or one with more than 512 characters or 8 stars");
            } else {
                node.parse(new ByteArrayInputStream(text));
            }
        }

        private static boolean isIgnored(IgnoreNode node, String path, boolean folder) {
            return node.isIgnored(path, folder) == IgnoreNode.MatchResult.IGNORED;
        }
    }

    private record Remembered(String file, String namespace, ObjectId blob) {}

    /// The files that were parsed last, as many as have so many bytes together.
    private static final class Memory {
        private static final long MOST_BYTES = 16L << 20;

        private final LinkedHashMap<Remembered, Weighed> files = new LinkedHashMap<>(64, 0.75f, true);
        private long bytes;

        private record Weighed(ManifestReader.Parsed parsed, long bytes) {}

        synchronized ManifestReader.@Nullable Parsed get(Remembered key) {
            var found = files.get(key);
            return found == null ? null : found.parsed();
        }

        synchronized void put(Remembered key, ManifestReader.Parsed parsed, long size) {
            var before = files.put(key, new Weighed(parsed, size));
            bytes += size - (before == null ? 0 : before.bytes());
            while (bytes > MOST_BYTES && files.size() > 1) {
                bytes -= files.pollFirstEntry().getValue().bytes();
            }
        }
    }
}
