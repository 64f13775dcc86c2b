package dev.underway.server.access;

import dev.underway.model.Digests;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemReader;

/// The key for which a machine wants a certificate. Its request proves that it holds the private half; whatever
/// else the request says about its subject counts for nothing.
record CertificateRequest(PublicKey key) {
    private static final int MIN_EC_BITS = 256;
    private static final int MIN_RSA_BITS = 2048;
    /// Larger ones only cost time.
    private static final int MAX_RSA_BITS = 8192;

    /// Reads a PKCS#10 request in PEM.
    static CertificateRequest read(String pem) throws Refused {
        try (var reader = new PemReader(new StringReader(pem))) {
            var object = reader.readPemObject();
            if (object == null) {
                throw Refused.badRequest("csr is not PEM.");
            }
            var request = new JcaPKCS10CertificationRequest(object.getContent());
            var key = request.getPublicKey();
            if (!strong(key)) {
                throw Refused.badRequest("csr must hold an EC key of at least " + MIN_EC_BITS
                        + " bits or an RSA key of " + MIN_RSA_BITS + " to " + MAX_RSA_BITS + " bits.");
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw Refused.badRequest("csr is not signed by the key that it holds.");
            }
            return new CertificateRequest(key);
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) {
            throw Refused.badRequest("csr is not a certificate request in PEM (PKCS#10).");
        }
    }

    /// SHA-256 of the public key's encoding.
    String keyDigest() {
        return Digests.sha256(key.getEncoded());
    }

    private static boolean strong(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> ec.getParams().getCurve().getField().getFieldSize() >= MIN_EC_BITS;
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= MIN_RSA_BITS && rsa.getModulus().bitLength() <= MAX_RSA_BITS;
            default -> false;
        };
    }
}
