package dev.underway.server.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What lets machines become hosts, as kept: `hash` is the SHA-256 of its secret. `hosts` are patterns of names in
/// which `*` stands for any characters; `labels` are set on every host that joins.
public record JoinToken(
        String id, String hash, Instant expiresAt, int usesLeft, List<String> hosts, Map<String, String> labels) {}
