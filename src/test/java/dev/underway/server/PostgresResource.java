package dev.underway.server;

import dev.underway.server.access.ServerIdentity;
import dev.underway.server.access.SharedAuthority;
import dev.underway.server.store.AuthorityVault;
import dev.underway.server.store.Schema;
import dev.underway.server.store.StoreException;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A PostgreSQL, and a state directory with the server's identity, for tests with `@QuarkusTest` and
/// `@WithTestResource(PostgresResource.class)`. Classes with the same resources and test profile share one application
/// and one database. A field of type EmbeddedPostgres in the test is filled in.
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {
    /// Unpacked once, whoever tests.
    static final Path PROGRAMS = Path.of("target", "postgres-programs").toAbsolutePath();

    private Path home;
    private ServerIdentity identity;
    private EmbeddedPostgres postgres;

    @Override
    public Map<String, String> start() {
        try {
            home = Files.createTempDirectory("underway-postgres-");
            postgres = EmbeddedPostgres.start(home.resolve("postgres"), PROGRAMS);
            Schema.prepare(postgres.jdbcUrl(), postgres.username(), postgres.password());
            var vault = new AuthorityVault(postgres.jdbcUrl(), postgres.username(), postgres.password());
            identity = ServerIdentity.prepare(home, SharedAuthority.find(vault, home, Optional.empty()), List.of());
        } catch (StoreException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(
                "underway.state-directory", home.toString(),
                "quarkus.http.test-ssl-port", "0",
                "quarkus.http.ssl.certificate.files", identity.certificate().toString(),
                "quarkus.http.ssl.certificate.key-files", identity.key().toString(),
                "quarkus.http.ssl.certificate.trust-store-files", identity.ca().toString(),
                "quarkus.datasource.jdbc.url", postgres.jdbcUrl(),
                "quarkus.datasource.username", postgres.username(),
                "quarkus.datasource.password", postgres.password());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(postgres, new TestInjector.MatchesType(EmbeddedPostgres.class));
    }

    @Override
    public void stop() {
        postgres.close();
        try (var files = Files.walk(home)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
