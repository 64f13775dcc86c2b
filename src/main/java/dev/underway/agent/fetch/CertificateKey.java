package dev.underway.agent.fetch;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A key that is made here and never leaves but into the identity file, and the request for a certificate of it.
record CertificateKey(KeyPair pair) {
    static CertificateKey create() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return new CertificateKey(generator.generateKeyPair());
    }

    /// The private half, PEM.
    String pem() {
        return Identity.encode("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    /// PKCS#10 in PEM.
    String request(String host) throws OperatorCreationException, IOException {
        var subject =
                new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, host).build();
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
        var request = new JcaPKCS10CertificationRequestBuilder(subject, pair.getPublic()).build(signer);
        return Identity.encode("CERTIFICATE REQUEST", request.getEncoded());
    }

    /// Without the private half.
    @Override
    public String toString() {
        return "CertificateKey[" + pair.getPublic().getAlgorithm() + "]";
    }
}
