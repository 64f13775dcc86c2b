package dev.underway.server.access;

/// Another certificate counts for `host` than before, or none: who waits in its name must be looked at again.
public record CredentialsChanged(String host) {}
