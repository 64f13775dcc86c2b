package dev.underway.server.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.underway.server.store.HostIdentity.Certified;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;

/// Tells who makes a request: by token, else by client certificate.
///
/// TLS has checked a client certificate against the server's authority and that the caller holds its key. What is
/// checked here is that it is the one certificate that counts for its host today: serial and public key are those
/// of the last enrolment.
@ApplicationScoped
public class Authenticator {
    private static final Pattern BEARER = Pattern.compile("(?i)bearer +(\\S+)");
    private static final Pattern BASIC = Pattern.compile("(?i)basic +([A-Za-z0-9+/]+=*)");
    private static final Pattern COMMON_NAME = Pattern.compile("CN=([-a-z0-9.]+)");

    private final Credentials credentials;

    Authenticator(Credentials credentials) {
        this.credentials = credentials;
    }

    /// Never throws; a request without valid credentials is [Caller.Nobody]. Cheap enough for every request, and
    /// free of blocking calls.
    public Caller caller(HttpServerRequest request) {
        var authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            return person(authorization);
        }
        var session = request.isSSL() ? request.sslSession() : null;
        if (session == null) {
            return new Caller.Nobody("no credentials");
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? host(certificate)
                    : new Caller.Nobody("not an X.509 certificate");
        } catch (SSLPeerUnverifiedException e) {
            return new Caller.Nobody("neither a token nor a client certificate");
        }
    }

    private Caller person(String authorization) {
        var token = PersonToken.parse(secret(authorization)).orElse(null);
        if (token == null) {
            return new Caller.Nobody("not a token of this server");
        }
        var known = credentials.person(token.id());
        return known != null && Secrets.matches(token.secret(), known.hash())
                ? new Caller.Person(known.person(), known.groups())
                : new Caller.Nobody("the token does not hold, or no longer");
    }

    /// The token itself, or the password of basic authentication, which is all that git can send.
    private static String secret(String authorization) {
        var bearer = BEARER.matcher(authorization);
        if (bearer.matches()) {
            return bearer.group(1);
        }
        var basic = BASIC.matcher(authorization);
        try {
            var both = basic.matches() ? new String(Base64.getDecoder().decode(basic.group(1)), US_ASCII) : "";
            return both.substring(both.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private Caller host(X509Certificate certificate) {
        var name = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
        if (!name.matches()) {
            return new Caller.Nobody("not a host's certificate");
        }
        var current = credentials.identity(name.group(1));
        if (current == null) {
            return new Caller.Nobody(
                    "host " + name.group(1) + " is not enrolled, or no longer: " + Enrolments.JOIN_AGAIN);
        }
        var shown = Enrolments.certified(certificate);
        return same(shown, current.certificate()) || (current.next() != null && same(shown, current.next()))
                ? new Caller.EnrolledHost(current.host(), shown.serial(), current.machine())
                : new Caller.Nobody(
                        "another certificate counts for host " + current.host() + " now: `underway host reset "
                                + current.host() + "` frees the name; then " + Enrolments.JOIN_AGAIN);
    }

    private static boolean same(Certified one, Certified other) {
        return same(one.serial(), other.serial()) && same(one.keyDigest(), other.keyDigest());
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(US_ASCII), other.getBytes(US_ASCII));
    }
}
