package dev.underway.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The PostgreSQL that the server runs for itself when no other is configured: durable, private, its data kept.
///
/// **Private.** It listens on a free port of 127.0.0.1 and on no Unix socket; the only user's password is random, lies
/// in a file that only the owner of the state directory can read, and is checked by SCRAM. PostgreSQL refuses to run as
/// root; a server that is root starts it in a user namespace without a mapping (`unshare -U`, unshare(1)), where the
/// process has no privilege over the machine, yet owns the files, which stay root's.
///
/// **Durable.** fsync, full_page_writes and synchronous_commit are on, whatever the configuration file says.
///
/// **One at a time, and none left behind.** The kernel tells postgres to shut down when the thread that started it dies
/// (`PR_SET_PDEATHSIG`), which a kill -9 of the server cannot prevent; that thread therefore lives as long as postgres.
/// Should one survive all the same, the next start finds it by its working directory and stops it first. One that ends
/// by itself is started again, on the same port.
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EmbeddedPostgres.class);
    private static final String USER = "underway";

    /// After a crash it first replays the log since the last checkpoint.
    private static final Duration READY_WITHIN = Duration.ofMinutes(5);

    private final PostgresPrograms programs;
    private final PostgresData data;
    private final int port;
    private final String password;
    private final CompletableFuture<Process> first = new CompletableFuture<>();
    private volatile State state = State.STARTING;
    private final BlockingQueue<String> lastWords = new ArrayBlockingQueue<>(20);

    private enum State {
        STARTING,
        SERVING,
        CLOSED
    }

    private EmbeddedPostgres(PostgresData data, int port, String password) {
        this.programs = data.programs();
        this.data = data;
        this.port = port;
        this.password = password;
    }

    /// Starts it with everything under `home`, which is made when it is missing.
    public static EmbeddedPostgres start(Path home) throws IOException {
        return start(home, home.resolve("programs"));
    }

    /// Starts it with its programs unpacked under `programs`, which several may share.
    public static EmbeddedPostgres start(Path home, Path programs) throws IOException {
        Files.createDirectories(
                home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var password = password(home);
        var data = new PostgresData(
                PostgresPrograms.in(programs), home.toRealPath().resolve("data"));
        data.initialize(USER, home.resolve("password"));
        data.claim();
        var postgres = new EmbeddedPostgres(data, freePort(), password);
        postgres.run();
        return postgres;
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    public int port() {
        return port;
    }

    public String username() {
        return USER;
    }

    public String password() {
        return password;
    }

    /// Stops it, without waiting for its clients, and returns when it has ended.
    @Override
    public void close() {
        synchronized (this) {
            state = State.CLOSED;
        }
        try {
            data.stop();
        } catch (IOException e) {
            LOG.warnf(e, "cannot stop the embedded PostgreSQL directory=%s", data.directory());
        }
    }

    private static String password(Path home) throws IOException {
        var file = home.resolve("password");
        if (!Files.exists(file)) {
            if (Files.exists(home.resolve("data"))) {
                throw new IOException("the database's password is missing: put back " + file
                        + " from a backup, or move " + home.resolve("data") + " away to begin anew");
            }
            var random = new byte[24];
            new SecureRandom().nextBytes(random);
            var unfinished = Files.createTempFile(home, "password-", "");
            Files.writeString(unfinished, Base64.getUrlEncoder().encodeToString(random));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private void run() throws IOException {
        Thread.ofPlatform().daemon().name("postgres").start(this::keep);
        try {
            var end = System.nanoTime() + READY_WITHIN.toNanos();
            for (var process = first.join(); !data.served(process.pid()); PostgresData.pause()) {
                if (!process.isAlive()) {
                    throw new IOException("PostgreSQL did not start: " + String.join("; ", lastWords));
                }
                if (System.nanoTime() > end) {
                    close();
                    throw new IOException("PostgreSQL did not get ready: " + String.join("; ", lastWords));
                }
            }
            state = State.SERVING;
        } catch (CompletionException e) {
            throw new IOException("PostgreSQL did not start: " + e.getCause(), e);
        }
    }

    /// Starts postgres and stays until it ends, as the thread on whose life it depends; then starts it again.
    private void keep() {
        try {
            for (var process = begin(); process != null; process = begin()) {
                first.complete(process);
                try (var output = process.inputReader(StandardCharsets.UTF_8)) {
                    output.lines().forEach(this::hear);
                }
                if (state == State.STARTING) {
                    return;
                }
                PostgresData.pause();
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.errorf(e, "cannot start the embedded PostgreSQL directory=%s", data.directory());
            first.completeExceptionally(e);
        }
    }

    private synchronized @Nullable Process begin() throws IOException {
        if (state == State.CLOSED) {
            return null;
        }
        if (state == State.SERVING) {
            LOG.errorf("the embedded PostgreSQL has ended by itself, starting it again said=%s", lastWords);
            data.claim();
        }
        return programs.command(
                        "postgres",
                        List.of(
                                "-D",
                                data.directory().toString(),
                                "--listen_addresses=127.0.0.1",
                                "--port=" + port,
                                "--unix_socket_directories=",
                                "--fsync=on",
                                "--full_page_writes=on",
                                "--synchronous_commit=on",
                                "--logging_collector=off"))
                .start();
    }

    private void hear(String line) {
        LOG.debugf("postgres: %s", line);
        while (!lastWords.offer(line)) {
            lastWords.poll();
        }
    }
}
