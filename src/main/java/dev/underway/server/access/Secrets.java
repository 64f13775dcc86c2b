package dev.underway.server.access;

import dev.underway.model.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;

/// Random secrets of 256 bits, and their hashes. Only hashes are stored; so much randomness needs no slow hash.
final class Secrets {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /// `bytes` random bytes in lower-case hexadecimal.
    static String random(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Digests.hex(random);
    }

    static String hash(String secret) {
        return Digests.sha256(secret);
    }

    /// Whether `secret` has this hash, in a time that does not tell how nearly.
    static boolean matches(String secret, String hash) {
        return MessageDigest.isEqual(
                hash(secret).getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }
}
