package dev.underway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.model.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What lets a machine become a host. The token itself is printed once, when it is made, and alone on standard output.
@Command(name = "join-token", resourceBundle = Underway.HELP, mixinStandardHelpOptions = true)
final class JoinTokens {
    private static final String PATH = "/underway/v1/join-tokens";

    private final Console console;

    JoinTokens(Console console) {
        this.console = console;
    }

    enum Output {
        TEXT,
        JSON
    }

    @Command(name = "create", resourceBundle = Underway.HELP)
    int create(
            @Mixin Target target,
            @Option(names = "--expires", paramLabel = "DURATION", defaultValue = "24h") Duration expires,
            @Option(names = "--uses", paramLabel = "N", defaultValue = "1") int uses,
            @Option(names = "--host", paramLabel = "GLOB") @Nullable List<String> hosts,
            @Option(names = "--label", paramLabel = "KEY=VALUE") @Nullable Map<String, String> labels,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json",
                            defaultValue = "text")
                    Output output)
            throws CommandFailed {
        var request = Codec.JSON.createObjectNode();
        request.put("expiresIn", Durations.format(expires));
        request.put("uses", uses);
        var names = request.putArray("hosts");
        (hosts == null ? List.of("*") : hosts).forEach(names::add);
        var fixed = request.putObject("labels");
        (labels == null ? Map.<String, String>of() : labels).forEach(fixed::put);
        try (var api = target.client(target.connection(console))) {
            var token = api.send("POST", PATH, ApiClient.Content.json(request)).body();
            switch (output) {
                case JSON -> console.out().println(Underway.pretty(token));
                case TEXT -> {
                    console.out().println(token.path("token").asText());
                    console.remark("Token " + token.path("id").asText() + " lets "
                            + (uses == 1 ? "one host" : uses + " hosts") + " named " + list(token.path("hosts"))
                            + " join until " + token.path("expiresAt").asText() + ". It is shown only now.");
                }
            }
            return Exit.OK.code();
        }
    }

    @Command(name = "list", resourceBundle = Underway.HELP)
    int list(
            @Mixin Target target,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json",
                            defaultValue = "text")
                    Output output)
            throws CommandFailed {
        try (var api = target.client(target.connection(console))) {
            var tokens = api.get(PATH).body();
            switch (output) {
                case JSON -> console.out().println(Underway.pretty(tokens));
                case TEXT -> console.out().print(table(tokens.path("items"), Instant.now()));
            }
            return Exit.OK.code();
        }
    }

    @Command(name = "revoke", resourceBundle = Underway.HELP)
    int revoke(@Mixin Target target, @Parameters(paramLabel = "ID", descriptionKey = "id") String id)
            throws CommandFailed {
        try (var api = target.client(target.connection(console))) {
            api.send("DELETE", PATH + "/" + ApiClient.segment(id), null);
            console.out().println("join token " + id + " revoked");
            return Exit.OK.code();
        }
    }

    private static String table(JsonNode items, Instant now) {
        var table = new TextTable("ID", "USES LEFT", "EXPIRES", "HOSTS", "LABELS");
        for (var token : items) {
            table.row(
                    token.path("id").asText(),
                    token.path("uses").asText(),
                    left(token.path("expiresAt").asText(), now),
                    list(token.path("hosts")),
                    token.path("labels").properties().stream()
                            .map(e -> e.getKey() + "=" + e.getValue().asText())
                            .collect(Collectors.joining(",")));
        }
        return table.toString();
    }

    private static String left(String expiresAt, Instant now) {
        var left = Duration.between(now, Instant.parse(expiresAt));
        return left.isPositive() ? "in " + Durations.format(Duration.ofMinutes(left.toMinutes() + 1)) : "expired";
    }

    private static String list(JsonNode names) {
        return StreamSupport.stream(names.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(","));
    }
}
