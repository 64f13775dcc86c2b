package dev.underway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Host;
import dev.underway.model.Kind;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `underway cordon`, `uncordon` and `drain`: no new work for a host, or none at all.
final class Cordons {
    private Cordons() {}

    @Command(name = "cordon", resourceBundle = Underway.HELP)
    static final class CordonCommand implements Callable<Integer> {
        private final Console console;

        @Mixin
        private Target target = new Target();

        @Parameters(paramLabel = "HOST", descriptionKey = "host")
        private String host = "";

        @Option(names = "--reason", paramLabel = "TEXT", descriptionKey = "reason")
        private @Nullable String reason;

        CordonCommand(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws CommandFailed {
            ObjectNode spec = Codec.JSON.createObjectNode();
            spec.put("cordoned", true).put("reason", reason);
            try (var api = target.client(target.connection(console))) {
                patch(api, host, spec);
            }
            console.out().println("host.underway.dev/" + host + " cordoned");
            return Exit.OK.code();
        }
    }

    @Command(name = "uncordon", resourceBundle = Underway.HELP)
    static final class UncordonCommand implements Callable<Integer> {
        private final Console console;

        @Mixin
        private Target target = new Target();

        @Parameters(paramLabel = "HOST", descriptionKey = "host")
        private String host = "";

        UncordonCommand(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws CommandFailed {
            ObjectNode spec = Codec.JSON.createObjectNode();
            spec.putNull("cordoned").putNull("reason").putNull("drain");
            try (var api = target.client(target.connection(console))) {
                patch(api, host, spec);
            }
            console.out().println("host.underway.dev/" + host + " uncordoned");
            return Exit.OK.code();
        }
    }

    @Command(name = "drain", resourceBundle = Underway.HELP)
    static final class DrainCommand implements Callable<Integer> {
        private final Console console;

        @Mixin
        private Target target = new Target();

        @Parameters(paramLabel = "HOST", descriptionKey = "host")
        private String host = "";

        @Option(names = "--reason", paramLabel = "TEXT", descriptionKey = "reason")
        private @Nullable String reason;

        @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "10m", descriptionKey = "timeout")
        private Duration timeout = Duration.ofMinutes(10);

        DrainCommand(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws CommandFailed {
            try (var api = target.client(target.connection(console))) {
                var emptying = new Emptying(console, api, host, Host.Drain.Stopped);
                emptying.begin(reason);
                emptying.await(timeout);
                console.out().println("host.underway.dev/" + host + " drained");
                return Exit.OK.code();
            }
        }
    }

    static void patch(ApiClient api, String host, ObjectNode spec) throws CommandFailed {
        ObjectNode patch = Codec.JSON.createObjectNode();
        patch.set("spec", spec);
        api.send("PATCH", ApiClient.path(Kind.HOST, null, host), ApiClient.Content.mergePatch(patch));
    }
}
