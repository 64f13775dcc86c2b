package dev.underway.agent.verify;

import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.plan.Expectation;
import dev.underway.plan.Observed.UnitStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Says whether units are what they shall be: those to which something was done after watching them as a [Trial],
/// all at the same time, the others after one look.
///
/// It wakes up when systemd says that a unit changed, and looks by itself only when a time is over or a probe is
/// to be repeated.
///
/// A trial may take minutes, and the host shall not go unheeded meanwhile: [#verifyUntil] ends when there is news, and
/// the next call goes on with the trials where they were.
public final class Verifier {
    private static final Duration PROBE_PAUSE = Duration.ofMillis(500);
    private static final long NEVER = Long.MAX_VALUE;

    private final Systemd systemd;
    private final Probes probes = new Probes();
    private final Changes changes = new Changes();
    private final Map<String, Begun> begun = new ConcurrentHashMap<>();

    /// A trial that has not come to its end.
    ///
    /// @param at in nanoseconds of the monotonic clock
    private record Begun(Trial trial, long at) {
        boolean isOf(Expectation expected, Deed deed) {
            return trial.expected().equals(expected) && trial.deed() == deed;
        }
    }

    public Verifier(Systemd systemd) {
        this.systemd = systemd;
        systemd.onChange(changes::changed);
    }

    /// The health of each expected unit. Takes as long as the slowest trial, at most the longest deadline and one
    /// probe.
    ///
    /// @param done what was done, by unit; of these units none is [Health.Pending] afterwards
    public Map<String, Health> verify(Collection<Expectation> expected, Map<String, Deed> done)
            throws SystemdException, InterruptedException {
        begun.keySet().removeAll(done.keySet());
        return watched(expected, done, NEVER);
    }

    /// For [#verifyUntil], before units are looked at.
    public Moment now() {
        return changes.now();
    }

    /// Something happened that is more urgent than to go on watching.
    public void tell() {
        changes.tell();
    }

    /// As [#verify], but ends as soon as there is news: [#tell] was called since `since`, or a unit changes that is
    /// not on trial. Units whose trials are not over are then [Health.Pending]; a later call with the same
    /// expectation and deed goes on with them.
    ///
    /// @param others units that were looked at after `since`, and to which nothing was done: what changed of them
    /// meanwhile may not have been seen
    /// @param anew units to which something was done since the last call: their trials begin
    /// @param quiet other units whose changes are no news
    public Map<String, Health> verifyUntil(
            Moment since,
            Set<String> others,
            Collection<Expectation> expected,
            Map<String, Deed> done,
            Set<String> anew,
            Set<String> quiet)
            throws SystemdException, InterruptedException {
        begun.keySet().removeAll(anew);
        begun.keySet().retainAll(done.keySet());
        var noNews = new HashSet<>(done.keySet());
        noNews.addAll(quiet);
        return watched(expected, done, changes.listen(noNews, since, others));
    }

    private Map<String, Health> watched(Collection<Expectation> expected, Map<String, Deed> done, long heard)
            throws SystemdException, InterruptedException {
        var trials = new HashMap<String, Future<Health>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (var each : expected) {
                    var deed = done.get(each.unit());
                    if (deed != null) {
                        trials.put(each.unit(), threads.submit(() -> tried(each, deed, heard)));
                    }
                }
                var health = lookedAt(expected);
                for (var trial : trials.entrySet()) {
                    health.put(trial.getKey(), trial.getValue().get());
                }
                return health;
            } finally {
                threads.shutdownNow();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SystemdException lost) {
                throw lost;
            }
            throw new IllegalStateException("a trial ended in a way that it cannot", e);
        }
    }

    /// What the unit's probe complains of at this moment; empty when it does not, or there is none.
    public String complaint(Expectation expected, long mainPid) throws InterruptedException {
        var readiness = expected.readiness();
        if (readiness == null) {
            return "";
        }
        return expected.isOfConnections() ? probes.ofConnection(readiness) : probes.complaint(readiness, mainPid);
    }

    private Map<String, Health> lookedAt(Collection<Expectation> expected) throws SystemdException {
        var states = systemd.status(expected.stream().map(Expectation::unit).toList());
        var health = new LinkedHashMap<String, Health>();
        expected.forEach(each -> health.put(
                each.unit(), Health.of(each, states.getOrDefault(each.unit(), UnitStatus.notFound(each.unit())))));
        return health;
    }

    private Health tried(Expectation expected, Deed deed, long heard) throws SystemdException, InterruptedException {
        var unit = expected.unit();
        var before = begun.get(unit);
        if (before == null || !before.isOf(expected, deed)) {
            before = new Begun(Trial.begin(expected, deed), System.nanoTime());
        }
        long begin = before.at();
        for (var trial = before.trial(); ; ) {
            long seen = changes.of(unit);
            var now = systemd.status(List.of(unit)).getOrDefault(unit, UnitStatus.notFound(unit));
            var complaint = complaint(trial, now);
            var elapsed = Duration.ofNanos(System.nanoTime() - begin);
            trial = trial.next(now, complaint, elapsed);
            if (trial.decided()) {
                begun.remove(unit);
                return trial.health();
            }
            begun.put(unit, new Begun(trial, begin));
            if (changes.news() > heard) {
                return trial.health();
            }
            var pause = trial.lookAgainAt().minus(elapsed);
            changes.await(unit, seen, heard, trial.isProbed(now) ? shorter(pause, PROBE_PAUSE) : pause);
        }
    }

    private String complaint(Trial trial, UnitStatus now) throws InterruptedException {
        return trial.isProbed(now) ? complaint(trial.expected(), now.mainPid()) : "";
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
