package dev.underway.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The options that every command has: which server, and how long to wait for it. Named as in kubectl.
@Command
final class Target {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            descriptionKey = "help")
    @SuppressWarnings("UnusedVariable") // picocli prints the help itself
    private boolean help;

    @Option(names = "--kubeconfig", paramLabel = "FILE", descriptionKey = "target.kubeconfig")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", descriptionKey = "target.context")
    private @Nullable String context;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            descriptionKey = "target.namespace")
    private @Nullable String namespace;

    @Option(
            names = "--request-timeout",
            paramLabel = "DURATION",
            defaultValue = "30s",
            descriptionKey = "target.timeout")
    private Duration timeout = Duration.ofSeconds(30);

    /// The namespace that was asked for on the command line.
    @Nullable
    String namespace() {
        return namespace;
    }

    /// The connection, with the namespace of the command line before that of the context.
    Connection connection(Console console) throws CommandFailed {
        var found = Kubeconfig.load(kubeconfig, console).connection(context);
        return namespace == null
                ? found
                : new Connection(found.server(), found.authority(), found.credentials(), namespace);
    }

    ApiClient client(Connection connection) throws CommandFailed {
        return new ApiClient(connection, timeout);
    }
}
