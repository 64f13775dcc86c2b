package dev.underway.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/// TLS as a kubeconfig asks for it: exactly the CA it carries, and the client certificate if there is one.
final class Trust {
    private static final char[] NO_PASSWORD = {};

    private Trust() {}

    static SSLContext context(Connection connection) throws CommandFailed {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys(connection.credentials()), authorities(connection.authority()), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new CommandFailed(
                    Exit.NO_ACCESS,
                    "the kubeconfig holds a certificate or key that is not understood: " + e.getMessage());
        }
    }

    private static TrustManager @Nullable [] authorities(@Nullable String pem)
            throws GeneralSecurityException, IOException {
        if (pem == null) {
            return null;
        }
        var store = emptyStore();
        for (var certificate : certificates(pem)) {
            store.setCertificateEntry("ca-" + store.size(), certificate);
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] keys(Connection.Credentials credentials)
            throws GeneralSecurityException, IOException {
        return switch (credentials) {
            case Connection.Credentials.None() -> null;
            case Connection.Credentials.Token(var _) -> null;
            case Connection.Credentials.Certificate(var chain, var key) -> {
                var store = emptyStore();
                store.setKeyEntry("client", privateKey(key), NO_PASSWORD, certificates(chain));
                var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(store, NO_PASSWORD);
                yield factory.getKeyManagers();
            }
        };
    }

    private static Certificate[] certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))
                .toArray(Certificate[]::new);
    }

    private static PrivateKey privateKey(String pem) throws IOException {
        try (var parser = new PEMParser(new StringReader(pem))) {
            // A SEC 1 file often begins with the curve's parameters.
            for (var entry = parser.readObject(); entry != null; entry = parser.readObject()) {
                if (entry instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (entry instanceof PrivateKeyInfo info) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
            }
            throw new IOException("the client key is not an unencrypted PEM key");
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
