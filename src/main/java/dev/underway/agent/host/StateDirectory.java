package dev.underway.agent.host;

import dev.underway.model.Codec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jboss.logging.Logger;

/// `/var/lib/underway`: everything that the agent remembers. Writes are atomic and synced.
///
/// The directory is 0711 because services that do not run as root reach their artifacts through it (`store/`); all else
/// in it is for root alone. A file that cannot be read as what it should be is set aside under another name and
/// reported, so that a broken file does not make the agent fail for ever.
public final class StateDirectory implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StateDirectory.class);
    private static final long MAX_BYTES = 64L << 20;

    private final Path directory;
    private final FileChannel lock;

    private StateDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /// Opens the directory for this process alone, making it when it is not there.
    public static StateDirectory open(Path directory) throws IOException {
        make(directory, 0711);
        make(directory.resolve("revisions"), 0700);
        make(directory.resolve("store"), 0755);
        var lock = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            lock.close();
            throw new IOException(directory + " is in use by another agent");
        }
        sweep(directory);
        sweep(directory.resolve("revisions"));
        return new StateDirectory(directory, lock);
    }

    /// Removes what a kill in the middle of a write left.
    private static void sweep(Path directory) throws IOException {
        try (var unfinished = Files.newDirectoryStream(directory, file -> Durable.isTemporary(file))) {
            for (var file : unfinished) {
                Files.delete(file);
            }
        }
    }

    private static void make(Path directory, int mode) throws IOException {
        make(directory);
        Files.setPosixFilePermissions(directory, Durable.permissions(mode));
    }

    /// What is written in it later would not survive a loss of power that it does not survive itself.
    private static void make(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            var above = Durable.directoryOf(directory);
            make(above);
            Files.createDirectory(directory);
            Durable.syncDirectory(above);
        }
    }

    /// Where artifacts lie.
    public Path store() {
        return directory.resolve("store");
    }

    public Path resolve(String name) {
        return directory.resolve(name);
    }

    public Optional<byte[]> read(String name) throws IOException {
        var file = directory.resolve(name);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + " is larger than " + (MAX_BYTES >> 20) + " MiB");
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// The JSON file `name` as `type`; empty when it is not there or was set aside because it is not that.
    public <T> Optional<T> load(String name, Class<T> type) throws IOException {
        var bytes = read(name);
        try {
            return bytes.map(json -> Codec.read(json, type));
        } catch (IllegalArgumentException e) {
            // The parser's own words quote the file, which may hold a key.
            setAside(name, "it does not hold what an agent writes there");
            return Optional.empty();
        }
    }

    public void write(String name, byte[] bytes) throws IOException {
        Durable.write(directory.resolve(name), bytes);
    }

    public void delete(String name) throws IOException {
        if (Files.deleteIfExists(directory.resolve(name))) {
            Durable.syncDirectory(Durable.directoryOf(directory.resolve(name)));
        }
    }

    /// Renames a broken file to `<name>.corrupt`, where a person can look at it.
    public void setAside(String name, String why) throws IOException {
        var file = directory.resolve(name);
        var aside = file.resolveSibling(file.getFileName() + ".corrupt");
        Durable.rename(file, aside);
        Durable.syncDirectory(Durable.directoryOf(file));
        LOG.errorv("state file is broken and was set aside: file={0} now={1} why={2}", file, aside, why);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
