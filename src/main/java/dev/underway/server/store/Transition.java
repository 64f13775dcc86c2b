package dev.underway.server.store;

import org.jspecify.annotations.Nullable;

/// A change that was committed: what the resource was (null when it is new), and what it became, or as it last was
/// when the change removed it.
public record Transition(@Nullable Resource before, Resource after, boolean removed) {

    /// As the log keeps it.
    LoggedChange logged() {
        return new LoggedChange(after, removed, before == null ? null : Seen.of(before));
    }
}
