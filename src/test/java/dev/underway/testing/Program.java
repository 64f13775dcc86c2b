package dev.underway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program of this machine, to be run to its end. `environment` is added to the test's own; who runs longer than
/// `longest` is killed.
public record Program(List<String> command, Map<String, String> environment, String input, Duration longest) {
    private static final Duration USUALLY_LONGEST = Duration.ofMinutes(2);

    public static Program of(List<String> command) {
        return new Program(List.copyOf(command), Map.of(), "", USUALLY_LONGEST);
    }

    public static Program of(String program, String... arguments) {
        var command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return of(command);
    }

    /// The same with an environment variable.
    public Program where(String variable, String value) {
        var more = new HashMap<>(environment);
        more.put(variable, value);
        return new Program(command, Map.copyOf(more), input, longest);
    }

    /// The same with `text` as its standard input.
    public Program reading(String text) {
        return new Program(command, environment, text, longest);
    }

    public Program within(Duration time) {
        return new Program(command, environment, input, time);
    }

    /// What a program said and how it ended.
    public record Ended(List<String> command, int exitCode, String output, String errors) {
        public Ended orFail() {
            if (exitCode != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with " + exitCode + ": " + errors.strip() + output.strip());
            }
            return this;
        }
    }

    public Ended run() {
        try {
            var process = start();
            process.onExit()
                    .orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(_ -> process.destroyForcibly());
            var errors = new StringBuffer();
            var reader = Thread.ofVirtual().start(() -> errors.append(text(process.getErrorStream())));
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(UTF_8));
            }
            var output = text(process.getInputStream());
            reader.join();
            return new Ended(command, process.waitFor(), output, errors.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        }
    }

    private Process start() throws IOException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
