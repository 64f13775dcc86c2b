package dev.underway.testing.disk;

import dev.underway.testing.disk.Operation.Create;
import dev.underway.testing.disk.Operation.HardLink;
import dev.underway.testing.disk.Operation.MakeDirectory;
import dev.underway.testing.disk.Operation.Mode;
import dev.underway.testing.disk.Operation.Owner;
import dev.underway.testing.disk.Operation.Remove;
import dev.underway.testing.disk.Operation.Rename;
import dev.underway.testing.disk.Operation.Symlink;
import dev.underway.testing.disk.Operation.SyncDirectory;
import dev.underway.testing.disk.Operation.SyncFile;
import dev.underway.testing.disk.Operation.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A disk of which is known what a loss of power may take, as fsync(2) has it: the bytes of a file are safe when the
/// file was synced, and its name when the directory was. Of directories that were not synced any may be as they are
/// or as they were.
public final class SyncedDisk {
    private final Directory root = new Directory(0755);

    /// What a loss of power takes of what was not synced. Names are lost of all directories but `kept`.
    public record Loss(boolean bytes, Set<String> kept) {}

    private sealed interface Node {}

    private record Link(String target) implements Node {}

    private static final class File implements Node {
        private byte[] now = {};
        private byte[] synced = {};
        private int mode;

        File(int mode) {
            this.mode = mode;
        }
    }

    private static final class Directory implements Node {
        private final Map<String, Node> now = new TreeMap<>();
        private Map<String, Node> synced = Map.of();
        private int mode;

        Directory(int mode) {
            this.mode = mode;
        }
    }

    /// The disk as it is, all of it synced.
    public static SyncedDisk of(Path root) throws IOException {
        var disk = new SyncedDisk();
        read(root, disk.root);
        return disk;
    }

    private static void read(Path place, Directory directory) throws IOException {
        try (var entries = Files.list(place)) {
            for (var entry : entries.toList()) {
                directory.now.put(entry.getFileName().toString(), read(entry));
            }
        }
        directory.synced = Map.copyOf(directory.now);
    }

    private static Node read(Path place) throws IOException {
        if (Files.isSymbolicLink(place)) {
            return new Link(Files.readSymbolicLink(place).toString());
        }
        int mode = (Integer) Files.getAttribute(place, "unix:mode") & 07777;
        if (Files.isDirectory(place)) {
            var directory = new Directory(mode);
            read(place, directory);
            return directory;
        }
        var file = new File(mode);
        file.now = Files.readAllBytes(place);
        file.synced = file.now;
        return file;
    }

    public void apply(Operation operation) {
        switch (operation) {
            case Create create -> above(create.path()).now.put(last(create.path()), new File(create.mode()));
            case Write write -> {
                var file = (File) node(write.path());
                int end = (int) write.position() + write.bytes().length;
                file.now = Arrays.copyOf(file.now, Math.max(end, file.now.length));
                System.arraycopy(write.bytes(), 0, file.now, (int) write.position(), write.bytes().length);
            }
            case Mode mode -> {
                switch (node(mode.path())) {
                    case File file -> file.mode = mode.mode();
                    case Directory directory -> directory.mode = mode.mode();
                    case Link _ -> throw new IllegalStateException(mode + " of a link");
                }
            }
            case Owner _ -> {}
            case MakeDirectory make -> above(make.path()).now.put(last(make.path()), new Directory(0755));
            case Symlink link -> above(link.path()).now.put(last(link.path()), new Link(link.target()));
            case HardLink link -> above(link.path()).now.put(last(link.path()), node(link.existing()));
            case Rename rename -> {
                var node = node(rename.from());
                above(rename.from()).now.remove(last(rename.from()));
                above(rename.path()).now.put(last(rename.path()), node);
            }
            case Remove remove -> {
                // One that is not empty is not removed.
                if (!(node(remove.path()) instanceof Directory directory) || directory.now.isEmpty()) {
                    above(remove.path()).now.remove(last(remove.path()));
                }
            }
            case SyncFile sync -> {
                var file = (File) node(sync.path());
                file.synced = file.now;
            }
            case SyncDirectory sync -> {
                var directory = (Directory) node(sync.path());
                directory.synced = Map.copyOf(directory.now);
            }
        }
    }

    /// The directories whose entries are not all safe.
    public Set<String> unsynced() {
        var unsynced = new TreeSet<String>();
        unsynced("", root, unsynced);
        return unsynced;
    }

    private static void unsynced(String path, Directory directory, Set<String> unsynced) {
        if (!directory.now.equals(directory.synced)) {
            unsynced.add(path);
        }
        directory.now.forEach((name, node) -> {
            if (node instanceof Directory below) {
                unsynced(path + "/" + name, below, unsynced);
            }
        });
    }

    /// What is there after a loss of power: by path, a word for what it is, in which equal words mean equal things.
    public Map<String, String> after(Loss loss) {
        var left = new TreeMap<String, String>();
        walk(
                "",
                root,
                loss,
                (path, node, bytes) -> left.put(
                        path,
                        switch (node) {
                            case Link link -> "-> " + link.target();
                            case Directory directory -> "directory " + Integer.toOctalString(directory.mode);
                            case File file ->
                                Integer.toOctalString(file.mode) + " " + Arrays.hashCode(bytes) + " " + bytes.length;
                        }));
        return left;
    }

    /// Makes the same in an empty directory.
    public void restore(Loss loss, Path into) throws IOException {
        walk("", root, loss, (path, node, bytes) -> {
            var place = into.resolve(path.substring(1));
            switch (node) {
                case Link link -> Files.createSymbolicLink(place, Path.of(link.target()));
                case Directory _ -> Files.createDirectory(place);
                case File _ -> Files.write(place, bytes);
            }
            int mode =
                    node instanceof File file ? file.mode : node instanceof Directory directory ? directory.mode : -1;
            if (mode >= 0) {
                Files.setPosixFilePermissions(place, WatchedAttributes.permissions(mode));
            }
        });
    }

    private interface Visit<E extends Exception> {
        void of(String path, Node node, byte[] bytes) throws E;
    }

    private static <E extends Exception> void walk(String path, Directory directory, Loss loss, Visit<E> visit)
            throws E {
        var entries = loss.kept().contains(path) ? directory.now : new TreeMap<>(directory.synced);
        for (var entry : entries.entrySet()) {
            String below = path + "/" + entry.getKey();
            var node = entry.getValue();
            var bytes = node instanceof File file ? loss.bytes() ? file.synced : file.now : new byte[0];
            visit.of(below, node, bytes);
            if (node instanceof Directory inner) {
                walk(below, inner, loss, visit);
            }
        }
    }

    private Directory above(String path) {
        return (Directory) node(path.substring(0, path.lastIndexOf('/')));
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private Node node(String path) {
        Node node = root;
        for (var name : path.split("/")) {
            if (!name.isEmpty()) {
                node = node instanceof Directory directory ? directory.now.get(name) : null;
            }
        }
        if (node == null) {
            throw new IllegalStateException("there is no " + path);
        }
        return node;
    }
}
