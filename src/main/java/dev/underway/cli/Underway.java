package dev.underway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The commands that stand alone. Their help texts are in `help.properties`.
@Command(name = "underway", resourceBundle = Underway.HELP, mixinStandardHelpOptions = true)
final class Underway {
    static final String HELP = "dev.underway.cli.help";
    private static final Pattern DELETE_AND_C1 = Pattern.compile("[\\u007f-\\u009f]");

    private final Console console;

    Underway(Console console) {
        this.console = console;
    }

    enum DryRun {
        NONE,
        SERVER
    }

    enum Output {
        TABLE,
        WIDE,
        JSON
    }

    /// Goes on after a refused object, so that one run names everything that is wrong; a server that is not there ends
    /// it.
    @Command(name = "apply", resourceBundle = HELP)
    int apply(
            @Mixin Target target,
            @Option(
                            names = {"-f", "--filename"},
                            required = true,
                            paramLabel = "FILE")
                    List<String> files,
            @Option(names = {"-R", "--recursive"}) boolean recursive,
            @Option(names = "--dry-run", paramLabel = "none|server", defaultValue = "none") DryRun dryRun)
            throws CommandFailed {
        var manifests = ManifestFiles.read(files, recursive, console.in());
        var connection = target.connection(console);
        try (var api = target.client(connection)) {
            var applier = new Applier(api, connection.namespace(), target.namespace() != null, dryRun == DryRun.SERVER);
            var exit = Exit.OK;
            for (var manifest : manifests) {
                try {
                    var applied = applier.apply(manifest);
                    applied.warnings().forEach(console::warn);
                    console.out().println(applied.sentence());
                } catch (CommandFailed e) {
                    if (e.exit() != Exit.FAILED) {
                        throw e;
                    }
                    console.err().println(e.getMessage());
                    exit = Exit.FAILED;
                }
            }
            return exit.code();
        }
    }

    @Command(name = "version", resourceBundle = HELP)
    int version(@Mixin Target target, @Option(names = "--client") boolean clientOnly) throws CommandFailed {
        console.out().println("underway " + ownVersion());
        if (!clientOnly) {
            try (var api = target.client(target.connection(console))) {
                console.out()
                        .println("server "
                                + api.get("/version").body().path("gitVersion").asText("unknown"));
            }
        }
        return Exit.OK.code();
    }

    @Command(name = "completion", resourceBundle = HELP)
    int completion(
            @Option(
                            names = {"-h", "--help"},
                            usageHelp = true)
                    boolean help) {
        console.out().println(AutoComplete.bash("underway", UnderwayMain.commands(console)));
        return Exit.OK.code();
    }

    /// From the build; `development` when run from an unpackaged tree.
    static String ownVersion() {
        try (@Nullable InputStream in = Underway.class.getResourceAsStream("/META-INF/underway-version")) {
            return in == null ? "development" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "development";
        }
    }

    /// JSON need not escape U+007F to U+009F; that a terminal obeys them is reason enough, and the text stays the same.
    static String pretty(JsonNode tree) {
        return DELETE_AND_C1
                .matcher(tree.toPrettyString())
                .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
    }
}
