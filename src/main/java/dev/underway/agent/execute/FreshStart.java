package dev.underway.agent.execute;

import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import java.util.Set;

/// Lets the next process of a unit begin as if nothing had failed before.
final class FreshStart {
    private FreshStart() {}

    /// What a unit failed at before is not held against its next process. One that systemd is about to start
    /// by itself is stopped first: that start may come between the reset and ours, and take its place; ours
    /// would then count as crashed (measured).
    static void prepare(Systemd systemd, String unit) throws SystemdException {
        var now = systemd.status(Set.of(unit)).get(unit);
        if (now != null && now.awaitsRestart()) {
            systemd.stop(unit);
        }
        systemd.resetFailed(unit);
    }
}
