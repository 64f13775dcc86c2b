package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.server.EmbeddedPostgres;
import dev.underway.testing.ApiClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The packaged server on a PostgreSQL that is not its own: named by URL, with a password that is checked.
@Tag("e2e")
class ExternalDatabaseTest {
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";
    private static final Duration LONG = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    private EmbeddedPostgres database;
    private int port;

    @BeforeEach
    void start() throws Exception {
        database = EmbeddedPostgres.start(
                directory.resolve("database"),
                Path.of("target/postgres-programs").toAbsolutePath());
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void keepsEverythingThereAndNothingBesideItsKeys() throws Exception {
        var server = server(database.password());
        try {
            awaitReady(server);
            var created = api().send("POST", UNIT_SETS, """
                {"apiVersion": "underway.dev/v1alpha1", "kind": "UnitSet", "metadata": {"name": "kept"},
                 "spec": {"selector": {}}}\
                """, "Content-Type", "application/json");
            assertThat(created.code()).isEqualTo(201);
        } finally {
            end(server);
        }
        assertThat(directory.resolve("state/postgres")).doesNotExist();

        var again = server(database.password());
        try {
            awaitReady(again);
            assertThat(api().get(UNIT_SETS + "/kept").code()).isEqualTo(200);
        } finally {
            end(again);
        }
    }

    @Test
    void aWrongPasswordIsOneSentenceWithoutThePassword() throws Exception {
        var server = server("wrong-password");

        assertThat(server.waitFor()).isEqualTo(5);
        assertThat(Files.readString(log()).lines().toList())
                .singleElement()
                .asString()
                .startsWith("underway-server: the database does not let us in: ")
                .endsWith("(see the keys underway.database.*)")
                .doesNotContain("wrong-password");
    }

    private Process server(String password) throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx512m",
                        "-jar",
                        Path.of("target/server/quarkus-run.jar")
                                .toAbsolutePath()
                                .toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("UNDERWAY_"));
        environment.put("UNDERWAY_STATE_DIRECTORY", directory.resolve("state").toString());
        environment.put("UNDERWAY_LISTEN_PORT", Integer.toString(port));
        environment.put("UNDERWAY_DATABASE_URL", database.jdbcUrl());
        environment.put("UNDERWAY_DATABASE_USERNAME", database.username());
        environment.put("UNDERWAY_DATABASE_PASSWORD", password);
        return builder.start();
    }

    private Path log() {
        return directory.resolve("server.log");
    }

    private void awaitReady(Process server) {
        await().atMost(LONG)
                .ignoreExceptions()
                .failFast("the server has ended", () -> !server.isAlive())
                .until(() -> api().get("/readyz").code() == 200);
    }

    private ApiClient api() throws Exception {
        return ApiClient.of(URI.create("https://127.0.0.1:" + port), directory.resolve("state"));
    }

    private static void end(Process server) throws InterruptedException {
        server.destroy();
        server.waitFor();
    }
}
