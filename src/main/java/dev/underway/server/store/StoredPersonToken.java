package dev.underway.server.store;

import java.util.Set;

/// A token with which a person may call, as kept: `hash` is the SHA-256 of its secret.
public record StoredPersonToken(String id, String hash, String person, Set<String> groups) {}
