package dev.underway.server.rollout;

import dev.underway.model.RolloutStatus;
import dev.underway.model.UnitSetRollout.OfHost;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the gate decided at one moment.
///
/// @param moves what hosts are told now, by name of the host
/// @param goals what hosts that need not move were told already, by name of the host
/// @param leaves hosts that are told now to remove the set
/// @param hosts every host that is concerned, by name, and why it is where it is
/// @param stable what a revert goes back to from now on; null when there is nothing
/// @param wake when there is something to decide although nothing has changed; null for never
record Decided(
        RolloutStatus rollout,
        Map<String, Move> moves,
        Map<String, Order> goals,
        List<Member> leaves,
        List<OfHost> hosts,
        History history,
        @Nullable Order stable,
        @Nullable Instant wake) {

    /// What a host is told, and whether the set was ill on it although nothing new was tried there.
    record Move(Order order, boolean unhealthyBefore) {}
}
