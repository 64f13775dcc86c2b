package dev.underway.agent.verify;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Runs the command of an exec probe: with an empty environment but for PATH, in `/`, for a bounded time, and
/// with the beginning of its output kept for the complaint.
final class ProbeCommand {
    private static final int MOST_OUTPUT = 300;

    private ProbeCommand() {}

    /// A complaint, or an empty text when the command ended with 0.
    static String run(List<String> command, Duration longest, String what) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        var process = builder.start();
        var output = new AtomicReference<>("");
        var reader = Thread.ofVirtual().start(() -> read(process, output));
        try {
            if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                return what + " did not end in " + longest.toSeconds() + " s";
            }
            reader.join(Duration.ofMillis(200));
            return process.exitValue() == 0
                    ? ""
                    : what + " ended with " + process.exitValue() + ": "
                            + Objects.requireNonNullElse(output.get(), "").strip();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void read(Process process, AtomicReference<String> output) {
        try (var stream = process.getInputStream()) {
            output.set(new String(stream.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8));
            stream.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The process was killed; what it said so far is enough.
        }
    }
}
