package dev.underway.agent.verify;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.plan.Expectation;
import dev.underway.plan.Observed.SocketTrouble;
import dev.underway.plan.Observed.UnitStatus;
import java.util.TreeSet;

/// How a unit is, compared with what it shall be.
public sealed interface Health {

    /// As it shall be.
    record Healthy() implements Health {}

    /// On its way; `on` says what is awaited.
    record Pending(String on) implements Health {}

    /// `message` is a sentence that says what to do.
    record Unhealthy(Reason reason, String message) implements Health {}

    /// Why a unit is not healthy, as conditions print it.
    enum Reason {
        /// It never came up.
        StartFailed,
        /// It was still on its way at the deadline.
        NotReady,
        /// It was up, and did not stay up.
        Crashed,
        /// It runs, but its probe says no.
        ProbeFailed,
        /// It did not survive a reload.
        ReloadFailed,
        /// It runs, and has not taken the listening socket that systemd passed to it.
        SocketNotTaken,
        /// It runs, and systemd had no listening socket to pass to it. Not the revision's failure.
        SocketLost,
        /// It had proved itself, and ended well or lost its name all the same: by somebody's hands. Not the revision's
        /// failure.
        Stopped;

        /// Whether it is a failure of the revision, and none of the surroundings or of somebody's hands.
        public boolean isOfRevision() {
            return this != Stopped && this != SocketLost;
        }
    }

    /// What one look at the unit tells. A service that ends by itself is healthy while it works and after it
    /// ended well.
    static Health of(Expectation expected, UnitStatus now) {
        return switch (expected.state()) {
            case Stopped -> now.active() || now.inTransition() ? new Pending("it shall be stopped") : new Healthy();
            case Running, IfRunning -> ofRunning(expected, now);
        };
    }

    /// What `now` becomes when the service does not share the sockets of `expected` with systemd. One that alone holds
    /// a socket which systemd has lost answers its clients.
    static Health of(Expectation expected, Health now, SocketTrouble trouble) {
        if (!(now instanceof Healthy)) {
            return now;
        }
        String sockets = String.join(" ", new TreeSet<>(expected.sockets()));
        return switch (trouble) {
            case LOST, SOME_LOST -> now;
            case NOT_TAKEN ->
                new Unhealthy(
                        Reason.SocketNotTaken,
                        ("%s runs but does not hold the listening socket of %s; it must take the descriptors that"
                                        + " systemd passes (sd_listen_fds(3))")
                                .formatted(expected.unit(), sockets));
            case NOT_PASSED ->
                new Unhealthy(
                        Reason.SocketLost,
                        ("%s runs without a listening socket: systemd has lost that of %s; stop both, and start the"
                                        + " socket first")
                                .formatted(expected.unit(), sockets));
        };
    }

    private static Health ofRunning(Expectation expected, UnitStatus now) {
        if (now.active()) {
            return new Healthy();
        }
        if (now.awaitsRestart()) {
            return new Unhealthy(
                    Reason.Crashed,
                    now.name() + " ended (" + now.result() + ") and is restarted again and" + " again by systemd: "
                            + seeJournal(now));
        }
        if (now.activeState().equals("activating")) {
            return expected.endsByItself() ? new Healthy() : new Pending("it is starting");
        }
        if (now.activeState().equals("deactivating")) {
            return new Pending("it is stopping");
        }
        if (now.activeState().equals("failed")) {
            return new Unhealthy(
                    Reason.Crashed, now.name() + " failed (Result=" + now.result() + "): " + seeJournal(now));
        }
        if (expected.endsByItself() || expected.state() == UnitState.IfRunning) {
            return new Healthy();
        }
        return new Unhealthy(
                Reason.Crashed,
                now.exists()
                        ? now.name() + " shall run, but is " + now.activeState() + ": " + seeJournal(now)
                        : now.name() + " shall run, but has no unit file on the host");
    }

    private static String seeJournal(UnitStatus unit) {
        return "see 'journalctl -u " + unit.name() + "' on the host";
    }
}
