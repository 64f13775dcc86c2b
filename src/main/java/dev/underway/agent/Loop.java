package dev.underway.agent;

import dev.underway.agent.Outcome.Settled;
import dev.underway.agent.Outcome.Stalled;
import dev.underway.agent.Outcome.Waiting;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/// Runs passes, one after the other, whenever the bell rings and at the latest when the last outcome says so.
final class Loop {
    private static final Logger LOG = Logger.getLogger(Loop.class);

    /// Signals come in flocks (one restart is a dozen); this lets them arrive before they are looked at.
    private static final Duration FLOCK = Duration.ofMillis(20);

    private final Pass pass;
    private final Bell bell;
    private final AtomicBoolean stopping;
    private final Duration safetyNet;

    Loop(Pass pass, Bell bell, AtomicBoolean stopping, Duration safetyNet) {
        this.pass = pass;
        this.bell = bell;
        this.stopping = stopping;
        this.safetyNet = safetyNet;
    }

    /// Until `stopping` is set, which ends it between two steps and changes nothing.
    void run() throws InterruptedException {
        while (!stopping.get()) {
            var pause = pause(pass.run());
            bell.await(pause.compareTo(safetyNet) < 0 ? pause : safetyNet);
            Thread.sleep(FLOCK);
        }
    }

    private Duration pause(Outcome outcome) {
        return switch (outcome) {
            case Settled _ -> safetyNet;
            case Waiting(var until, var on) -> {
                LOG.debugv("waiting: for={0} atMost={1}", on, until);
                yield until;
            }
            case Stalled(var reason, var message, var until) -> {
                LOG.debugv("stalled: reason={0} message={1} retryIn={2}", reason, message, until);
                yield until;
            }
        };
    }
}
