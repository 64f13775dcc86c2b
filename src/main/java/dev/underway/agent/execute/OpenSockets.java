package dev.underway.agent.execute;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.plan.Step.Adjust;
import java.util.Map;
import java.util.Set;

/// Changes what is fixed when a socket is bound on the sockets that systemd holds open.
final class OpenSockets {
    private final HostRoot root;
    private final Systemd systemd;

    OpenSockets(HostRoot root, Systemd systemd) {
        this.root = root;
        this.systemd = systemd;
    }

    JobOutcome adjust(Adjust adjust) throws SystemdException {
        throw new SystemdException(root + " not yet: " + adjust);
    }
}
