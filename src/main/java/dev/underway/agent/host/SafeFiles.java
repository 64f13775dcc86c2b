package dev.underway.agent.host;

import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Link;
import dev.underway.plan.Step.PathChange.Remove;
import dev.underway.plan.Step.PathChange.WriteFile;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Changes paths of the host as root without being led astray.
///
/// A path is only touched when every directory above it is a real directory (no symlink) that belongs to root and that
/// nobody else may write: then no other user can put something in the way between the check and the write. Changes
/// come in batches in which everything that can fail for want of space or permission happens before the first rename.
///
/// A rename that still fails (a path that is itself a mount point) leaves those before it done; the next pass goes on
/// from there.
public final class SafeFiles {
    private final HostRoot root;

    public SafeFiles(HostRoot root) {
        this.root = root;
    }

    /// Fails with the reason `UnsafePath` when somebody else than root could redirect a write to `path`. Directories
    /// that are not there yet are no danger: they are made by root.
    public void check(String path) throws WriteFailed {
        var directory = root.directory();
        for (var name : Path.of("/").relativize(parent(path))) {
            directory = directory.resolve(name);
            try {
                var stat = Files.readAttributes(directory, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
                if (!(stat.get("mode") instanceof Integer mode) || !(stat.get("uid") instanceof Integer owner)) {
                    throw new IllegalStateException("no mode and uid in " + stat);
                }
                switch (mode & 0170000) {
                    case 0040000 -> {}
                    case 0120000 -> throw unsafe(path, directory, "is a symlink; name the real path");
                    default -> throw unsafe(path, directory, "is not a directory");
                }
                if (owner != 0 || (mode & 022) != 0) {
                    throw unsafe(path, directory, "may be written by others than root");
                }
            } catch (NoSuchFileException e) {
                return;
            } catch (IOException e) {
                throw WriteFailed.because(path, e);
            }
        }
    }

    private static WriteFailed unsafe(String path, Path directory, String why) {
        return new WriteFailed(path, "UnsafePath", path + " is not written: " + directory + " " + why);
    }

    /// The directories that `changes` need and that are not there, topmost first.
    public Set<String> missingDirectories(Collection<PathChange> changes) {
        var missing = new TreeSet<String>();
        for (var change : changes) {
            if (change instanceof Remove) {
                continue;
            }
            for (var directory = parent(change.path());
                    directory != null && !Files.exists(root.resolve(directory.toString()), LinkOption.NOFOLLOW_LINKS);
                    directory = directory.getParent()) {
                missing.add(directory.toString());
            }
        }
        return missing;
    }

    /// Makes everything ready beside its place and changes nothing that anybody sees, but for missing directories. On
    /// failure it leaves nothing behind.
    public Batch prepare(List<PathChange> changes) throws WriteFailed {
        var batch = new Batch();
        try {
            for (var directory : missingDirectories(changes)) {
                makeDirectory(directory, batch);
            }
            for (var change : changes) {
                try {
                    check(change.path());
                    prepare(change, batch);
                } catch (IOException e) {
                    throw WriteFailed.because(change.path(), e);
                }
            }
            return batch;
        } catch (WriteFailed | RuntimeException e) {
            batch.discard();
            throw e;
        }
    }

    private void makeDirectory(String directory, Batch batch) throws WriteFailed {
        check(directory);
        var place = root.resolve(directory);
        try {
            Files.createDirectory(place);
            batch.directories.add(place);
            Files.setPosixFilePermissions(place, Durable.permissions(0755));
            batch.touched.add(Durable.directoryOf(place));
        } catch (IOException e) {
            throw WriteFailed.because(directory, e);
        }
    }

    private void prepare(PathChange change, Batch batch) throws IOException {
        var place = root.resolve(change.path());
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(change.path(), null, "is a directory, which is never replaced or removed");
        }
        switch (change) {
            case WriteFile file -> {
                var ready = batch.temporary(place);
                Durable.create(ready, file.source().bytes(), created -> {
                    var view = Files.getFileAttributeView(
                            created, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
                    view.setOwner(Accounts.user(file.owner()));
                    view.setGroup(Accounts.group(file.group()));
                    view.setPermissions(Durable.permissions(file.mode()));
                });
            }
            case Link link -> Files.createSymbolicLink(batch.temporary(place), Path.of(link.target()));
            case Remove _ -> {
                if (Files.exists(place, LinkOption.NOFOLLOW_LINKS) && !Files.isWritable(Durable.directoryOf(place))) {
                    throw new FileSystemException(change.path(), null, "cannot be removed: read-only file system");
                }
                batch.removals.add(place);
            }
        }
    }

    /// Removes those of `directories` that are empty, deepest first; answers which of them are gone for good: one that
    /// came back after a loss of power would be nobody's.
    public Set<String> removeEmpty(Collection<String> directories) throws WriteFailed {
        var gone = new TreeSet<String>();
        for (var directory :
                directories.stream().sorted(Comparator.reverseOrder()).toList()) {
            var place = root.resolve(directory);
            try {
                check(directory);
                if (Files.deleteIfExists(place)) {
                    Durable.syncDirectory(Durable.directoryOf(place));
                }
                gone.add(directory);
            } catch (DirectoryNotEmptyException e) {
                // somebody else keeps something there
            } catch (IOException e) {
                throw WriteFailed.because(directory, e);
            }
        }
        return gone;
    }

    /// Removes what a crash between preparing and renaming left beside `paths`.
    public void sweep(Collection<String> paths) throws WriteFailed {
        for (var path : paths) {
            try {
                check(path);
                Files.deleteIfExists(beside(root.resolve(path)));
            } catch (IOException e) {
                throw WriteFailed.because(path, e);
            }
        }
    }

    private static Path parent(String path) {
        var parent = Path.of(path).getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " has no parent directory");
        }
        return parent;
    }

    /// Hidden and without a suffix that systemd, cron or an `include *.conf` would take for one of theirs.
    private static Path beside(Path place) {
        return place.resolveSibling("." + place.getFileName() + ".underway");
    }

    /// Changes that are ready. Either [#commit] or [#discard] it.
    public static final class Batch {
        private final List<Path> prepared = new ArrayList<>();
        private final List<Path> removals = new ArrayList<>();
        private final List<Path> directories = new ArrayList<>();
        private final Set<Path> touched = new LinkedHashSet<>();

        private Batch() {}

        private Path temporary(Path place) throws IOException {
            var temporary = beside(place);
            Files.deleteIfExists(temporary);
            if (prepared.contains(place)) {
                throw new FileAlreadyExistsException(place.toString(), null, "is written twice in one batch");
            }
            prepared.add(place);
            return temporary;
        }

        /// Makes the changes visible, in order, and durable.
        public void commit() throws WriteFailed {
            for (var place : prepared) {
                touch(place, () -> Durable.rename(beside(place), place));
            }
            for (var place : removals) {
                touch(place, () -> Files.deleteIfExists(place));
            }
            for (var directory : touched) {
                try {
                    if (Files.isDirectory(directory)) {
                        Durable.syncDirectory(directory);
                    }
                } catch (IOException e) {
                    throw WriteFailed.because(directory.toString(), e);
                }
            }
        }

        private void touch(Path place, Durable.Action action) throws WriteFailed {
            try {
                action.run();
                touched.add(Durable.directoryOf(place));
            } catch (IOException e) {
                discard();
                throw WriteFailed.because(place.toString(), e);
            }
        }

        /// Takes back what was prepared and is not visible yet. What cannot be taken back is swept by the next start.
        public void discard() {
            try {
                for (var place : prepared) {
                    Files.deleteIfExists(beside(place));
                }
                for (var directory : directories.reversed()) {
                    Files.deleteIfExists(directory);
                }
            } catch (IOException e) {
                System.getLogger(SafeFiles.class.getName())
                        .log(System.Logger.Level.WARNING, "could not remove a prepared file", e);
            }
        }
    }
}
