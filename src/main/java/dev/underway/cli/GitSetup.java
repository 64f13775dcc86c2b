package dev.underway.cli;

import dev.underway.model.Codec;
import dev.underway.model.GitSource;
import dev.underway.model.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `underway git-setup`: prints how to clone a repository that the server hosts. git reads CAs from files only,
/// so one that is in the kubeconfig itself is written beside the person's other configuration.
@Command(name = "git-setup", resourceBundle = Underway.HELP)
final class GitSetup implements Callable<Integer> {
    private static final String OTHER_AUTHORITY = "GIT_SSL_CAINFO";

    private final Console console;

    @Mixin
    private Target target = new Target();

    @Parameters(paramLabel = Rollouts.NAME, descriptionKey = "name")
    private String name = "";

    GitSetup(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailed {
        var connection = target.connection(console);
        var source = Subject.of(name, connection.namespace());
        try (var api = target.client(connection)) {
            var path = ApiClient.path(Kind.GIT_SOURCE, source.namespace(), source.name());
            var spec = Codec.read(api.get(path).body(), GitSource.class).spec();
            if (!spec.isHosted()) {
                throw new CommandFailed(
                        Exit.FAILED,
                        source + " is not hosted by the server, which pulls it from " + spec.url() + ": clone that");
            }
            if (!(connection.credentials() instanceof Connection.Credentials.Token)
                    || !"https".equals(connection.server().getScheme())) {
                throw new CommandFailed(
                        Exit.NO_ACCESS, "git needs a token and an https:// server, and the kubeconfig has not both");
            }
            if (console.environment().containsKey(OTHER_AUTHORITY)) {
                console.warn(OTHER_AUTHORITY + " is set, which git prefers to http.sslCAInfo: unset it first");
            }
            console.out()
                    .print(new CloneCommands(connection.server(), source, spec, authority(connection), target.options())
                            .text());
            return Exit.OK.code();
        }
    }

    private @Nullable Path authority(Connection connection) throws CommandFailed {
        var file = target.authorityFile(console);
        return file != null || connection.authority() == null ? file : written(connection.authority());
    }

    private Path written(String pem) throws CommandFailed {
        var directory = configuration().resolve("underway");
        var path = directory.resolve("ca-" + ApiClient.segment(target.contextName(console)) + ".pem");
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(directory);
                Files.writeString(path, pem);
                console.remark("Wrote the CA of the kubeconfig to " + path + ".");
            } else if (!Files.readString(path).equals(pem)) {
                Files.writeString(path, pem);
                console.warn(path + " had another CA and has that of the kubeconfig now; clones of another server that"
                        + " name it do not reach theirs any more");
            }
            return path;
        } catch (IOException e) {
            throw new CommandFailed(Exit.FAILED, "cannot write the CA to " + path + ": " + e.getMessage());
        }
    }

    /// Relative ones do not count (XDG Base Directory Specification).
    private Path configuration() {
        var given = Path.of(console.environment().getOrDefault("XDG_CONFIG_HOME", ""));
        return given.isAbsolute() ? given : console.home().resolve(".config");
    }
}
