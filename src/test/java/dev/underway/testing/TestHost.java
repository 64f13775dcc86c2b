package dev.underway.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A booted systemd host for one test, made by `deploy/lib/testhost`, which says what is inside and what is not.
///
/// Its name is unique, and it is gone after [#close] or, when a test dies, with the JVM. Needs root and
/// systemd-nspawn.
public final class TestHost implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(2);
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

    /// What a command said and how it ended.
    public record Result(List<String> command, int exitCode, String output, String errors) {
        public Result orFail() {
            if (exitCode != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with " + exitCode + ": " + errors.strip() + output.strip());
            }
            return this;
        }
    }

    /// Runs a command inside as root and fails when the command does.
    public String exec(String... command) {
        return tryExec(command).orFail().output();
    }

    public Result tryExec(String... command) {
        var all = new ArrayList<>(List.of("exec", name, "--"));
        all.addAll(List.of(command));
        return run(all);
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

    private static Result run(List<String> arguments) {
        var command = new ArrayList<>(
                List.of(Path.of("deploy/lib/testhost").toAbsolutePath().toString()));
        command.addAll(arguments);
        try {
            var process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .start();
            process.onExit()
                    .orTimeout(LONGEST.toSeconds(), TimeUnit.SECONDS)
                    .exceptionally(_ -> process.destroyForcibly());
            var errors = new StringBuffer();
            var reader = Thread.ofVirtual().start(() -> errors.append(text(process.getErrorStream())));
            var output = text(process.getInputStream());
            reader.join();
            return new Result(command, process.waitFor(), output, errors.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        }
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
