package dev.underway.agent.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// Writes that a power cut leaves either undone or whole: temporary file in the same directory, fsync, rename, fsync of
/// the directory.
public final class Durable {
    private static final String TEMPORARY = ".new";

    private Durable() {}

    /// Replaces `file` by `bytes`; permissions 0600.
    public static void write(Path file, byte[] bytes) throws IOException {
        var temporary = file.resolveSibling("." + file.getFileName() + TEMPORARY);
        Files.deleteIfExists(temporary);
        try {
            create(temporary, bytes);
            rename(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
        syncDirectory(directoryOf(file));
    }

    /// Whether [#write] makes files of this name on the way.
    static boolean isTemporary(Path file) {
        var name = String.valueOf(file.getFileName());
        return name.startsWith(".") && name.endsWith(TEMPORARY);
    }

    /// A new file with permissions 0600 whose bytes are on disk when this returns. Fails if anything is there already,
    /// a symlink included.
    public static void create(Path file, byte[] bytes) throws IOException {
        create(file, bytes, created -> {});
    }

    /// As [#create(Path, byte[])], with owner and permissions set by `attributes` before the bytes are synced.
    static void create(Path file, byte[] bytes, Attributes attributes) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        var mode = PosixFilePermissions.asFileAttribute(permissions(0600));
        try (var channel = FileChannel.open(file, options, mode)) {
            for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
                channel.write(buffer);
            }
            attributes.set(file);
            channel.force(true);
        }
    }

    interface Attributes {
        void set(Path file) throws IOException;
    }

    interface Action {
        void run() throws IOException;
    }

    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Makes renames, creations and removals in `directory` survive a power cut.
    public static void syncDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// The nine permission bits as the JDK wants them.
    public static Set<PosixFilePermission> permissions(int mode) {
        var all = PosixFilePermission.values();
        var set = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < all.length; bit++) {
            if ((mode & (0400 >> bit)) != 0) {
                set.add(all[bit]);
            }
        }
        return set;
    }

    public static Path directoryOf(Path file) {
        var parent = file.toAbsolutePath().getParent();
        return parent == null ? Path.of("/") : parent;
    }
}
