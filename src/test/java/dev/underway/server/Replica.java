package dev.underway.server;

import static org.awaitility.Awaitility.await;

import dev.underway.testing.ApiClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A packaged server in a process of its own, with a state directory of its own and somebody else's database.
final class Replica implements AutoCloseable {
    private static final Path JAR =
            Path.of("target", "server", "quarkus-run.jar").toAbsolutePath();

    private final Path home;
    private final Map<String, String> database;
    private final int port;
    private Process process;

    Replica(Path home, Map<String, String> database) throws IOException {
        this.home = Files.createDirectories(home);
        this.database = database;
        try (var socket = new ServerSocket(0)) {
            this.port = socket.getLocalPort();
        }
    }

    Path state() {
        return home.resolve("state");
    }

    URI url() {
        return URI.create("https://127.0.0.1:" + port);
    }

    ApiClient admin() throws Exception {
        return ApiClient.of(url(), state());
    }

    /// Returns when it serves.
    void start() throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-jar",
                        JAR.toString())
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().put("UNDERWAY_STATE_DIRECTORY", state().toString());
        builder.environment().put("UNDERWAY_LISTEN_PORT", Integer.toString(port));
        builder.environment().putAll(database);
        long before = said().stream().filter(line -> line.contains("ready at")).count();
        process = builder.start();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> !process.isAlive()
                        || said().stream()
                                        .filter(line -> line.contains("ready at"))
                                        .count()
                                > before);
        if (!process.isAlive()) {
            throw new IllegalStateException(String.join("\n", said()));
        }
    }

    void stop() {
        process.destroy();
        awaitEnd();
    }

    /// As a power cut ends it.
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Everything it has written so far, in lines.
    List<String> said() {
        try {
            return Files.exists(log()) ? Files.readAllLines(log()) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path log() {
        return home.resolve("log");
    }

    @Override
    public void close() {
        if (process != null) {
            stop();
        }
    }
}
