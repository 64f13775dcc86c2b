package dev.underway.server.access;

import dev.underway.model.Digests;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The server's own authority: the only one whose certificates agents and the server trust.
///
/// Made at first start (EC P-256, ten years), kept in the database ([SharedAuthority]) and never replaced: every join
/// token and every agent pins it by [#fingerprint]. Who loses its key must let all hosts join again.
public record CertificateAuthority(X509Certificate certificate, PrivateKey key) {
    /// Of the URI in a host's certificate that names its machine: `underway:machine:<SHA-256 of the machine id>`.
    static final String MACHINE_URI = "underway:machine:";

    private static final Duration OWN_VALIDITY = Duration.ofDays(3652);
    private static final Duration SERVER_VALIDITY = Duration.ofDays(730);
    /// Tolerates hosts whose clock is behind; a tenth of a life that is short.
    private static final Duration BACKDATED = Duration.ofMinutes(5);

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final SecureRandom RANDOM = new SecureRandom();

    static Path certificateFile(Path directory) {
        return directory.resolve("ca.pem");
    }

    static KeyPair newKeyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// SHA-256 over the certificate's DER form, 64 hexadecimal digits: what join tokens carry.
    public String fingerprint() {
        try {
            return Digests.sha256(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    public String pem() {
        return Pem.of(certificate);
    }

    /// A certificate for the server under `names`, host names and IP addresses.
    X509Certificate server(PublicKey subject, List<String> names, Instant now) {
        var alternatives =
                names.stream().map(CertificateAuthority::alternativeName).toArray(GeneralName[]::new);
        return issue(
                subject,
                commonName("underway-server"),
                new GeneralNames(alternatives),
                KeyPurposeId.id_kp_serverAuth,
                SERVER_VALIDITY,
                now);
    }

    /// A certificate with which the agent of `host` shows who it is, bound to one `machine`.
    X509Certificate host(PublicKey subject, String host, String machine, Duration validity, Instant now) {
        var alternative = new GeneralName(GeneralName.uniformResourceIdentifier, MACHINE_URI + machine);
        return issue(
                subject, commonName(host), new GeneralNames(alternative), KeyPurposeId.id_kp_clientAuth, validity, now);
    }

    static CertificateAuthority create(Instant now) {
        var pair = newKeyPair();
        // A number in the name tells apart authorities that a browser or trust store holds side by side.
        var name =
                commonName("Underway CA " + Long.toHexString(RANDOM.nextLong()).substring(0, 6));
        try {
            var extensions = new JcaX509ExtensionUtils();
            var builder = builder(name, name, pair.getPublic(), OWN_VALIDITY, now)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(pair.getPublic()));
            return new CertificateAuthority(sign(builder, pair.getPrivate()), pair.getPrivate());
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate issue(
            PublicKey subject,
            X500Name name,
            GeneralNames alternatives,
            KeyPurposeId purpose,
            Duration validity,
            Instant now) {
        try {
            var issuer =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            var builder = builder(issuer, name, subject, validity, now)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
                    .addExtension(Extension.subjectAlternativeName, false, alternatives)
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
            return sign(builder, key);
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Duration validity, Instant now) {
        var tenth = validity.dividedBy(10);
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, RANDOM).setBit(126),
                Date.from(now.minus(tenth.compareTo(BACKDATED) < 0 ? tenth : BACKDATED)),
                Date.from(now.plus(validity)),
                subject,
                key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorCreationException | CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X500Name commonName(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
    }

    private static GeneralName alternativeName(String name) {
        return new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    /// Whether `name` is an IPv4 or IPv6 literal; names of machines have no colon and do not end in a digit group.
    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }
}
