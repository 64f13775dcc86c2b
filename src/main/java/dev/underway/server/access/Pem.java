package dev.underway.server.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Set;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/// Keys and certificates as PEM text, and files that only their owner may read.
final class Pem {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private Pem() {}

    static String of(X509Certificate certificate) {
        try {
            return text("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /// PKCS#8, as both the JDK and OpenSSL read it.
    static String of(PrivateKey key) {
        return text("PRIVATE KEY", key.getEncoded());
    }

    /// The first certificate of `file`.
    static X509Certificate certificate(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (CertificateException e) {
            throw new IOException(file + " is not a certificate: restore it from a backup", e);
        }
    }

    /// The first certificate of `pem`.
    static X509Certificate certificateOf(String pem) throws IOException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException e) {
            throw new IOException("not a certificate in PEM", e);
        }
    }

    static PrivateKey ecKey(String pem) throws IOException {
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(content(pem)));
        } catch (GeneralSecurityException e) {
            throw new IOException("not an EC private key: restore it from a backup", e);
        }
    }

    /// The bytes of the first object of `pem`, whatever it is.
    static byte[] content(String pem) throws IOException {
        try (var reader = new PemReader(new StringReader(pem))) {
            var object = reader.readPemObject();
            if (object == null) {
                throw new IOException("not PEM: restore it from a backup");
            }
            return object.getContent();
        }
    }

    /// Replaces `file` as a whole, on disk when this returns; only its owner may read it.
    static void write(Path file, String text) throws IOException {
        var directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " has no directory");
        }
        var temporary = Files.createTempFile(directory, "." + file.getFileName(), ".tmp", OWNER_ONLY);
        try {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.write(StandardCharsets.UTF_8.encode(text));
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        try (var channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }

    static String text(String type, byte[] content) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
