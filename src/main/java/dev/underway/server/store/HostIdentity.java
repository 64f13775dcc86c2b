package dev.underway.server.store;

import java.time.Instant;

/// The one client certificate that counts for `host`: its `serial`, the `machine` it is bound to (SHA-256 of the
/// machine id), the SHA-256 of its public key, and the id of the join token that it was made for. All in
/// hexadecimal.
public record HostIdentity(
        String host, String serial, String machine, String keyDigest, String token, Instant enrolledAt) {}
