package dev.underway.agent.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/// Opens files that another user may own or put something else in the place of. A FIFO would keep whoever
/// opens it waiting, so nothing is opened but what is known to be a regular file; how much to read of it is
/// for the reader to bound: a sparse file of 16 TiB costs its owner nothing.
public final class RegularFile {
    private RegularFile() {}

    /// What `path` leads to, for reading. Fails where that is no regular file.
    ///
    /// Where nobody but root can exchange what is at the path, a look before is enough. Elsewhere the place
    /// is held by a descriptor first, which takes memory that an agent does without otherwise (see [Kernel]).
    public static InputStream open(HostRoot root, String path, LinkOption... links) throws IOException {
        var place = root.resolve(path);
        if (isOfRootAlone(root, path) && Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)) {
            return Files.newInputStream(place, LinkOption.NOFOLLOW_LINKS);
        }
        try (var there = Descriptor.of(place)) {
            var held = Files.readAttributes(there.path(), BasicFileAttributes.class);
            if (!held.isRegularFile() || !isAt(place, held, links)) {
                throw new FileSystemException(path, null, "is no regular file");
            }
            return Files.newInputStream(there.path());
        } catch (KernelRefused e) {
            throw e.isOfAbsence() ? new NoSuchFileException(path) : e;
        }
    }

    private static boolean isOfRootAlone(HostRoot root, String path) {
        try {
            new SafeFiles(root).check(path);
            return true;
        } catch (WriteFailed e) {
            return false;
        }
    }

    private static boolean isAt(Path place, BasicFileAttributes held, LinkOption... links) throws IOException {
        var key = Files.readAttributes(place, BasicFileAttributes.class, links).fileKey();
        return key != null && key.equals(held.fileKey());
    }
}
