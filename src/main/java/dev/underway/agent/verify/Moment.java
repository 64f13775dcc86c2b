package dev.underway.agent.verify;

import java.util.Map;

/// What a [Verifier] had heard at some time. Whoever notes it before looking at units can ask later what changed since.
///
/// @param told how often it was told that something happened
/// @param changes how often each unit had changed
public record Moment(long told, Map<String, Long> changes) {
    /// Before anything happened.
    public static final Moment FIRST = new Moment(0, Map.of());
}
