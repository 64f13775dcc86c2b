package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.RegularFile;
import dev.underway.model.Digests;
import dev.underway.plan.PathState;
import dev.underway.wire.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is at the paths that matter, by one stat each: a file is read and hashed only when its size, times, inode,
/// owners or mode are other than when it was last read.
///
/// Whose file it is may write to it at any time, and some sets give files to the user of their service: what
/// is longer than anything that a set can hold is not read.
final class FileStates {
    private static final String ATTRIBUTES = "unix:mode,ino,dev,size,lastModifiedTime,ctime,uid,gid,owner,group";
    private static final List<String> UNITS = List.of("/etc/systemd/system/", "/etc/systemd/system.control/");
    private static final long LARGEST_TEXT = 1 << 20;

    /// No content comes from a longer document.
    private static final int LARGEST = Wire.MAX_DOCUMENT_BYTES;

    /// In the place of a digest.
    private static final String LONGER = "longer than any content of a set";

    private final HostRoot root;
    private final Map<String, Seen> seen = new HashMap<>();

    /// What stat said, and what it meant.
    private record Seen(Map<String, Object> stat, PathState state) {}

    FileStates(HostRoot root) {
        this.root = root;
    }

    /// The states of exactly `paths`; everything else is forgotten.
    Map<String, PathState> of(Set<String> paths) {
        seen.keySet().retainAll(paths);
        var states = new HashMap<String, PathState>();
        for (var path : paths) {
            states.put(path, of(path));
        }
        return states;
    }

    private PathState of(String path) {
        var place = root.resolve(path);
        Map<String, Object> stat;
        try {
            stat = Files.readAttributes(place, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            seen.remove(path);
            return new PathState.Absent();
        } catch (IOException e) {
            if (e.getMessage() != null && e.getMessage().endsWith("Not a directory")) {
                return new PathState.Absent();
            }
            return unreadable(e);
        }
        var known = seen.get(path);
        if (known != null && known.stat().equals(stat)) {
            return known.state();
        }
        try {
            var state = read(path, place, stat);
            seen.put(path, new Seen(stat, state));
            return state;
        } catch (NoSuchFileException e) {
            return new PathState.Absent();
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    /// A set that wants the path is withheld for it; all others are none the worse.
    private static PathState unreadable(IOException e) {
        var why = e instanceof FileSystemException reason && reason.getReason() != null
                ? reason.getReason()
                : String.valueOf(e.getMessage());
        return new PathState.Other("path that cannot be read (" + why + ")");
    }

    private PathState read(String path, Path place, Map<String, Object> stat) throws IOException {
        int mode = (Integer) stat.getOrDefault("mode", 0);
        return switch (mode & 0170000) {
            case 0100000 -> {
                long size = (Long) stat.getOrDefault("size", 0L);
                boolean unit = size <= LARGEST_TEXT && UNITS.stream().anyMatch(path::startsWith);
                byte[] bytes = unit ? bytes(path) : null;
                yield new PathState.Regular(
                        bytes != null ? Digests.sha256(bytes) : size <= LARGEST ? hash(path) : LONGER,
                        mode & 07777,
                        String.valueOf(stat.get("owner")),
                        String.valueOf(stat.get("group")),
                        bytes == null ? null : text(bytes));
            }
            case 0120000 -> new PathState.Symlink(Files.readSymbolicLink(place).toString());
            case 0040000 -> new PathState.Other("directory");
            case 0140000 -> new PathState.Other("socket");
            case 0010000 -> new PathState.Other("pipe");
            default -> new PathState.Other("device");
        };
    }

    private byte[] bytes(String path) throws IOException {
        try (var in = RegularFile.open(root, path, LinkOption.NOFOLLOW_LINKS)) {
            return in.readNBytes(LARGEST);
        }
    }

    /// It may grow while it is read.
    private String hash(String path) throws IOException {
        var digest = Digests.newSha256();
        try (var in = RegularFile.open(root, path, LinkOption.NOFOLLOW_LINKS)) {
            var buffer = new byte[64 << 10];
            long length = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                length += read;
                if (length > LARGEST) {
                    return LONGER;
                }
            }
        }
        return Digests.hex(digest.digest());
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
