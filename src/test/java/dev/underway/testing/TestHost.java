package dev.underway.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A booted systemd host for one test, made by `deploy/lib/testhost`, which says what is inside and what is not.
///
/// Its name is unique, and it is gone after [#close] or, when a test dies, with the JVM. Needs root and
/// systemd-nspawn.
public final class TestHost implements AutoCloseable {
    private static final AtomicInteger BOOTED = new AtomicInteger();

    private final String name;
    private final Thread removal = new Thread(this::remove);
    private long pid;

    private TestHost(String name) {
        this.name = name;
    }

    /// @param options as of `testhost up`, such as `--bind`, `/here:/there`
    public static TestHost boot(String... options) {
        var host =
                new TestHost("t" + Long.toString(ProcessHandle.current().pid(), 36) + "-" + BOOTED.incrementAndGet());
        Runtime.getRuntime().addShutdownHook(host.removal);
        var command = new ArrayList<>(List.of("up", host.name));
        command.addAll(List.of(options));
        run(command).orFail();
        host.findPid();
        return host;
    }

    private void findPid() {
        pid = Long.parseLong(run(List.of("pid", name)).orFail().output().strip());
    }

    public String name() {
        return name;
    }

    /// Runs a command inside as root and fails when the command does.
    public String exec(String... command) {
        return tryExec(command).orFail().output();
    }

    public Program.Ended tryExec(String... command) {
        var all = new ArrayList<>(List.of("exec", name, "--"));
        all.addAll(List.of(command));
        return run(all);
    }

    /// Installs Debian packages in the host, in the network of this machine: the host's own leads nowhere.
    public void install(String... packages) {
        // Mirrors of a release that is not out yet may be some weeks behind.
        var apt = "apt-get update -q -o Acquire::Check-Valid-Until=false && DEBIAN_FRONTEND=noninteractive"
                + " apt-get install -y -q --no-install-recommends ";
        var target = "--target=" + pid;
        Program.of(
                        "nsenter",
                        target,
                        "--mount",
                        "--pid",
                        "--ipc",
                        "--uts",
                        "sh",
                        "-c",
                        apt + String.join(" ", packages))
                .within(Duration.ofMinutes(5))
                .run()
                .orFail();
    }

    /// The machine's id of the host's process 1; another one after each boot.
    public long pid() {
        return pid;
    }

    /// Where the machine sees a path of the host's, while it is on.
    public Path path(String absolute) {
        return Path.of("/proc/" + pid + "/root" + absolute);
    }

    /// The address of the host's message bus; another one after each boot.
    public String systemBus() {
        return "unix:path=" + path("/run/dbus/system_bus_socket");
    }

    public void write(String absolute, String text) {
        try {
            Files.createDirectories(path(absolute).getParent());
            Files.writeString(path(absolute), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void writeExecutable(String absolute, String text) {
        write(absolute, text);
        try {
            Files.setPosixFilePermissions(path(absolute), PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String read(String absolute) {
        try {
            return Files.readString(path(absolute));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void powerOff() {
        run(List.of("poweroff", name)).orFail();
    }

    /// Pulls the plug.
    public void kill() {
        run(List.of("kill", name)).orFail();
    }

    /// Boots the same disk again.
    public void bootAgain() {
        run(List.of("up", name)).orFail();
        findPid();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(removal);
        remove();
    }

    private void remove() {
        run(List.of("down", name)).orFail();
    }

    private static Program.Ended run(List<String> arguments) {
        var command = new ArrayList<>(
                List.of(Path.of("deploy/lib/testhost").toAbsolutePath().toString()));
        command.addAll(arguments);
        return Program.of(command).run();
    }
}
