package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Hold;
import dev.underway.model.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `underway hold` and `underway release`: nothing is done to a host, or to one UnitSet on it, for a while. The server
/// writes down who said so.
final class Holds {
    private Holds() {}

    @Command(name = "hold", resourceBundle = Underway.HELP, mixinStandardHelpOptions = true)
    static final class HoldCommand {
        private final Console console;

        HoldCommand(Console console) {
            this.console = console;
        }

        @Command(name = "host", resourceBundle = Underway.HELP)
        int host(
                @Mixin Target target,
                @Parameters(paramLabel = "NAME", descriptionKey = "name") String name,
                @Option(names = "--for", required = true, paramLabel = "DURATION", descriptionKey = "for")
                        Duration time,
                @Option(names = "--reason", required = true, paramLabel = "TEXT", descriptionKey = "reason")
                        String reason)
                throws CommandFailed {
            return hold(target, Kind.HOST, name, time, reason);
        }

        @Command(name = "assignment", resourceBundle = Underway.HELP)
        int assignment(
                @Mixin Target target,
                @Parameters(paramLabel = Rollouts.NAME, descriptionKey = "name") String name,
                @Option(names = "--for", required = true, paramLabel = "DURATION", descriptionKey = "for")
                        Duration time,
                @Option(names = "--reason", required = true, paramLabel = "TEXT", descriptionKey = "reason")
                        String reason)
                throws CommandFailed {
            return hold(target, Kind.ASSIGNMENT, name, time, reason);
        }

        private int hold(Target target, Kind kind, String name, Duration time, String reason) throws CommandFailed {
            var until = Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS);
            var printed = patch(console, target, kind, name, new Hold(reason, until, null));
            console.out().println(printed + " held until " + until);
            return Exit.OK.code();
        }
    }

    @Command(name = "release", resourceBundle = Underway.HELP, mixinStandardHelpOptions = true)
    static final class ReleaseCommand {
        private final Console console;

        ReleaseCommand(Console console) {
            this.console = console;
        }

        @Command(name = "host", resourceBundle = Underway.HELP)
        int host(@Mixin Target target, @Parameters(paramLabel = "NAME", descriptionKey = "name") String name)
                throws CommandFailed {
            return release(target, Kind.HOST, name);
        }

        @Command(name = "assignment", resourceBundle = Underway.HELP)
        int assignment(
                @Mixin Target target, @Parameters(paramLabel = Rollouts.NAME, descriptionKey = "name") String name)
                throws CommandFailed {
            return release(target, Kind.ASSIGNMENT, name);
        }

        private int release(Target target, Kind kind, String name) throws CommandFailed {
            var printed = patch(console, target, kind, name, null);
            console.out().println(printed + " released");
            return Exit.OK.code();
        }
    }

    /// Answers how the object is printed.
    private static String patch(Console console, Target target, Kind kind, String name, @Nullable Hold hold)
            throws CommandFailed {
        var connection = target.connection(console);
        var subject = Subject.of(name, connection.namespace());
        ObjectNode patch = Codec.JSON.createObjectNode();
        patch.withObject("/spec").set("hold", hold == null ? Codec.JSON.nullNode() : Codec.tree(hold));
        try (var api = target.client(connection)) {
            var path = kind.namespaced()
                    ? ApiClient.path(kind, subject.namespace(), subject.name())
                    : ApiClient.path(kind, null, name);
            api.send("PATCH", path, ApiClient.Content.mergePatch(patch));
        }
        return kind.singular() + ".underway.dev/" + (kind.namespaced() ? subject.name() : name);
    }
}
