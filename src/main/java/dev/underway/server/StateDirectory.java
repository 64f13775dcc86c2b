package dev.underway.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// The state directory, claimed by one server. The kernel gives the claim up when the process ends, however it ends;
/// until then somebody must hold on to this object, for a lock that is collected as garbage is released.
final class StateDirectory implements AutoCloseable {
    private final Path path;
    private final FileLock claim;
    private @Nullable EmbeddedPostgres postgres;

    private StateDirectory(Path path, FileLock claim) {
        this.path = path;
        this.claim = claim;
    }

    static StateDirectory claim(Path path) throws StartRefused {
        try {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var file =
                    FileChannel.open(path.resolve("server.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            var claim = tryLock(file);
            if (claim == null) {
                file.close();
                throw new StartRefused(
                        StartRefused.Because.STATE_DIRECTORY,
                        "another server runs with the state directory " + path
                                + ": stop it, or set underway.state-directory to another one");
            }
            return new StateDirectory(path, claim);
        } catch (IOException e) {
            throw new StartRefused(
                    StartRefused.Because.STATE_DIRECTORY,
                    "cannot write to the state directory " + path + " (" + e
                            + "): make it writable, or set underway.state-directory to another one",
                    e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            // This very process has it already.
            return null;
        }
    }

    Path path() {
        return path;
    }

    /// What works in the directory and is to be stopped before another server may claim it.
    void beforeRelease(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    @Override
    public void close() {
        if (postgres != null) {
            postgres.close();
        }
        try {
            claim.acquiredBy().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
