package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import dev.underway.model.Digests;
import dev.underway.plan.PathState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is at the paths that matter, by one stat each: a file is read and hashed only when its size, times, inode,
/// owners or mode are other than when it was last read.
final class FileStates {
    private static final String ATTRIBUTES = "unix:mode,ino,dev,size,lastModifiedTime,ctime,uid,gid,owner,group";
    private static final List<String> UNITS = List.of("/etc/systemd/system/", "/etc/systemd/system.control/");
    private static final long LARGEST_TEXT = 1 << 20;

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

    private static PathState read(String path, Path place, Map<String, Object> stat) throws IOException {
        int mode = (Integer) stat.getOrDefault("mode", 0);
        return switch (mode & 0170000) {
            case 0100000 -> {
                boolean small = (Long) stat.getOrDefault("size", 0L) <= LARGEST_TEXT;
                byte[] bytes = small && UNITS.stream().anyMatch(path::startsWith) ? Files.readAllBytes(place) : null;
                yield new PathState.Regular(
                        bytes == null ? hash(place) : Digests.sha256(bytes),
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

    private static String hash(Path file) throws IOException {
        var digest = Digests.newSha256();
        try (var in = new DigestInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), digest)) {
            var buffer = new byte[64 << 10];
            while (in.read(buffer) >= 0) {
                // the digest is all that is wanted
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
