package dev.underway.testing.disk;

/// One change of a disk, or one sync of it. Paths are those of the host, such as `/etc/app.conf`.
public sealed interface Operation {
    String path();

    /// A new empty file.
    record Create(String path, int mode) implements Operation {}

    record Write(String path, long position, byte[] bytes) implements Operation {
        @Override
        public String toString() {
            return "write " + path;
        }
    }

    record Mode(String path, int mode) implements Operation {}

    record Owner(String path, String owner) implements Operation {}

    record MakeDirectory(String path) implements Operation {}

    record Symlink(String path, String target) implements Operation {}

    record HardLink(String path, String existing) implements Operation {}

    record Rename(String from, String path) implements Operation {}

    /// Of a file, a symlink or an empty directory.
    record Remove(String path) implements Operation {}

    record SyncFile(String path) implements Operation {}

    record SyncDirectory(String path) implements Operation {}

    /// Such as `Rename /etc/app.conf`.
    default String name() {
        return getClass().getSimpleName() + " " + path();
    }
}
