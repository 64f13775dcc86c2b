package dev.underway.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Finds kubectl 1.35 or gets it, by `deploy/lib/kubectl`. A test that needs it is never skipped.
final class KubectlProgram {
    private KubectlProgram() {}

    static synchronized Path path() {
        try {
            var process = new ProcessBuilder("deploy/lib/kubectl")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("there is no kubectl 1.35; deploy/lib/kubectl says why (above)");
            }
            return Path.of(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
