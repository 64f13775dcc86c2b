package dev.underway.server.store;

import org.jspecify.annotations.Nullable;

/// One entry of the log as it is written: the resource after the change, or as it last was when the change removed it;
/// and what selections saw of it before, null when it did not exist.
record LoggedChange(
        Resource resource, boolean removed, @Nullable Seen was) {}
