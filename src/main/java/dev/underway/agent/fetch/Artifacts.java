package dev.underway.agent.fetch;

import dev.underway.agent.host.Durable;
import dev.underway.agent.host.HostPolicy.ArtifactBounds;
import dev.underway.model.UnitSetSpec.Artifact;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The store of artifacts: `store/<sha256 of the download>/content`, a directory for an archive and an executable file
/// for anything else. A directory of that name is complete: it is made under a hidden name, synced and then renamed.
public final class Artifacts {
    private static final String CONTENT = "content";

    private final Path store;

    /// Opens the store and clears away what an interrupted download or removal left.
    public Artifacts(Path store) throws IOException {
        this.store = store;
        for (var each : entries(store)) {
            if (each.getFileName().toString().startsWith(".")) {
                deleteTree(each);
            }
        }
    }

    /// Where the content of the download `sha256` lies, if it is here.
    public boolean has(String sha256) {
        return Files.isDirectory(store.resolve(sha256), LinkOption.NOFOLLOW_LINKS);
    }

    public Path content(String sha256) {
        return store.resolve(sha256).resolve(CONTENT);
    }

    /// Downloads, checks and unpacks `artifact` unless it is here already.
    public void fetch(Artifact artifact, ArtifactBounds bounds) throws FetchFailed, InterruptedException {
        if (!artifact.sha256().matches("[0-9a-f]{64}")) {
            throw new FetchFailed("FetchFailed", "artifact " + artifact.name() + " has no valid sha256");
        }
        if (has(artifact.sha256())) {
            return;
        }
        var making = store.resolve("." + artifact.sha256());
        try {
            deleteTree(making);
            make(artifact, bounds, making);
        } catch (IOException e) {
            throw new FetchFailed("FetchFailed", artifact.url() + " could not be fetched: " + words(e), e);
        } catch (ArchiveRefused e) {
            throw new FetchFailed("ArchiveRefused", artifact.url() + " is refused: " + e.getMessage(), e);
        } finally {
            deleteQuietly(making);
        }
    }

    private void make(Artifact artifact, ArtifactBounds bounds, Path making)
            throws IOException, FetchFailed, InterruptedException, ArchiveRefused {
        URI url;
        try {
            url = URI.create(artifact.url());
        } catch (IllegalArgumentException e) {
            throw new FetchFailed("FetchFailed", artifact.url() + " is not a URL", e);
        }
        Files.createDirectory(making);
        Files.setPosixFilePermissions(making, Durable.permissions(0755));
        var download = making.resolve("download");
        var content = making.resolve(CONTENT);
        Download.to(download, url, artifact.sha256(), bounds.downloadBytes());
        var form = Archives.of(url.getPath());
        if (form == Archives.PLAIN) {
            Files.setPosixFilePermissions(download, Durable.permissions(0755));
            Durable.rename(download, content);
        } else {
            unpack(form, download, content, bounds);
        }
        Durable.syncDirectory(making);
        Durable.rename(making, store.resolve(artifact.sha256()));
        Durable.syncDirectory(store);
    }

    /// One after the other: the directory of a large zip fills much of the agent's heap.
    private synchronized void unpack(Archives form, Path download, Path content, ArtifactBounds bounds)
            throws IOException, ArchiveRefused {
        Files.createDirectory(content);
        Files.setPosixFilePermissions(content, Durable.permissions(0755));
        var unpacked = new Unpacked(content, bounds.entries(), bounds.unpackedBytes());
        form.unpack(download, unpacked);
        unpacked.finish();
        Files.delete(download);
    }

    /// The digests of all downloads that are here.
    public List<String> list() throws IOException {
        return entries(store).stream()
                .map(each -> each.getFileName().toString())
                .toList();
    }

    /// Removes every download that is not in `wanted`.
    public void keepOnly(Set<String> wanted) throws IOException {
        for (var each : entries(store)) {
            var name = each.getFileName().toString();
            if (!wanted.contains(name)) {
                var going = each.resolveSibling(".gone-" + name);
                Durable.rename(each, going);
                deleteTree(going);
            }
        }
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return new ArrayList<>(entries.toList());
        }
    }

    private static String words(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void deleteQuietly(Path tree) {
        try {
            deleteTree(tree);
        } catch (IOException e) {
            // swept when the store is next opened
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try {
            Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            // nothing to do
        }
    }
}
