package dev.underway.agent.host;

import dev.underway.agent.host.Accounts.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Objects;

/// Where in the file system a local socket or a FIFO is: whoever may write there may connect.
///
/// It may be a directory that others than root write. So what is changed is the very file that was looked at,
/// whatever gets its name meanwhile: a socket or FIFO that no symlink leads to and that has no other name. A
/// link to somebody else's socket would be a way to get it.
public final class SocketPlace implements AutoCloseable {
    private static final int KIND = 0170000;
    private static final int FIFO = 0010000;
    private static final int SOCKET = 0140000;

    private final HostRoot root;
    private final Descriptor file;

    private SocketPlace(HostRoot root, Descriptor file) {
        this.root = root;
        this.file = file;
    }

    /// Fails with the reason `UnsafePath` when something else is at the place, or leads there.
    public static SocketPlace of(BoundAddress address, HostRoot root) throws IOException, WriteFailed {
        var path = address.name();
        try {
            var place = new SocketPlace(root, Descriptor.ofPath(root, path));
            try {
                place.check(path, address.kind() == BoundAddress.Kind.FIFO ? FIFO : SOCKET);
                return place;
            } catch (IOException | WriteFailed | RuntimeException e) {
                place.close();
                throw e;
            }
        } catch (KernelRefused e) {
            if (e.isOfLink()) {
                throw unsafe(path, "there is a symlink in it; name the real path");
            }
            throw e;
        }
    }

    private void check(String path, int kind) throws IOException, WriteFailed {
        var stat = Files.readAttributes(file.path(), "unix:mode,nlink");
        if (!(stat.get("mode") instanceof Integer mode) || !(stat.get("nlink") instanceof Integer names)) {
            throw new IllegalStateException("no mode and nlink in " + stat);
        }
        if ((mode & KIND) != kind) {
            throw unsafe(path, "it is no " + (kind == FIFO ? "FIFO" : "socket") + " any more");
        }
        if (names != 1) {
            throw unsafe(path, "it has " + names + " names");
        }
    }

    private static WriteFailed unsafe(String path, String why) {
        return new WriteFailed(path, "UnsafePath", path + " is not changed: " + why);
    }

    /// Whether systemd has this very file open, as it has a FIFO. The place of a socket cannot be asked.
    public boolean isHeldBySystemd() throws IOException {
        var own = identity(file.path());
        try (var descriptors = Files.newDirectoryStream(root.resolve(HeldSockets.DESCRIPTORS))) {
            for (Path each : descriptors) {
                if (isThat(each, own)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isThat(Path descriptor, Object identity) throws IOException {
        try {
            return identity(descriptor).equals(identity);
        } catch (NoSuchFileException e) {
            return false; // closed meanwhile
        }
    }

    private static Object identity(Path file) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }

    /// @param mode the nine permission bits, as systemd takes no others into account
    public void setMode(int mode) throws IOException {
        view().setPermissions(Durable.permissions(mode));
    }

    public void setOwner(Owner owner) throws IOException {
        view().setOwner(owner.user());
        view().setGroup(owner.group());
    }

    private PosixFileAttributeView view() {
        return Files.getFileAttributeView(file.path(), PosixFileAttributeView.class);
    }

    @Override
    public void close() throws KernelRefused {
        file.close();
    }
}
