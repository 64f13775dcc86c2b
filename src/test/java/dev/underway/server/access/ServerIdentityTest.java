package dev.underway.server.access;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server's files: made once, kept, and renewed only when they must be.
class ServerIdentityTest {
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @TempDir
    Path state;

    private final CertificateAuthority authority = CertificateAuthority.create(NOW);

    @BeforeEach
    void authority() throws Exception {
        Pem.write(state.resolve("ca.pem"), authority.pem());
    }

    @Test
    void makesAChainThatEndsWithItsOwnAuthority() throws Exception {
        var identity = ServerIdentity.prepare(state, authority, List.of("underway.example", "192.0.2.7"), NOW);

        var chain = certificates(identity.certificate());
        var root = certificates(identity.ca()).getFirst();
        assertThat(chain).hasSize(2);
        assertThat(chain.getLast()).isEqualTo(root);
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(chain.getFirst()));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
        assertThat(chain.getFirst().getSubjectAlternativeNames())
                .extracting(name -> name.get(1).toString())
                .contains("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "underway.example", "192.0.2.7");
    }

    @Test
    void keepsKeysToTheirOwner() throws Exception {
        var identity = ServerIdentity.prepare(state, authority, List.of(), NOW);
        AdminKubeconfig.prepare(state, URI.create("https://localhost:6443"));

        for (var file : List.of("server.key", "admin.token", "admin.kubeconfig")) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(identity.key().resolveSibling(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void changesNothingAtTheNextStart() throws Exception {
        var first = ServerIdentity.prepare(state, authority, List.of("a.example"), NOW);
        var before = List.of(Files.readString(first.certificate()), Files.readString(first.key()));

        ServerIdentity.prepare(state, authority, List.of("a.example"), NOW.plus(Duration.ofDays(300)));

        assertThat(List.of(Files.readString(first.certificate()), Files.readString(first.key())))
                .isEqualTo(before);
    }

    @Test
    void renewsWhenTheEndIsNear() throws Exception {
        var first = ServerIdentity.prepare(state, authority, List.of(), NOW);
        var end = certificates(first.certificate()).getFirst().getNotAfter().toInstant();

        ServerIdentity.prepare(state, authority, List.of(), NOW.plus(Duration.ofDays(600)));

        assertThat(certificates(first.certificate()).getFirst().getNotAfter().toInstant())
                .isAfter(end);
    }

    @Test
    void renewsWhenItsNamesChange() throws Exception {
        ServerIdentity.prepare(state, authority, List.of("old.example"), NOW);

        var identity = ServerIdentity.prepare(state, authority, List.of("new.example"), NOW);

        assertThat(certificates(identity.certificate()).getFirst().getSubjectAlternativeNames())
                .extracting(name -> name.get(1).toString())
                .contains("new.example")
                .doesNotContain("old.example");
    }

    @Test
    void renewsWhenTheAuthorityIsAnother() throws Exception {
        var before = ServerIdentity.prepare(state, CertificateAuthority.create(NOW), List.of(), NOW);
        var old = certificates(before.certificate()).getFirst();

        var identity = ServerIdentity.prepare(state, authority, List.of(), NOW);

        assertThat(certificates(identity.certificate()).getFirst()).isNotEqualTo(old);
        certificates(identity.certificate())
                .getFirst()
                .verify(authority.certificate().getPublicKey());
    }

    @Test
    void theKubeconfigFollowsTheAddressAndKeepsTheToken() throws Exception {
        ServerIdentity.prepare(state, authority, List.of(), NOW);
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
