package dev.underway.testing.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Does everything by the file system of this machine. What programs under test do not use is refused.
final class WatchedProvider extends FileSystemProvider {
    private final WatchedDisk disk;

    WatchedProvider(WatchedDisk disk) {
        this.disk = disk;
    }

    private static Path real(Path path) {
        return WatchedDisk.real(path);
    }

    private String name(Path path) {
        return disk.name(real(path));
    }

    // --- changes ---

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        var real = real(path);
        boolean creates = options.contains(StandardOpenOption.CREATE_NEW)
                || (options.contains(StandardOpenOption.CREATE) && !Files.exists(real));
        if (options.contains(StandardOpenOption.TRUNCATE_EXISTING) || options.contains(StandardOpenOption.APPEND)) {
            throw new UnsupportedOperationException("a file is replaced and not changed: " + path);
        }
        if (!creates) {
            return new WatchedChannel(disk, real, FileChannel.open(real, options, attributes));
        }
        var opened = new FileChannel[1];
        disk.perform(
                new Operation.Create(name(path), mode(attributes)),
                () -> opened[0] = FileChannel.open(real, options, attributes));
        return new WatchedChannel(disk, real, opened[0]);
    }

    /// With the usual umask where the program does not say.
    private static int mode(FileAttribute<?>... attributes) {
        int mode = 0644;
        for (var attribute : attributes) {
            if (attribute.value() instanceof Set<?> set) {
                mode = WatchedAttributes.bits(
                        set.stream().map(PosixFilePermission.class::cast).collect(Collectors.toSet()));
            }
        }
        return mode;
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        disk.perform(
                new Operation.MakeDirectory(name(directory)), () -> Files.createDirectory(real(directory), attributes));
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes) throws IOException {
        disk.perform(
                new Operation.Symlink(name(link), target.toString()),
                () -> Files.createSymbolicLink(real(link), real(target), attributes));
    }

    @Override
    public void createLink(Path link, Path existing) throws IOException {
        disk.perform(
                new Operation.HardLink(name(link), name(existing)), () -> Files.createLink(real(link), real(existing)));
    }

    /// Of what is not there the operating system is asked, but no change is told.
    @Override
    public void delete(Path path) throws IOException {
        if (Files.exists(real(path), LinkOption.NOFOLLOW_LINKS)) {
            disk.perform(new Operation.Remove(name(path)), () -> Files.delete(real(path)));
        } else {
            Files.delete(real(path));
        }
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        disk.perform(
                new Operation.Rename(name(source), name(target)),
                () -> Files.move(real(source), real(target), options));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        var view = Files.getFileAttributeView(real(path), type, options);
        return view instanceof PosixFileAttributeView posix ? (V) new WatchedAttributes(disk, name(path), posix) : view;
    }

    // --- everything else ---

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        return disk.wrapped(Files.readSymbolicLink(real(link)));
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        DirectoryStream.Filter<Path> wrapping = entry -> filter.accept(disk.wrapped(entry));
        var stream = Files.newDirectoryStream(real(directory), wrapping);
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                var entries = stream.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return entries.hasNext();
                    }

                    @Override
                    public Path next() {
                        return disk.wrapped(entries.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return Files.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return Files.readAttributes(real(path), attributes, options);
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        real(path).getFileSystem().provider().checkAccess(real(path), modes);
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
        return Files.isSameFile(real(path), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return Files.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return Files.getFileStore(real(path));
    }

    @Override
    public String getScheme() {
        return "watched";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return disk;
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }
}
