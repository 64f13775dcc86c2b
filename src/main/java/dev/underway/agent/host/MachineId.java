package dev.underway.agent.host;

import dev.underway.model.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tells one machine from its clones without giving away its machine-id, which machine-id(5) calls confidential.
public final class MachineId {
    private MachineId() {}

    /// HMAC-SHA256 of a fixed word with `/etc/machine-id` as the key, as machine-id(5) advises; 64 hexadecimal digits.
    public static String read(Path file) throws IOException {
        var id = Files.readString(file, StandardCharsets.US_ASCII).strip();
        if (!id.matches("[0-9a-f]{32}")) {
            throw new IOException(file + " holds no machine id; run systemd-machine-id-setup");
        }
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(id.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            return Digests.hex(mac.doFinal("dev.underway.host".getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
