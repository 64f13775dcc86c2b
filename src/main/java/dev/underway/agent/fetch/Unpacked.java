package dev.underway.agent.fetch;

import dev.underway.agent.host.Durable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/// The content of an archive on its way to disk: a directory that nothing leaves and nothing dangerous enters.
///
/// Refused are absolute names and names with `..`, names twice, set-user-id, set-group-id and sticky bits, links out,
/// and more entries or bytes than allowed. Links are made last, so that no entry is written through one. Everything
/// belongs to root, is readable by all (services run as other users) and writable by root alone.
final class Unpacked {
    private final Path directory;
    private final Map<Path, String> links = new LinkedHashMap<>();
    private int entriesLeft;
    private long bytesLeft;

    Unpacked(Path directory, int mostEntries, long mostBytes) {
        this.directory = directory;
        this.entriesLeft = mostEntries;
        this.bytesLeft = mostBytes;
    }

    void directory(String name, int mode) throws IOException, ArchiveRefused {
        var place = enter(name, mode);
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            makeDirectories(place);
        }
    }

    void file(String name, int mode, InputStream content) throws IOException, ArchiveRefused {
        var place = fresh(name, mode);
        try (var channel = FileChannel.open(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                var out = Channels.newOutputStream(channel)) {
            var buffer = new byte[64 << 10];
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                bytesLeft -= n;
                if (bytesLeft < 0) {
                    throw new ArchiveRefused("it unpacks to more bytes than the host's policy allows");
                }
                out.write(buffer, 0, n);
            }
            Files.setPosixFilePermissions(place, Durable.permissions((mode & 0111) != 0 ? 0755 : 0644));
            channel.force(true);
        }
    }

    /// A second name for a file that came before.
    void hardLink(String name, int mode, String target) throws IOException, ArchiveRefused {
        var existing = inside(target);
        if (!Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
            throw new ArchiveRefused(name + " links to " + target + ", which is no file of the archive");
        }
        Files.createLink(fresh(name, mode), existing);
    }

    void symlink(String name, String target) throws IOException, ArchiveRefused {
        var place = fresh(name, 0);
        if (links.putIfAbsent(place, target) != null) {
            throw new ArchiveRefused(name + " is there twice");
        }
    }

    /// Makes the links and syncs every directory.
    void finish() throws IOException, ArchiveRefused {
        for (var link : links.entrySet()) {
            if (Files.exists(link.getKey(), LinkOption.NOFOLLOW_LINKS)) {
                throw new ArchiveRefused(directory.relativize(link.getKey()) + " is there twice");
            }
            makeDirectories(Durable.directoryOf(link.getKey()));
            Files.createSymbolicLink(link.getKey(), Path.of(link.getValue()));
        }
        for (var link : links.keySet()) {
            checkStaysInside(link);
        }
        try (var tree = Files.walk(directory)) {
            for (var each :
                    (Iterable<Path>) tree.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))::iterator) {
                Durable.syncDirectory(each);
            }
        }
    }

    private Path fresh(String name, int mode) throws IOException, ArchiveRefused {
        var place = enter(name, mode);
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new ArchiveRefused(name + " is there twice");
        }
        makeDirectories(Durable.directoryOf(place));
        return place;
    }

    private Path enter(String name, int mode) throws ArchiveRefused {
        if (--entriesLeft < 0) {
            throw new ArchiveRefused("it has more entries than the host's policy allows");
        }
        if ((mode & 07000) != 0) {
            throw new ArchiveRefused(name + " has a set-user-id, set-group-id or sticky bit");
        }
        return inside(name);
    }

    private Path inside(String name) throws ArchiveRefused {
        if (name.isEmpty()
                || name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.chars().anyMatch(c -> c < 0x20)) {
            throw new ArchiveRefused("\"" + name + "\" is not a relative name");
        }
        for (var segment : name.split("/")) {
            if (segment.equals("..")) {
                throw new ArchiveRefused(name + " climbs out of the archive");
            }
        }
        return directory.resolve(name).normalize();
    }

    private void makeDirectories(Path place) throws IOException, ArchiveRefused {
        var each = directory;
        for (var name : directory.relativize(place)) {
            each = each.resolve(name);
            if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            if (Files.exists(each, LinkOption.NOFOLLOW_LINKS)) {
                throw new ArchiveRefused(directory.relativize(each) + " is both a directory and something else");
            }
            Files.createDirectory(each);
            Files.setPosixFilePermissions(each, Durable.permissions(0755));
        }
    }

    /// Follows a link step by step, as the kernel does, and refuses it as soon as a step leaves the directory. What
    /// does not exist is taken as a plain name.
    private void checkStaysInside(Path link) throws IOException, ArchiveRefused {
        var steps = new ArrayDeque<Path>();
        directory.relativize(link).forEach(steps::add);
        var place = directory;
        int followed = 0;
        while (!steps.isEmpty()) {
            var step = steps.removeFirst();
            if (step.toString().equals("..")) {
                if (place.equals(directory)) {
                    throw new ArchiveRefused(directory.relativize(link) + " links out of the archive");
                }
                place = Durable.directoryOf(place);
                continue;
            }
            if (step.toString().isEmpty() || step.toString().equals(".")) {
                continue;
            }
            var next = place.resolve(step);
            if (!Files.isSymbolicLink(next)) {
                place = next;
                continue;
            }
            var target = Files.readSymbolicLink(next);
            if (target.isAbsolute() || ++followed > 40) {
                throw new ArchiveRefused(directory.relativize(link) + " links out of the archive, or in a circle");
            }
            for (int i = target.getNameCount() - 1; i >= 0; i--) {
                steps.addFirst(target.getName(i));
            }
        }
    }
}
