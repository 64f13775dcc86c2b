package dev.underway.server.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The client certificate that counts for `host`, the `machine` it is bound to (SHA-256 of the machine id), and the id
/// of the join token by which the host came. `next` renews it and counts as well; null when there is none that is not
/// in use yet. All in hexadecimal.
public record HostIdentity(
        String host,
        Certified certificate,
        @Nullable Certified next,
        String machine,
        String token,
        Instant enrolledAt) {

    /// A certificate by its serial number and the SHA-256 of its public key.
    public record Certified(String serial, String keyDigest) {}

    /// With `certificate` as the one that renews this one, in place of any other.
    public HostIdentity renewedBy(Certified certificate) {
        return new HostIdentity(host, this.certificate, certificate, machine, token, enrolledAt);
    }

    /// After the renewed certificate was seen in use: the old one counts no more.
    public HostIdentity settled() {
        return next == null ? this : new HostIdentity(host, next, null, machine, token, enrolledAt);
    }
}
