package dev.underway.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.server.PostgresResource;
import dev.underway.server.store.AuthorityVault;
import dev.underway.server.store.Schema;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The one authority of a store, on a real PostgreSQL: each test has a database of its own.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class SharedAuthorityTest {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Optional<String> NO_PASSPHRASE = Optional.empty();

    @Inject
    DataSource server;

    @ConfigProperty(name = "quarkus.datasource.username")
    String user;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    @TempDir
    Path directory;

    private String url;
    private AuthorityVault vault;

    @BeforeEach
    void aNewDatabase() throws Exception {
        var name = "authority" + NUMBER.incrementAndGet();
        try (var connection = server.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + name);
            url = connection.getMetaData().getURL().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1");
        }
        Schema.prepare(url, user, password);
        vault = new AuthorityVault(url, user, password);
    }

    @Test
    void isTheSameForAllReplicas() throws Exception {
        var first = SharedAuthority.find(vault, state("first"), NO_PASSPHRASE);

        var second = SharedAuthority.find(vault, state("second"), NO_PASSPHRASE);

        assertThat(second).isEqualTo(first);
        assertThat(Files.readString(directory.resolve("second/ca.pem"))).isEqualTo(first.pem());
    }

    @Test
    void isMadeOnceWhenManyReplicasStartAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<String> start =
                    () -> SharedAuthority.find(vault, state("replica" + NUMBER.incrementAndGet()), NO_PASSPHRASE)
                            .fingerprint();

            var fingerprints = threads
                    .invokeAll(Stream.generate(() -> start).limit(8).toList())
                    .stream()
                    .map(done -> done.resultNow())
                    .distinct();

            assertThat(fingerprints).hasSize(1);
        }
    }

    @Test
    void isThatOfAStateDirectoryThatHasOneFromBefore() throws Exception {
        var state = state("old");
        var old = oldAuthority(state);

        var found = SharedAuthority.find(vault, state, NO_PASSPHRASE);

        assertThat(found.fingerprint()).isEqualTo(old.fingerprint());
        assertThat(state.resolve("ca.key")).doesNotExist();
        assertThat(SharedAuthority.find(vault, state, NO_PASSPHRASE)).isEqualTo(found);
    }

    @Test
    void isTheDatabasesWhenTheStateDirectoryHasAnother() throws Exception {
        var found = SharedAuthority.find(vault, state("first"), NO_PASSPHRASE);
        var state = state("stray");
        oldAuthority(state);

        assertThat(SharedAuthority.find(vault, state, NO_PASSPHRASE)).isEqualTo(found);
        assertThat(Files.readString(state.resolve("ca.pem"))).isEqualTo(found.pem());
        assertThat(state.resolve("ca.key.unused")).exists();
    }

    @Test
    void isNotMadeAnewWhenTheDatabaseHasLostIt() throws Exception {
        var state = state("first");
        SharedAuthority.find(vault, state, NO_PASSPHRASE);
        execute("delete from authority");

        assertThatThrownBy(() -> SharedAuthority.find(vault, state, NO_PASSPHRASE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("restore the database from a backup");
    }

    @Test
    void keepsItsKeyEncryptedWhenThereIsAPassphrase() throws Exception {
        var passphrase = Optional.of("open, sesame");
        var found = SharedAuthority.find(vault, state("first"), passphrase);

        assertThat(keptKey()).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        assertThat(SharedAuthority.find(vault, state("second"), passphrase)).isEqualTo(found);
        assertThatThrownBy(() -> SharedAuthority.find(vault, state("third"), NO_PASSPHRASE))
                .hasMessageContaining("set underway.authority.passphrase");
        assertThatThrownBy(() -> SharedAuthority.find(vault, state("third"), Optional.of("open, barley")))
                .hasMessageContaining("underway.authority.passphrase")
                .hasMessageNotContaining("barley");
    }

    @Test
    void encryptsItsKeyWhenAPassphraseIsSetLater() throws Exception {
        var found = SharedAuthority.find(vault, state("first"), NO_PASSPHRASE);
        assertThat(keptKey()).startsWith("-----BEGIN PRIVATE KEY-----");

        var again = SharedAuthority.find(vault, state("first"), Optional.of("open, sesame"));

        assertThat(again).isEqualTo(found);
        assertThat(keptKey()).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
    }

    private Path state(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    /// As servers kept theirs before it was in the database.
    private static CertificateAuthority oldAuthority(Path state) throws IOException {
        var authority = CertificateAuthority.create(Instant.now());
        Pem.write(state.resolve("ca.pem"), authority.pem());
        Pem.write(state.resolve("ca.key"), Pem.of(authority.key()));
        return authority;
    }

    private String keptKey() throws SQLException {
        try (var connection = DriverManager.getConnection(url, user, password);
                var rows = connection.createStatement().executeQuery("select key from authority")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url, user, password)) {
            connection.createStatement().execute(sql);
        }
    }
}
