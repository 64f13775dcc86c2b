package dev.underway.server.access;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;

/// The authority's private key as text: PKCS#8 in PEM, encrypted when there is a passphrase (PBES2 with
/// PBKDF2-HMAC-SHA256
/// and AES-256, as OpenSSL reads it).
final class SealedKey {
    private static final String PLAIN = "PRIVATE KEY";
    private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
    private static final String ALGORITHM = "PBEWithHmacSHA256AndAES_256";
    /// A tenth of a second, once at each start.
    private static final int ROUNDS = 310_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private SealedKey() {}

    static String seal(PrivateKey key, Optional<String> passphrase) {
        return passphrase
                .map(words -> Pem.text(ENCRYPTED, encrypted(key.getEncoded(), words)))
                .orElseGet(() -> Pem.text(PLAIN, key.getEncoded()));
    }

    static boolean isEncrypted(String sealed) {
        return sealed.contains("-----BEGIN " + ENCRYPTED + "-----");
    }

    /// Throws, with a sentence for the operator, when the passphrase is missing or wrong.
    static PrivateKey open(String sealed, Optional<String> passphrase) throws IOException {
        try {
            var content = Pem.content(sealed);
            return KeyFactory.getInstance("EC")
                    .generatePrivate(
                            isEncrypted(sealed) ? decrypted(content, passphrase) : new PKCS8EncodedKeySpec(content));
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the authority's key in the database cannot be read: is underway.authority.passphrase the one"
                            + " that it was encrypted with?",
                    e);
        }
    }

    private static byte[] encrypted(byte[] content, String passphrase) {
        try {
            var salt = new byte[16];
            RANDOM.nextBytes(salt);
            var cipher = Cipher.getInstance(ALGORITHM);
            var key = SecretKeyFactory.getInstance(ALGORITHM).generateSecret(new PBEKeySpec(passphrase.toCharArray()));
            cipher.init(Cipher.ENCRYPT_MODE, key, new PBEParameterSpec(salt, ROUNDS));
            // The same parameters under the name of the standard, which the JDK knows how to write.
            var parameters = AlgorithmParameters.getInstance("PBES2");
            parameters.init(cipher.getParameters().getEncoded());
            return new EncryptedPrivateKeyInfo(parameters, cipher.doFinal(content)).getEncoded();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PKCS8EncodedKeySpec decrypted(byte[] content, Optional<String> passphrase)
            throws GeneralSecurityException, IOException {
        if (passphrase.isEmpty()) {
            throw new IOException(
                    "the authority's key in the database is encrypted: set underway.authority.passphrase");
        }
        var info = new EncryptedPrivateKeyInfo(content);
        var key = SecretKeyFactory.getInstance(ALGORITHM)
                .generateSecret(new PBEKeySpec(passphrase.get().toCharArray()));
        var cipher = Cipher.getInstance(ALGORITHM);
        cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
        return info.getKeySpec(cipher);
    }
}
