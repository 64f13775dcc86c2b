package dev.underway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher, with the real programs and a real data directory.
class EmbeddedPostgresTest {
    private static final Path PROGRAMS = Path.of("target", "postgres-programs");

    @TempDir
    Path home;

    @Test
    void keepsDataOverARestart() throws Exception {
        try (var postgres = start()) {
            query(postgres, "create table kept as select 42 as answer");
        }

        try (var postgres = start()) {
            assertThat(query(postgres, "select answer from kept")).isEqualTo("42");
        }
    }

    @Test
    void losesNothingCommittedWhenItIsKilledAndStartsAgainByItself() throws Exception {
        try (var postgres = start()) {
            query(postgres, "create table kept as select 42 as answer");

            kill(postmaster());

            await().atMost(60, TimeUnit.SECONDS)
                    .ignoreExceptionsInstanceOf(SQLException.class)
                    .until(() -> query(postgres, "select answer from kept").equals("42"));
        }
    }

    @Test
    void stopsTheOneThatAnEarlierServerLeftRunning() throws Exception {
        start().close();
        var left = new PostgresData(PostgresPrograms.in(PROGRAMS), home.resolve("data"))
                .programs()
                .command("postgres", List.of("-D", home + "/data", "-p", freePort(), "-c", "unix_socket_directories="))
                .start();
        await().atMost(60, TimeUnit.SECONDS).until(() -> Files.exists(home.resolve("data/postmaster.pid")));

        try (var postgres = start()) {
            assertThat(left.isAlive()).isFalse();
            assertThat(query(postgres, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void startsAlthoughTheNumberInAStalePidFileIsNowSomebodyElses() throws Exception {
        start().close();
        Files.writeString(home.resolve("data/postmaster.pid"), """
            %d
            %s
            1
            5432

            127.0.0.1
            1 1
            ready
            """.formatted(
                        ProcessHandle.current().pid(), home.resolve("data")));

        try (var postgres = start()) {
            assertThat(query(postgres, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void isPrivateAndDurable() throws Exception {
        try (var postgres = start()) {
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(query(postgres, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules"))
                    .isEqualTo("scram-sha-256");
            assertThat(query(postgres, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(postgres, "show unix_socket_directories")).isEmpty();
            for (var address : addressesOfThisMachine()) {
                assertThatThrownBy(() -> new Socket(address, postgres.port()).close())
                        .as("%s", address)
                        .isInstanceOf(IOException.class);
            }
            for (var setting : List.of("fsync", "full_page_writes", "synchronous_commit")) {
                assertThat(query(postgres, "show " + setting)).as(setting).isEqualTo("on");
            }
        }
    }

    @Test
    void keepsItsFilesPrivate() throws Exception {
        var missing = home.resolve("made/by/start");

        EmbeddedPostgres.start(missing, PROGRAMS).close();

        assertThat(permissions(missing)).isEqualTo("rwx------");
        assertThat(permissions(missing.resolve("data"))).isEqualTo("rwx------");
        assertThat(permissions(missing.resolve("password"))).isEqualTo("rw-------");
    }

    @Test
    void endsWhenTheServerIsKilled() throws Exception {
        var server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Server.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        server.inputReader().readLine();
        var postgres = postmaster();

        kill(server.pid());

        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> ProcessHandle.of(postgres)
                        .filter(ProcessHandle::isAlive)
                        .isEmpty());
    }

    @Test
    void saysWhatToDoWhenThePasswordIsLost() throws Exception {
        start().close();
        Files.delete(home.resolve("password"));

        assertThatThrownBy(this::start)
                .hasMessageContaining("password is missing")
                .hasMessageContaining("backup");
    }

    /// A server that does nothing but run a database until it is killed.
    static final class Server {
        public static void main(String[] args) throws Exception {
            EmbeddedPostgres.start(Path.of(args[0]), PROGRAMS);
            System.out.println("ready");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    private EmbeddedPostgres start() throws Exception {
        return EmbeddedPostgres.start(home, PROGRAMS);
    }

    private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                var statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            var rows = statement.getResultSet();
            rows.next();
            return rows.getString(1);
        }
    }

    private static List<InetAddress> addressesOfThisMachine() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.equals(InetAddress.ofLiteral("127.0.0.1")))
                .toList();
    }

    private static String freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return Integer.toString(socket.getLocalPort());
        }
    }

    private long postmaster() throws Exception {
        return Long.parseLong(
                Files.readAllLines(home.resolve("data/postmaster.pid")).getFirst());
    }

    private static void kill(long pid) throws Exception {
        var handle = ProcessHandle.of(pid).orElseThrow();
        handle.destroyForcibly();
        handle.onExit().get(20, TimeUnit.SECONDS);
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
