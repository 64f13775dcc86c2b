package dev.underway.testing.disk;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Set;

/// A directory of this machine, through whose paths every change is told to a [Witness].
///
/// It is a file system in the sense of `java.nio.file`, so a program that is given its root need not know of it and
/// cannot get around it: [java.nio.file.Files] and channels do the rest.
public final class WatchedDisk extends FileSystem {
    private final Path root;
    private final Witness witness;
    private final WatchedProvider provider = new WatchedProvider(this);

    /// Is told of changes. What it throws before a change keeps the change from happening.
    public interface Witness {
        void before(Operation operation);

        void after(Operation operation);
    }

    interface Change {
        void make() throws IOException;
    }

    private WatchedDisk(Path root, Witness witness) {
        this.root = root;
        this.witness = witness;
    }

    /// `root` as a path of a disk that `witness` watches.
    public static Path at(Path root, Witness witness) {
        var real = root.toAbsolutePath();
        return new WatchedPath(new WatchedDisk(real, witness), real);
    }

    void perform(Operation operation, Change change) throws IOException {
        witness.before(operation);
        change.make();
        witness.after(operation);
    }

    /// As the host calls a path of this machine.
    String name(Path real) {
        var path = real.toAbsolutePath();
        return path.startsWith(root) ? "/" + root.relativize(path) : path.toString();
    }

    Path wrapped(Path real) {
        return new WatchedPath(this, real);
    }

    static Path real(Path path) {
        return path instanceof WatchedPath watched ? watched.real() : path;
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return root.getFileSystem().getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return Set.of(wrapped(root));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return root.getFileSystem().getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return root.getFileSystem().supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return wrapped(root.getFileSystem().getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        var matcher = root.getFileSystem().getPathMatcher(syntaxAndPattern);
        return path -> matcher.matches(real(path));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return root.getFileSystem().getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() throws IOException {
        return root.getFileSystem().newWatchService();
    }
}
