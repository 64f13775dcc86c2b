package dev.underway.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The service of `crd-examples/web.yaml` on the hosts of a [Fleet]: behind a socket, at port 8080 of the host.
final class Web {
    private Web() {}

    /// @param version that it answers with
    /// @param minHealthyTime of its readiness, such as `200ms`
    static String manifest(int version, String minHealthyTime) {
        try {
            return Files.readString(Path.of("crd-examples/web.yaml"))
                    .replace("{role: web}", "{fleet: GROUP}")
                    .replace("minHealthyTime: 1s", "minHealthyTime: " + minHealthyTime)
                    .replace("VERSION=1", "VERSION=" + version);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
