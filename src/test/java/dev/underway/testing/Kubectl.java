package dev.underway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The real kubectl 1.35, talking to the server that `kubeconfig` names, with a home and a cache of its own.
public record Kubectl(Path program, Path kubeconfig, Path home, Map<String, String> environment) {
    private static final int DEADLINE_SECONDS = 60;

    /// A kubectl for the given kubeconfig; `home` is made when it does not exist.
    public static Kubectl with(Path kubeconfig, Path home) {
        return new Kubectl(KubectlProgram.path(), kubeconfig, home, Map.of());
    }

    /// The same with an environment variable, such as `EDITOR`.
    public Kubectl where(String variable, String value) {
        return new Kubectl(program, kubeconfig, home, Map.of(variable, value));
    }

    /// Runs a command to its end.
    public Said run(String... arguments) {
        return runWith("", arguments);
    }

    /// Runs a command to its end with `input` as its standard input.
    public Said runWith(String input, String... arguments) {
        try (var running = start(arguments)) {
            running.process.getOutputStream().write(input.getBytes(UTF_8));
            running.process.getOutputStream().close();
            return running.said();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts a command that goes on, such as a watch.
    public Running start(String... arguments) {
        try {
            Files.createDirectories(home);
            var out = Files.createTempFile(home, "out", "");
            var err = Files.createTempFile(home, "err", "");
            var command = new ArrayList<String>(List.of(program.toString(), "--kubeconfig", kubeconfig.toString()));
            command.addAll(List.of(arguments));
            var builder = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().put("HOME", home.toString());
            builder.environment().remove("KUBECONFIG");
            builder.environment().putAll(environment);
            return new Running(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What a command said, and how it ended.
    public record Said(String out, String err, int exit) {
        /// All of it as text with what differs from run to run replaced: see [Transcript].
        public String text() {
            return Transcript.normalised(out + err + (exit == 0 ? "" : "[exit " + exit + "]\n"));
        }
    }

    /// A command that may still run.
    public static final class Running implements AutoCloseable {
        private final Process process;
        private final Path out;
        private final Path err;

        private Running(Process process, Path out, Path err) {
            this.process = process;
            this.out = out;
            this.err = err;
        }

        /// What it has printed so far, normalised.
        public String text() {
            try {
                return Transcript.normalised(Files.readString(out) + Files.readString(err));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// Waits for its end.
        public Said said() {
            try {
                if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError(
                            "kubectl did not end within " + DEADLINE_SECONDS + " s; it said: " + text());
                }
                return new Said(Files.readString(out), Files.readString(err), process.exitValue());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
