package dev.underway.server.api;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a list of hosts shows besides the Hosts themselves.
///
/// @param seen when the agent was last heard of, null when never
/// @param sets how many UnitSets the host is to run
/// @param synced on how many of them it is as desired
record HostGlance(@Nullable Instant seen, int sets, int synced) {
    static final HostGlance NOTHING = new HostGlance(null, 0, 0);

    /// Where glances come from.
    @FunctionalInterface
    interface Source {
        Source NONE = names -> Map.of();

        /// Of those hosts of these names of which anything is known.
        Map<String, HostGlance> of(Collection<String> names);
    }
}
