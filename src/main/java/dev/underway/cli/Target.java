package dev.underway.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        var found = read(console).connection(context);
        return namespace == null
                ? found
                : new Connection(found.server(), found.authority(), found.credentials(), namespace);
    }

    /// Name of the context.
    String contextName(Console console) throws CommandFailed {
        return read(console).contextName(context);
    }

    /// The file that the context names for its CA; null when the CA is in the kubeconfig, or there is none.
    @Nullable
    Path authorityFile(Console console) throws CommandFailed {
        return read(console).authorityFile(context);
    }

    /// What was said on the command line about which server it is, for another command line.
    List<String> options() {
        var options = new ArrayList<String>();
        if (kubeconfig != null) {
            options.add("--kubeconfig=" + kubeconfig.toAbsolutePath());
        }
        if (context != null) {
            options.add("--context=" + context);
        }
        return options;
    }

    private Kubeconfig read(Console console) throws CommandFailed {
        return Kubeconfig.load(kubeconfig, console);
    }

    ApiClient client(Connection connection) throws CommandFailed {
        return new ApiClient(connection, timeout);
    }
}
