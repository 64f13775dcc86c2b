package dev.underway.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `underway git-credential`: gives git the token of the kubeconfig for repositories that the server hosts, and
/// for nothing else (gitcredentials(7)). It is kept nowhere but in the kubeconfig.
@Command(name = "git-credential", resourceBundle = Underway.HELP)
final class GitCredential implements Callable<Integer> {
    private static final String GET = "get";

    private final Console console;

    @Mixin
    private Target target = new Target();

    @Parameters(paramLabel = "get|store|erase", descriptionKey = "operation")
    private String operation = "";

    GitCredential(Console console) {
        this.console = console;
    }

    /// Operations of which a later git thinks are ignored, as git asks of helpers.
    @Override
    public Integer call() throws CommandFailed {
        if (operation.equals(GET)) {
            var connection = target.connection(console);
            if (request().isFor(connection.server())
                    && connection.credentials() instanceof Connection.Credentials.Token(var token)) {
                console.out().print("username=underway\npassword=" + token + "\n");
                console.out().flush();
            }
        }
        return Exit.OK.code();
    }

    private CredentialRequest request() throws CommandFailed {
        try {
            return CredentialRequest.of(new String(console.in().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new CommandFailed(Exit.FAILED, "cannot read what git asks for: " + e.getMessage());
        }
    }
}
