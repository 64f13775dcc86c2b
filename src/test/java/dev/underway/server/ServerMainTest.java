package dev.underway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the process says, in one sentence, and exits with when it cannot start.
class ServerMainTest {
    @TempDir
    Path directory;

    private record Exit(int code, String said) {}

    @Test
    void refusesATakenPort() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var port = Integer.toString(taken.getLocalPort());

            var exit = start(Map.of("UNDERWAY_LISTEN_PORT", port));

            assertThat(exit.code).isEqualTo(4);
            assertThat(exit.said).contains("127.0.0.1:" + port, "underway.listen.port");
        }
    }

    @Test
    void refusesAnAddressThatIsNotThisMachines() throws Exception {
        var exit = start(Map.of("UNDERWAY_LISTEN_ADDRESS", "192.0.2.1"));

        assertThat(exit.code).isEqualTo(4);
        assertThat(exit.said).contains("192.0.2.1");
    }

    @Test
    void refusesAStateDirectoryThatItCannotMake() throws Exception {
        var file = Files.createFile(directory.resolve("file"));

        var exit =
                start(Map.of("UNDERWAY_STATE_DIRECTORY", file.resolve("state").toString()));

        assertThat(exit.code).isEqualTo(3);
        assertThat(exit.said).contains(file.toString(), "underway.state-directory");
    }

    @Test
    void refusesAStateDirectoryThatAnotherServerHas() throws Exception {
        try (var claim = StateDirectory.claim(directory.resolve("state"))) {
            System.gc();

            var exit = start(Map.of("UNDERWAY_STATE_DIRECTORY", claim.path().toString()));

            assertThat(exit.code).isEqualTo(3);
            assertThat(exit.said).contains("another server", claim.path().toString());
        }
    }

    @Test
    void refusesADatabaseThatDoesNotAnswer() throws Exception {
        var exit = start(Map.of(
                "UNDERWAY_DATABASE_URL",
                "jdbc:postgresql://127.0.0.1:1/underway",
                "UNDERWAY_DATABASE_PASSWORD",
                "geheim"));

        assertThat(exit.code).isEqualTo(5);
        assertThat(exit.said).contains("127.0.0.1:1", "underway.database").doesNotContain("geheim");
    }

    @Test
    void refusesAPortThatIsNoNumber() throws Exception {
        var exit = start(Map.of("UNDERWAY_LISTEN_PORT", "many"));

        assertThat(exit.code).isEqualTo(2);
        assertThat(exit.said).contains("underway.listen.port", "many");
    }

    @Test
    void refusesAUrlThatIsNotPostgresqls() throws Exception {
        var exit = start(Map.of("UNDERWAY_DATABASE_URL", "jdbc:mysql://127.0.0.1/underway"));

        assertThat(exit.code).isEqualTo(5);
        assertThat(exit.said).contains("underway.database");
    }

    /// A server in a process of its own, which gets as far as it can without being packaged.
    private Exit start(Map<String, String> environment) throws Exception {
        var line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ServerMain.class.getName()));
        var builder = new ProcessBuilder(line).redirectErrorStream(true).directory(directory.toFile());
        builder.environment()
                .put("UNDERWAY_STATE_DIRECTORY", directory.resolve("state").toString());
        builder.environment().put("UNDERWAY_LISTEN_PORT", "0");
        builder.environment().putAll(environment);
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Exit(process.waitFor(), said);
    }
}
