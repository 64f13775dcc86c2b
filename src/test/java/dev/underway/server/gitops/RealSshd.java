package dev.underway.server.gitops;

import static org.awaitility.Awaitility.await;

import dev.underway.testing.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// OpenSSH's server on a free port of 127.0.0.1, for this test's user and one key.
final class RealSshd implements AutoCloseable {
    /// Where sshd as root wants an empty directory.
    private static final Path EMPTY = Path.of("/run/sshd");

    private final Path directory;
    private final int port;
    private final Process process;
    private final boolean madeEmpty;

    private RealSshd(Path directory, int port, Process process, boolean madeEmpty) {
        this.directory = directory;
        this.port = port;
        this.process = process;
        this.madeEmpty = madeEmpty;
    }

    static RealSshd start(Path directory) throws IOException {
        Files.createDirectories(directory);
        key(directory.resolve("host"));
        key(directory.resolve("user"));
        boolean made = "root".equals(System.getProperty("user.name")) && !Files.exists(EMPTY);
        if (made) {
            Files.createDirectory(
                    EMPTY, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.writeString(directory.resolve("config"), """
                ListenAddress 127.0.0.1
                Port %d
                HostKey %s
                AuthorizedKeysFile %s
                PermitRootLogin prohibit-password
                PasswordAuthentication no
                StrictModes no
                UsePAM no
                PidFile none
                """.formatted(
                        port, directory.resolve("host"), directory.resolve("user.pub")));
        var process = new ProcessBuilder(
                        "/usr/sbin/sshd",
                        "-D",
                        "-e",
                        "-f",
                        directory.resolve("config").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        var sshd = new RealSshd(directory, port, process, made);
        await().until(sshd::answers);
        return sshd;
    }

    private static void key(Path file) {
        Program.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString())
                .run()
                .orFail();
    }

    private boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    String url(Path repository) {
        return "ssh://" + System.getProperty("user.name") + "@127.0.0.1:" + port + repository;
    }

    /// What a client must know of the server: a line of `known_hosts`.
    String knownHost() throws IOException {
        var key = Files.readString(directory.resolve("host.pub")).split(" ");
        return "[127.0.0.1]:" + port + " " + key[0] + " " + key[1] + "\n";
    }

    /// The key that may enter.
    String userKey() throws IOException {
        return Files.readString(directory.resolve("user"));
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        if (madeEmpty) {
            Files.deleteIfExists(EMPTY);
        }
    }
}
