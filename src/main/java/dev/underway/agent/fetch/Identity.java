package dev.underway.agent.fetch;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.NoSuchElementException;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Who this host is to its server, and by which CA it knows that server. `key`, `certificate` and `ca` are PEM. Kept in
/// one file, for root alone.
public record Identity(String host, String serverUid, String key, String certificate, String ca) {
    private static final String FILE = "identity.json";

    public static Optional<Identity> load(StateDirectory state) throws IOException {
        return state.load(FILE, Identity.class);
    }

    void save(StateDirectory state) throws IOException {
        state.write(FILE, Codec.bytes(this));
    }

    /// How long the certificate is valid.
    public record Validity(Instant from, Instant until) {
        /// When it is time to renew: two thirds of the life after its beginning, and the part `later` of the life more.
        public Instant renewalFrom(double later) {
            var life = Duration.between(from, until);
            return from.plusMillis((long) (life.toMillis() * (2.0 / 3 + later)));
        }
    }

    public Validity validity() throws FetchFailed {
        var own = own(certificate);
        return new Validity(own.getNotBefore().toInstant(), own.getNotAfter().toInstant());
    }

    /// With a new key and certificate. Throws when the server gave another one than was asked for: one that is not for
    /// this key and this host, or not of the authority that this host trusts.
    Identity renewed(CertificateKey key, String certificate) throws FetchFailed {
        var issued = own(certificate);
        try {
            issued.verify(own(ca).getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new FetchFailed("RenewalRefused", "the renewed certificate is not of the authority of this host", e);
        }
        if (!issued.getPublicKey().equals(key.pair().getPublic())
                || !issued.getSubjectX500Principal()
                        .equals(own(this.certificate).getSubjectX500Principal())) {
            throw new FetchFailed("RenewalRefused", "the renewed certificate is for another key or another host");
        }
        return new Identity(host, serverUid, key.pem(), certificate, ca);
    }

    private static X509Certificate own(String pem) throws FetchFailed {
        try {
            return certificates(pem).iterator().next();
        } catch (GeneralSecurityException | NoSuchElementException e) {
            throw new FetchFailed("IdentityUnusable", "not a certificate in PEM", e);
        }
    }

    /// Shows the client certificate and trusts servers of the one CA only.
    SSLContext tls() throws FetchFailed {
        try {
            var own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            var privateKey = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(decode(key)));
            own.setKeyEntry(
                    "host", privateKey, new char[0], certificates(certificate).toArray(Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, new char[0]);
            var tls = SSLContext.getInstance("TLS");
            tls.init(keys.getKeyManagers(), trusting(certificates(ca)).getTrustManagers(), null);
            return tls;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new FetchFailed(
                    "IdentityUnusable", "the stored identity cannot be used; remove identity.json and enrol again", e);
        }
    }

    static TrustManagerFactory trusting(Collection<? extends Certificate> authorities)
            throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (var authority : authorities) {
            store.setCertificateEntry("ca" + store.size(), authority);
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust;
    }

    static Collection<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    static String encode(String label, byte[] der) {
        var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    static byte[] decode(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }

    /// Without the key.
    @Override
    public String toString() {
        return "Identity[host=" + host + ", serverUid=" + serverUid + "]";
    }
}
