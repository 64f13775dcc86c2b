package dev.underway.cli;

import dev.underway.model.Codec;
import dev.underway.model.UnitSetRollout;
import dev.underway.model.UnitSetRollout.OfHost;
import org.jspecify.annotations.Nullable;

/// Asks the server's planner where one host stands with a UnitSet.
final class Standing {
    private Standing() {}

    /// Null when the set has nothing to do with the host (any more).
    static @Nullable OfHost of(ApiClient api, Subject set, String host) throws CommandFailed {
        var answer = api.find(set.path("/rollout?host=" + ApiClient.segment(host)));
        return answer == null
                ? null
                : Codec.read(answer, UnitSetRollout.class).hosts().stream()
                        .filter(one -> one.host().equals(host))
                        .findFirst()
                        .orElse(null);
    }
}
