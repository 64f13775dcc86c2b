package dev.underway.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The packaged server on a bridge of its own, as `deploy/lib/fleet` makes it: one for all end-to-end tests of a run,
/// gone with the JVM.
final class Server {
    private static final Server SHARED = new Server();

    private final Path directory;
    private final Map<String, String> where;

    private Server() {
        try {
            this.directory = Files.createTempDirectory("underway-e2e-").resolve("fleet");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::remove));
        script("make");
        this.where = variables(script("where"));
        start();
    }

    private void remove() {
        script("down");
        directory.getParent().toFile().delete();
    }

    static Server shared() {
        return SHARED;
    }

    void start() {
        script("server", "start");
    }

    void stop() {
        script("server", "stop");
    }

    String url() {
        return where.get("SERVER");
    }

    Path stateDirectory() {
        return directory.resolve("server");
    }

    Kubectl kubectl() {
        return Kubectl.with(kubeconfig(), directory.resolve("home"));
    }

    Path kubeconfig() {
        return Path.of(where.get("KUBECONFIG"));
    }

    /// The command `underway` as the administrator.
    Program command(String... arguments) {
        return Program.of("deploy/underway", arguments)
                .where("KUBECONFIG", kubeconfig().toString());
    }

    /// What `underway` says to standard output; fails when it does.
    String underway(String... arguments) {
        return command(arguments).run().orFail().output();
    }

    /// One object as JSON, when there is one.
    Optional<JsonNode> get(String kind, String name) {
        var said = kubectl().run("get", kind, name, "-o", "json", "--ignore-not-found");
        try {
            return said.out().isBlank() ? Optional.empty() : Optional.of(Codec.JSON.readTree(said.out()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs `deploy/lib/fleet` on this server's directory.
    String script(String verb, String... arguments) {
        var command = new ArrayList<>(List.of("deploy/lib/fleet", verb, directory.toString()));
        command.addAll(List.of(arguments));
        return Program.of(command).run().orFail().output();
    }

    private static Map<String, String> variables(String text) {
        var variables = new HashMap<String, String>();
        text.lines().map(l -> l.split("=", 2)).forEach(pair -> variables.put(pair[0], pair[1]));
        return variables;
    }
}
