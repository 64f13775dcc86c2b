package dev.underway.agent.verify;

import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.plan.Expectation;
import dev.underway.plan.Observed.UnitStatus;

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
        /// It had proved itself, and ended well or lost its name all the same: by somebody's hands. Not the revision's
        /// failure.
        Stopped
    }

    /// What one look at the unit tells. A service that ends by itself is healthy while it works and after it
    /// ended well.
    static Health of(Expectation expected, UnitStatus now) {
        return switch (expected.state()) {
            case Stopped -> now.active() || now.inTransition() ? new Pending("it shall be stopped") : new Healthy();
            case Running, IfRunning -> ofRunning(expected, now);
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
