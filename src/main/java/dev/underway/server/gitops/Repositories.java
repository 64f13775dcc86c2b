package dev.underway.server.gitops;

import dev.underway.server.store.ServerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FileUtils;
import org.eclipse.jgit.util.SystemReader;
import org.jboss.logging.Logger;

/// The bare repositories in the state directory: those that people push to, and copies of those that are pulled.
///
/// A hosted repository outlives its GitSource: history is nobody's to lose by `kubectl delete`.
@ApplicationScoped
class Repositories {
    private static final Logger LOG = Logger.getLogger(Repositories.class);

    private final Path root;
    private final Set<Path> looked = new HashSet<>();

    Repositories(ServerConfig config) {
        this.root = config.git().directory().orElse(config.stateDirectory().resolve("git"));
        SystemReader.setInstance(new OwnConfiguration(SystemReader.getInstance()));
    }

    /// The repository that people push to; made when it is not there. To be closed.
    ///
    /// @param ref to which HEAD of a new one points, so that a clone checks it out
    Repository hosted(SourceId source, String ref) throws IOException {
        return open(root.resolve("hosted"), source, ref);
    }

    /// The copy of a repository that is pulled; made when it is not there. To be closed.
    Repository copy(SourceId source) throws IOException {
        return open(root.resolve("pulled"), source, Constants.R_HEADS + Constants.MASTER);
    }

    /// Removes the copy of a repository that is no longer pulled.
    void forgetCopy(SourceId source) throws IOException {
        remove(path(root.resolve("pulled"), source));
    }

    private static Path path(Path kind, SourceId source) {
        return kind.resolve(source.namespace()).resolve(source.name() + ".git");
    }

    private synchronized Repository open(Path kind, SourceId source, String ref) throws IOException {
        var path = path(kind, source);
        if (!Files.exists(path.resolve(Constants.HEAD))) {
            Files.createDirectories(
                    path.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            // Made beside it and moved, so that none is ever half there.
            var made = path.resolveSibling(source.name() + ".git.new");
            remove(made);
            if (Files.exists(path)) {
                var aside = path.resolveSibling(
                        source.name() + ".git.broken-" + Instant.now().getEpochSecond());
                LOG.errorv("a repository without HEAD is put aside: from={0} to={1}", path, aside);
                Files.move(path, aside);
            }
            try (var repository = at(made)) {
                create(repository, ref);
            }
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
        }
        if (looked.add(path)) {
            breakLocks(path);
        }
        return at(path);
    }

    private static Repository at(Path path) throws IOException {
        return new FileRepositoryBuilder()
                .setGitDir(path.toFile())
                .setBare()
                .setMustExist(false)
                .build();
    }

    private static void remove(Path path) throws IOException {
        if (Files.exists(path)) {
            FileUtils.delete(path.toFile(), FileUtils.RECURSIVE | FileUtils.RETRY);
        }
    }

    /// Removes the lock files of a server that was killed: locks are held for milliseconds, and those here are older
    /// than this process.
    private static void breakLocks(Path path) throws IOException {
        var since = FileTime.from(
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()));
        try (var files = Files.walk(path)) {
            for (var lock : files.filter(file -> file.toString().endsWith(".lock"))
                    .filter(Files::isRegularFile)
                    .toList()) {
                if (Files.getLastModifiedTime(lock).compareTo(since) < 0) {
                    LOG.warnv("removed the lock of a server that was killed: file={0}", lock);
                    Files.deleteIfExists(lock);
                }
            }
        }
    }

    private static void create(Repository repository, String ref) throws IOException {
        repository.create(true);
        var config = repository.getConfig();
        // What was accepted stays, also when the machine loses its power in the next moment.
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncObjectFiles", true);
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncRefFiles", true);
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "logAllRefUpdates", true);
        config.save();
        if (ref.startsWith(Constants.R_HEADS)) {
            repository.updateRef(Constants.HEAD).link(ref);
        }
    }
}
