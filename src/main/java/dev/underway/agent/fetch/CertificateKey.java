package dev.underway.agent.fetch;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A key that is made here and never leaves but into files for root alone, and the request for a certificate of it.
public record CertificateKey(KeyPair pair) {
    private static final String CURVE = "secp256r1";

    public static CertificateKey create() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(CURVE));
        return new CertificateKey(generator.generateKeyPair());
    }

    /// The key with the private half `pem`; the public half follows from it. Throws when it is no key of the curve.
    static CertificateKey of(String pem) throws GeneralSecurityException {
        var factory = KeyFactory.getInstance("EC");
        var spec = new PKCS8EncodedKeySpec(Identity.decode(pem));
        var curve = ECNamedCurveTable.getByName(CURVE);
        if (!(factory.generatePrivate(spec) instanceof ECPrivateKey own)
                || !own.getParams().getOrder().equals(curve.getN())) {
            throw new InvalidKeyException("not a key of " + CURVE);
        }
        var point = new FixedPointCombMultiplier()
                .multiply(curve.getG(), own.getS())
                .normalize();
        var w = new ECPoint(
                point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
        return new CertificateKey(new KeyPair(factory.generatePublic(new ECPublicKeySpec(w, own.getParams())), own));
    }

    /// The private half, PEM.
    String pem() {
        return Identity.encode("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    /// PKCS#10 in PEM.
    public String request(String host) throws OperatorCreationException, IOException {
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
