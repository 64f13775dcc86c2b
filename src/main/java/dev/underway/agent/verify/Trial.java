package dev.underway.agent.verify;

import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Health.Pending;
import dev.underway.agent.verify.Health.Reason;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.plan.Expectation;
import dev.underway.plan.Observed.UnitStatus;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The time after something was done to a unit, in which it must prove itself: as it shall be, its probe content,
/// for `minHealthyTime` without a break, all before the deadline. Pure: what was seen and when go in, the next
/// trial comes out.
///
/// A unit is not judged by its state alone. With `Restart=` a program that dies at once may never be seen as
/// failed, but each life is another invocation and is counted. A service that ends by itself, and units without a
/// process, have nothing to stay up with: one look is enough.
///
/// A trial begins when the job is done, and a start job is done when the unit is up. So what then fails has come up and
/// has [Reason#Crashed], however late the first look comes; only a unit that is still seen in its first start may yet
/// be [Reason#StartFailed].
///
/// @param invocation the life that is on trial; null before the first look
/// @param restarts systemd's count of automatic restarts at the beginning
/// @param cameUp whether it was up since; false only while its first start goes on
/// @param goodSince when all was well for the first time without a break since; null while it is not
/// @param health what is known so far
record Trial(
        Expectation expected,
        Deed deed,
        @Nullable String invocation,
        int restarts,
        boolean cameUp,
        @Nullable Duration goodSince,
        Health health) {

    static Trial begin(Expectation expected, Deed deed) {
        return new Trial(expected, deed, null, 0, false, null, new Pending("it was not looked at yet"));
    }

    boolean decided() {
        return !(health instanceof Pending);
    }

    /// @param complaint what the probe complained of; empty when it did not, or there is none
    /// @param elapsed since the trial began
    Trial next(UnitStatus now, String complaint, Duration elapsed) {
        var seen = invocation == null ? firstLook(now) : up(now);
        return switch (Health.of(expected, now)) {
            case Unhealthy _
            when wasStopped(now) ->
                seen.with(
                        null,
                        new Unhealthy(
                                Reason.Stopped,
                                now.exists()
                                        ? now.name()
                                                + " was stopped by somebody after it had taken over; it is started again"
                                        : now.name()
                                                + " was disabled or removed by somebody after it had taken over; it is"
                                                + " put back"));
            case Unhealthy unhealthy -> seen.failed(unhealthy.message(), elapsed);
            case Pending pending -> seen.waiting(Reason.NotReady, pending.on(), elapsed);
            case Healthy _ when !mustStayUp(now) -> seen.with(null, new Healthy());
            case Healthy _
            when seen.isAnotherLife(now) ->
                seen.failed(
                        now.name() + " did not stay up: systemd restarted it; see 'journalctl -u " + now.name() + "'",
                        elapsed);
            case Healthy _ when !complaint.isEmpty() -> seen.waiting(Reason.ProbeFailed, complaint, elapsed);
            case Healthy healthy -> seen.good(healthy, elapsed);
        };
    }

    /// When to look again although nothing was announced.
    Duration lookAgainAt() {
        return goodSince == null ? expected.deadline() : earlier(goodSince.plus(steadyFor()));
    }

    /// Whether `now` is a state in which the probe is asked.
    boolean isProbed(UnitStatus now) {
        return expected.readiness() != null && mustStayUp(now) && Health.of(expected, now) instanceof Healthy;
    }

    private Trial firstLook(UnitStatus now) {
        // A start by hand sets systemd's count to zero, so what is counted already happened since.
        int before = deed == Deed.STARTED ? 0 : now.nRestarts();
        boolean firstStart =
                now.activeState().equals("activating") && !now.awaitsRestart() && now.nRestarts() == before;
        return new Trial(expected, deed, now.invocationId(), before, !firstStart, goodSince, health);
    }

    private Trial up(UnitStatus now) {
        return new Trial(expected, deed, invocation, restarts, cameUp || now.active(), goodSince, health);
    }

    /// A process that took over can end well only by somebody's hands, and a unit that had a name does not lose it by
    /// itself ('systemctl disable' removes the symlink).
    private boolean wasStopped(UnitStatus now) {
        return deed == Deed.SWAPPED
                && now.activeState().equals("inactive")
                && (now.result().equals("success") || !now.exists());
    }

    /// A socket has nothing to stay up with, but what its connections get may fail each of them.
    private boolean mustStayUp(UnitStatus now) {
        boolean serves = now.name().endsWith(".service") ? !expected.endsByItself() : expected.isOfConnections();
        return serves && now.active();
    }

    private boolean isAnotherLife(UnitStatus now) {
        // What was stopped by hand after it had taken over, its socket has started again. A socket has no process.
        return now.nRestarts() > restarts
                || (deed != Deed.SWAPPED
                        && !expected.isOfConnections()
                        && !now.invocationId().equals(invocation));
    }

    private Trial good(Healthy healthy, Duration elapsed) {
        var since = goodSince == null ? elapsed : goodSince;
        if (elapsed.minus(since).compareTo(steadyFor()) >= 0) {
            return with(since, healthy);
        }
        return elapsed.compareTo(expected.deadline()) >= 0
                ? waiting(Reason.NotReady, "it did not stay well for " + seconds(steadyFor()), elapsed)
                : with(since, new Pending("it must stay up for " + seconds(steadyFor())));
    }

    /// What took over has stood its trial before; now only its answers at the public address count. They do so for a
    /// while: the first ones may be those of the old process, which has only just been told to end.
    private Duration steadyFor() {
        return deed == Deed.SWAPPED && !expected.isProbed() ? Duration.ZERO : expected.minHealthyTime();
    }

    private Trial waiting(Reason reason, String on, Duration elapsed) {
        if (elapsed.compareTo(expected.deadline()) < 0) {
            return with(null, new Pending(on));
        }
        var message = expected.unit() + " was not healthy after " + seconds(expected.deadline()) + ": " + on;
        return with(null, new Unhealthy(reason, message));
    }

    private Trial failed(String message, Duration elapsed) {
        var reason =
                switch (deed) {
                    case RELOADED -> Reason.ReloadFailed;
                    case STARTED, SWAPPED, RENEWED -> cameUp ? Reason.Crashed : Reason.StartFailed;
                };
        return with(
                goodSince, new Unhealthy(reason, message + " (" + seconds(elapsed) + " after it was " + done() + ")"));
    }

    private String done() {
        return switch (deed) {
            case STARTED -> "started";
            case SWAPPED -> "swapped";
            case RELOADED -> "reloaded";
            case RENEWED -> "given another version for its connections";
        };
    }

    private Trial with(@Nullable Duration since, Health found) {
        return new Trial(expected, deed, invocation, restarts, cameUp, since, found);
    }

    private Duration earlier(Duration when) {
        return when.compareTo(expected.deadline()) < 0 ? when : expected.deadline();
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0
                ? duration.toSeconds() + " s"
                : String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
