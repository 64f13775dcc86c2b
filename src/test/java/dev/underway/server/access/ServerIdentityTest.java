package dev.underway.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server's files: made once, kept, and renewed only when they must be.
class ServerIdentityTest {
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @TempDir
    Path state;

    @Test
    void makesAChainThatEndsWithItsOwnAuthority() throws Exception {
        var identity = ServerIdentity.prepare(state, List.of("underway.example", "192.0.2.7"), NOW);

        var chain = certificates(identity.certificate());
        var authority = certificates(identity.ca()).getFirst();
        assertThat(chain).hasSize(2);
        assertThat(chain.getLast()).isEqualTo(authority);
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setRevocationEnabled(false);
        var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(chain.getFirst()));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
        assertThat(chain.getFirst().getSubjectAlternativeNames())
                .extracting(name -> name.get(1).toString())
                .contains("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "underway.example", "192.0.2.7");
    }

    @Test
    void keepsKeysToTheirOwner() throws Exception {
        var identity = ServerIdentity.prepare(state.resolve("new"), List.of(), NOW);
        AdminKubeconfig.prepare(state.resolve("new"), URI.create("https://localhost:6443"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("new"))))
                .isEqualTo("rwx------");
        for (var file : List.of("ca.key", "server.key", "admin.token", "admin.kubeconfig")) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(identity.key().resolveSibling(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void changesNothingAtTheNextStart() throws Exception {
        var first = ServerIdentity.prepare(state, List.of("a.example"), NOW);
        var before = List.of(Files.readString(first.certificate()), Files.readString(first.key()));

        ServerIdentity.prepare(state, List.of("a.example"), NOW.plus(Duration.ofDays(300)));

        assertThat(List.of(Files.readString(first.certificate()), Files.readString(first.key())))
                .isEqualTo(before);
    }

    @Test
    void renewsTheServersCertificateButNotTheAuthorityWhenTheEndIsNear() throws Exception {
        var first = ServerIdentity.prepare(state, List.of(), NOW);
        var authority = Files.readString(first.ca());
        var end = certificates(first.certificate()).getFirst().getNotAfter().toInstant();

        ServerIdentity.prepare(state, List.of(), NOW.plus(Duration.ofDays(600)));

        assertThat(certificates(first.certificate()).getFirst().getNotAfter().toInstant())
                .isAfter(end);
        assertThat(Files.readString(first.ca())).isEqualTo(authority);
    }

    @Test
    void renewsWhenItsNamesChange() throws Exception {
        ServerIdentity.prepare(state, List.of("old.example"), NOW);

        var identity = ServerIdentity.prepare(state, List.of("new.example"), NOW);

        assertThat(certificates(identity.certificate()).getFirst().getSubjectAlternativeNames())
                .extracting(name -> name.get(1).toString())
                .contains("new.example")
                .doesNotContain("old.example");
    }

    @Test
    void saysWhatToDoWhenTheAuthoritysKeyIsLost() throws Exception {
        ServerIdentity.prepare(state, List.of(), NOW);
        Files.delete(state.resolve("ca.key"));

        assertThatThrownBy(() -> ServerIdentity.prepare(state, List.of(), NOW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("restore it from a backup");
    }

    @Test
    void theKubeconfigFollowsTheAddressAndKeepsTheToken() throws Exception {
        ServerIdentity.prepare(state, List.of(), NOW);
        var first = AdminKubeconfig.prepare(state, URI.create("https://localhost:6443"));

        var second = AdminKubeconfig.prepare(state, URI.create("https://underway.example:443"));

        assertThat(second.token()).isEqualTo(first.token());
        assertThat(Files.readString(second.file()))
                .contains("server: https://underway.example:443", second.token().text());
        assertThat(second.toString()).doesNotContain(second.token().secret());
    }

    @SuppressWarnings("unchecked")
    private static List<X509Certificate> certificates(Path file) throws Exception {
        try (var in = Files.newInputStream(file)) {
            return (List<X509Certificate>) (List<?>)
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
        }
    }
}
