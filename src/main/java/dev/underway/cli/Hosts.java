package dev.underway.cli;

import dev.underway.model.Host;
import dev.underway.model.Kind;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What a person may do to an enrolled machine.
@Command(name = "host", resourceBundle = Underway.HELP, mixinStandardHelpOptions = true)
final class Hosts {
    private final Console console;

    Hosts(Console console) {
        this.console = console;
    }

    @Command(name = "reset", resourceBundle = Underway.HELP)
    int reset(@Mixin Target target, @Parameters(paramLabel = "NAME", descriptionKey = "name") String name)
            throws CommandFailed {
        try (var api = target.client(target.connection(console))) {
            api.send("POST", "/underway/v1/hosts/" + ApiClient.segment(name) + "/reset", null);
            console.out().println("host.underway.dev/" + name + " reset");
            console.remark("Its certificate no longer counts; the name is free for the next machine that joins as "
                    + name + ".");
            return Exit.OK.code();
        }
    }

    /// What was begun before goes on.
    @Command(name = "decommission", resourceBundle = Underway.HELP)
    int decommission(
            @Mixin Target target,
            @Parameters(paramLabel = "NAME", descriptionKey = "name") String name,
            @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "10m", descriptionKey = "timeout")
                    Duration timeout)
            throws CommandFailed {
        try (var api = target.client(target.connection(console))) {
            var emptying = new Emptying(console, api, name, Host.Drain.Decommissioned);
            emptying.begin(null);
            emptying.await(timeout);
            api.send("DELETE", ApiClient.path(Kind.HOST, null, name), null);
            console.out().println("host.underway.dev/" + name + " decommissioned");
            console.remark("Every UnitSet is removed from it, and it is deleted: its certificate no longer counts.");
            return Exit.OK.code();
        }
    }
}
