package dev.underway.server.access;

import dev.underway.server.store.HostIdentity;
import dev.underway.server.store.HostIdentityRepository;
import dev.underway.server.store.JoinToken;
import dev.underway.server.store.JoinTokenRepository;
import dev.underway.server.store.ServerConfig;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jboss.logging.Logger;

/// Makes hosts of machines, and takes that back.
@ApplicationScoped
public class Enrolments {
    private static final Logger LOG = Logger.getLogger(Enrolments.class);

    /// A machine that is a host from now on. Certificate and authority are PEM; `labels` are what its join token
    /// fixes.
    public record Enrolled(String certificate, String authority, Instant at, Map<String, String> labels) {}

    private sealed interface Outcome {
        record Issued(HostIdentity identity, X509Certificate certificate, JoinToken token) implements Outcome {}

        record Turned(Refused refused) implements Outcome {}
    }

    private final JoinTokenRepository tokens;
    private final HostIdentityRepository identities;
    private final Credentials credentials;
    private final CertificateAuthority authority;

    Enrolments(
            JoinTokenRepository tokens, HostIdentityRepository identities, Credentials credentials, ServerConfig config)
            throws IOException {
        this.tokens = tokens;
        this.identities = identities;
        this.credentials = credentials;
        this.authority = CertificateAuthority.prepare(config.stateDirectory(), Instant.now());
    }

    /// Checks token, name, key and machine, and makes the certificate that counts for `host` from now on. The use
    /// of the token and the certificate are committed together. `csr` is PEM; `machine` is hexadecimal.
    public Enrolled enrol(String token, String host, String machine, String csr) throws Refused {
        var text = JoinTokenText.parse(token).orElse(null);
        if (text == null) {
            throw new Refused(
                    401, "TokenUnknown", "This is not a join token; one has the form uw1.<id>.<secret>.<CA>.");
        }
        var request = CertificateRequest.read(csr);
        var candidate = new Admission.Candidate(text.secret(), host, machine, request.keyDigest());
        return switch (QuarkusTransaction.requiringNew().call(() -> decide(text.id(), candidate, request))) {
            case Outcome.Turned turned -> {
                LOG.infov(
                        "enrolment refused: token={0} reason={1}",
                        text.id(), turned.refused().reason());
                throw turned.refused();
            }
            case Outcome.Issued issued -> {
                credentials.put(issued.identity());
                LOG.infov(
                        "enrolled: host={0} token={1} serial={2}",
                        host, text.id(), issued.identity().serial());
                yield new Enrolled(
                        Pem.of(issued.certificate()),
                        authority.pem(),
                        issued.identity().enrolledAt(),
                        issued.token().labels());
            }
        };
    }

    /// Frees the name: no certificate counts for `host` any more. Answers whether one did.
    public boolean revoke(String host) {
        boolean known = identities.remove(host);
        credentials.remove(host);
        if (known) {
            LOG.infov("certificate revoked: host={0}", host);
        }
        return known;
    }

    private Outcome decide(String tokenId, Admission.Candidate candidate, CertificateRequest request) {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var token = tokens.lock(tokenId).orElse(null);
        var current = identities.lock(candidate.host()).orElse(null);
        return switch (Admission.of(candidate, token, current, now)) {
            case Admission.Turned turned -> new Outcome.Turned(turned.refused());
            case Admission.Repeated repeated -> issue(repeated.token(), candidate, request, now);
            case Admission.Admitted admitted -> {
                tokens.use(tokenId);
                yield issue(admitted.token(), candidate, request, now);
            }
        };
    }

    private Outcome issue(JoinToken token, Admission.Candidate candidate, CertificateRequest request, Instant now) {
        var certificate = authority.host(request.key(), candidate.host(), candidate.machine(), now);
        var identity = new HostIdentity(
                candidate.host(), serial(certificate), candidate.machine(), candidate.keyDigest(), token.id(), now);
        identities.put(identity);
        return new Outcome.Issued(identity, certificate, token);
    }

    static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }
}
