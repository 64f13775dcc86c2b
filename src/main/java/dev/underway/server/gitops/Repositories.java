package dev.underway.server.gitops;

import dev.underway.server.store.ServerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FileUtils;
import org.eclipse.jgit.util.SystemReader;

/// The bare repositories in the state directory: those that people push to, and copies of those that are pulled.
///
/// A hosted repository outlives its GitSource: history is nobody's to lose by `kubectl delete`.
@ApplicationScoped
class Repositories {
    private final Path root;

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
        var path = path(root.resolve("pulled"), source);
        if (Files.exists(path)) {
            FileUtils.delete(path.toFile(), FileUtils.RECURSIVE | FileUtils.RETRY);
        }
    }

    private static Path path(Path kind, SourceId source) {
        return kind.resolve(source.namespace()).resolve(source.name() + ".git");
    }

    private static synchronized Repository open(Path kind, SourceId source, String ref) throws IOException {
        var path = path(kind, source);
        var repository = new FileRepositoryBuilder()
                .setGitDir(path.toFile())
                .setBare()
                .setMustExist(false)
                .build();
        if (!Files.exists(path.resolve(Constants.HEAD))) {
            Files.createDirectories(
                    path.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            create(repository, ref);
        }
        return repository;
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
