package dev.underway.testing;

import dev.underway.server.access.ServerIdentity;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// A state directory with an authority, and TLS on a free port: kubectl sends no token over plain HTTP.
public final class TlsResource implements QuarkusTestResourceLifecycleManager {
    private Path state;

    @Override
    public Map<String, String> start() {
        try {
            state = Files.createTempDirectory("underway-state-");
            var identity = ServerIdentity.prepare(state, List.of());
            return Map.of(
                    "underway.state-directory", state.toString(),
                    "quarkus.http.test-ssl-port", "0",
                    "quarkus.http.ssl.certificate.files", identity.certificate().toString(),
                    "quarkus.http.ssl.certificate.key-files", identity.key().toString(),
                    "quarkus.http.ssl.certificate.trust-store-files",
                            identity.ca().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        try (var files = Files.walk(state)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
