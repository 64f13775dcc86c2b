package dev.underway.server.store;

import java.time.Instant;
import java.util.List;

/// This replica has just committed these changes, in this order. Observers are called by the thread that commits, so
/// they must be quick and must not wait for a write.
public record Committed(List<Transition> transitions, Instant at) {}
