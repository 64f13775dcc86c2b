package dev.underway.server.access;

import dev.underway.model.Digests;
import dev.underway.server.store.HostIdentity;
import dev.underway.server.store.HostIdentity.Certified;
import dev.underway.server.store.HostIdentityRepository;
import dev.underway.server.store.JoinToken;
import dev.underway.server.store.JoinTokenRepository;
import dev.underway.server.store.Outage;
import dev.underway.server.store.ServerConfig;
import dev.underway.server.store.StoreException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jboss.logging.Logger;

/// Makes hosts of machines, and takes that back.
@ApplicationScoped
public class Enrolments {
    private static final Logger LOG = Logger.getLogger(Enrolments.class);

    /// For the operator of a host whose certificate is not over and counts no more.
    static final String JOIN_AGAIN = "on the host, put a new token of `underway join-token create` into"
            + " /etc/underway/join-token, remove /var/lib/underway/identity.json and restart underway-agent.service";

    /// A machine that is a host from now on. Certificate and authority are PEM; `labels` are what its join token
    /// fixes.
    public record Enrolled(String certificate, String authority, Instant at, Map<String, String> labels) {}

    /// A certificate and its authority, both PEM.
    public record Renewed(String certificate, String authority) {}

    private record Issue(HostIdentity identity, X509Certificate certificate) {}

    private sealed interface Outcome {
        record Issued(HostIdentity identity, X509Certificate certificate, JoinToken token) implements Outcome {}

        record Turned(Refused refused) implements Outcome {}
    }

    private final JoinTokenRepository tokens;
    private final HostIdentityRepository identities;
    private final Credentials credentials;
    private final CertificateAuthority authority;
    private final Duration validity;

    Enrolments(
            JoinTokenRepository tokens,
            HostIdentityRepository identities,
            Credentials credentials,
            CertificateAuthority authority,
            ServerConfig config) {
        this.tokens = tokens;
        this.identities = identities;
        this.credentials = credentials;
        this.authority = authority;
        this.validity = config.hostCertificateLife();
    }

    /// Checks token, name, key and machine, and makes the certificate that counts for `host` from now on. The use
    /// of the token and the certificate are committed together. `csr` is PEM; `machine` is hexadecimal.
    public Enrolled enrol(String token, String host, String machine, String csr) throws Refused, StoreException {
        var text = JoinTokenText.parse(token).orElse(null);
        if (text == null) {
            throw new Refused(
                    401, "TokenUnknown", "This is not a join token; one has the form uw1.<id>.<secret>.<CA>.");
        }
        var request = CertificateRequest.read(csr);
        var candidate = new Admission.Candidate(text.secret(), host, machine, request.keyDigest());
        var outcome =
                Outage.guard(() -> QuarkusTransaction.requiringNew().call(() -> decide(text.id(), candidate, request)));
        return switch (outcome) {
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
                        host, text.id(), issued.identity().certificate().serial());
                yield new Enrolled(
                        Pem.of(issued.certificate()),
                        authority.pem(),
                        issued.identity().enrolledAt(),
                        issued.token().labels());
            }
        };
    }

    /// A certificate for `csr` that renews the caller's own, for the same host and the same machine, whatever the
    /// request
    /// says of its subject. The old one counts until the new one is [#seen], because this answer may be lost.
    public Renewed renew(Caller.EnrolledHost caller, String csr) throws Refused, StoreException {
        var request = CertificateRequest.read(csr);
        var renewed = Outage.guard(() -> QuarkusTransaction.requiringNew().call(() -> {
            var current = identities.lock(caller.host()).filter(known -> counts(known, caller));
            return current.map(known -> renew(known, request));
        }));
        if (renewed.isEmpty()) {
            throw new Refused(401, "NotEnrolled", "This certificate counts no more: " + JOIN_AGAIN + ".");
        }
        var issued = renewed.get();
        credentials.put(issued.identity());
        LOG.infov(
                "certificate renewed: host={0} old={1} new={2} until={3}",
                caller.host(),
                caller.certificateSerial(),
                certified(issued.certificate()).serial(),
                issued.certificate().getNotAfter().toInstant());
        return new Renewed(Pem.of(issued.certificate()), authority.pem());
    }

    /// The caller has shown its certificate. If that renews another one, the other counts no more.
    public void seen(Caller.EnrolledHost caller) throws StoreException {
        var known = credentials.identity(caller.host());
        if (known == null || !isNext(known, caller)) {
            return;
        }
        var settled = Outage.guard(() -> QuarkusTransaction.requiringNew().call(() -> {
            var identity = identities
                    .lock(caller.host())
                    .filter(current -> isNext(current, caller))
                    .map(HostIdentity::settled);
            identity.ifPresent(identities::put);
            return identity;
        }));
        settled.ifPresent(credentials::put);
    }

    /// Frees the name: no certificate counts for `host` any more. Answers whether one did.
    public boolean revoke(String host) throws StoreException {
        boolean known = Outage.guard(() -> identities.remove(host));
        credentials.remove(host);
        if (known) {
            LOG.infov("certificate revoked: host={0}", host);
        }
        return known;
    }

    private Issue renew(HostIdentity current, CertificateRequest request) {
        var certificate = authority.host(request.key(), current.host(), current.machine(), validity, Instant.now());
        var identity = current.renewedBy(certified(certificate));
        identities.put(identity);
        return new Issue(identity, certificate);
    }

    private static boolean counts(HostIdentity identity, Caller.EnrolledHost caller) {
        return identity.certificate().serial().equals(caller.certificateSerial()) || isNext(identity, caller);
    }

    private static boolean isNext(HostIdentity identity, Caller.EnrolledHost caller) {
        var next = identity.next();
        return next != null && next.serial().equals(caller.certificateSerial());
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
        var certificate = authority.host(request.key(), candidate.host(), candidate.machine(), validity, now);
        var identity =
                new HostIdentity(candidate.host(), certified(certificate), null, candidate.machine(), token.id(), now);
        identities.put(identity);
        return new Outcome.Issued(identity, certificate, token);
    }

    static Certified certified(X509Certificate certificate) {
        return new Certified(
                certificate.getSerialNumber().toString(16),
                Digests.sha256(certificate.getPublicKey().getEncoded()));
    }
}
