package dev.underway.agent.fetch;

import dev.underway.model.Digests;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.X509TrustManager;

/// Trusts a server whose chain contains the CA certificate with the SHA-256 that a join token names, and verifies
/// against that CA. The JDK adds the check of the server's name.
final class PinnedAuthority implements X509TrustManager {
    private final String sha256;

    PinnedAuthority(String sha256) {
        this.sha256 = sha256;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            var authority = pinned(List.of(chain));
            for (var manager : Identity.trusting(List.of(authority)).getTrustManagers()) {
                if (manager instanceof X509TrustManager trust) {
                    trust.checkServerTrusted(chain, authType);
                    return;
                }
            }
            throw new CertificateException("no X.509 trust manager");
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    /// The certificate among `chain` that the token names.
    X509Certificate pinned(Iterable<X509Certificate> chain) throws CertificateException {
        for (var certificate : chain) {
            if (Digests.sha256(certificate.getEncoded()).equals(sha256) && certificate.getBasicConstraints() >= 0) {
                return certificate;
            }
        }
        throw new CertificateException("the server does not show the CA that the join token names: either this is"
                + " another server, or the token was made by another one");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return Stream.<X509Certificate>empty().toArray(X509Certificate[]::new);
    }
}
