package dev.underway.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
}
