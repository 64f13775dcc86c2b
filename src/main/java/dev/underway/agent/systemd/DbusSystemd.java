package dev.underway.agent.systemd;

import dev.underway.plan.Observed.UnitStatus;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The system manager over D-Bus.
///
/// A connection that breaks (the bus was restarted, systemd executed itself anew, the host booted) is replaced by
/// a new one with growing pauses; meanwhile calls throw at once, and afterwards listeners hear
/// [Systemd#EVERYTHING].
public final class DbusSystemd implements Systemd {
    public static final String SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket";

    private static final System.Logger LOG = System.getLogger(DbusSystemd.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /// How long things may take.
    ///
    /// @param call one call: at least a minute, as systemd answers nobody while it reloads its files
    /// @param job from the request to the end of a job: longer than the time-outs of units, which systemd
    /// enforces
    public record Limits(Duration call, Duration job) {
        public static final Limits USUAL = new Limits(Duration.ofSeconds(90), Duration.ofMinutes(15));
    }

    private final String address;
    private final Limits limits;
    private final Announcer announcer = new Announcer();
    private final Thread keeper = Thread.ofVirtual().name("systemd-connection").unstarted(this::keepConnected);
    private @Nullable Session session;
    private String whyNot = "not yet connected";

    private DbusSystemd(String address, Limits limits) {
        this.address = address;
        this.limits = limits;
    }

    public static DbusSystemd open(String address) {
        return open(address, Limits.USUAL);
    }

    /// Never fails: what cannot be reached is tried again until [#close], and calls say what is wrong.
    public static DbusSystemd open(String address, Limits limits) {
        var systemd = new DbusSystemd(address, limits);
        systemd.connect();
        systemd.keeper.start();
        return systemd;
    }

    @Override
    public int version() throws SystemdException {
        var text = ask("tell its version", s -> s.managerProperty("Version"));
        try {
            return Integer.parseInt(text.split("\\D", 2)[0]);
        } catch (NumberFormatException e) {
            throw new SystemdException("systemd calls its version \"" + text + "\", which begins with no number", e);
        }
    }

    @Override
    public Map<String, UnitStatus> status(Collection<String> units) throws SystemdException {
        return ask("tell the state of units", s -> s.status(units));
    }

    @Override
    public Map<String, Set<String>> instances(Collection<String> templates) throws SystemdException {
        return ask("list instances", s -> s.instances(templates));
    }

    @Override
    public JobOutcome start(String unit) throws SystemdException {
        return job("StartUnit", "start", unit);
    }

    @Override
    public JobOutcome stop(String unit) throws SystemdException {
        return job("StopUnit", "stop", unit);
    }

    @Override
    public void drain(String unit) throws SystemdException {
        var session = session();
        try {
            session.call("StopUnit", unit, "replace");
        } catch (BusException e) {
            if (!e.word().equals("NoSuchUnit")) {
                throw refused("stop " + unit, e);
            }
        }
    }

    @Override
    public JobOutcome restart(String unit) throws SystemdException {
        return job("RestartUnit", "restart", unit);
    }

    @Override
    public JobOutcome tryRestart(String unit) throws SystemdException {
        return job("TryRestartUnit", "restart", unit);
    }

    @Override
    public JobOutcome reload(String unit) throws SystemdException {
        return job("ReloadUnit", "reload", unit);
    }

    @Override
    public void daemonReload() throws SystemdException {
        ask("reload its unit files", s -> s.call("Reload"));
    }

    @Override
    public Optional<String> loadedAs(String unit) throws SystemdException {
        var session = session();
        try {
            return Optional.of(session.loadedAs(unit));
        } catch (BusException e) {
            if (e.word().equals("NoSuchUnit")) {
                return Optional.empty();
            }
            throw refused("tell whether " + unit + " is loaded", e);
        }
    }

    @Override
    public void resetFailed(String unit) throws SystemdException {
        var session = session();
        try {
            session.call("ResetFailedUnit", unit);
        } catch (BusException e) {
            if (!e.word().equals("NoSuchUnit")) {
                throw refused("reset " + unit, e);
            }
        }
    }

    @Override
    public void onChange(Consumer<String> listener) {
        announcer.add(listener);
    }

    private JobOutcome job(String method, String verb, String unit) throws SystemdException {
        var session = session();
        try {
            var result = session.job(method, unit, "the " + verb + " of " + unit, limits.job());
            return JobSentences.outcome(verb, unit, result, session.read(unit));
        } catch (BusException e) {
            if (!JobSentences.isOfTheUnit(e)) {
                throw refused(verb + " " + unit, e);
            }
            var after = ask("tell the state of " + unit, s -> s.read(unit));
            return new JobOutcome(unit, e.word(), JobSentences.refused(verb, unit, e), after);
        }
    }

    private interface Question<T> {
        T to(Session session) throws BusException;
    }

    private <T> T ask(String what, Question<T> question) throws SystemdException {
        try {
            return question.to(session());
        } catch (BusException e) {
            throw refused(what, e);
        }
    }

    private static SystemdException refused(String what, BusException e) {
        return new SystemdException("systemd did not " + what + ": " + e.getMessage(), e);
    }

    private void keepConnected() {
        try {
            for (var pause = FIRST_PAUSE; !Thread.currentThread().isInterrupted(); ) {
                var current = current();
                if (current != null) {
                    disconnected(current, current.ended().get());
                    pause = FIRST_PAUSE;
                } else {
                    Thread.sleep(pause.plusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis())));
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                    connect();
                }
            }
        } catch (InterruptedException e) {
            // The end of this thread is close().
        } catch (ExecutionException e) {
            throw new IllegalStateException("a session does not end with an exception", e);
        }
    }

    private void connect() {
        try {
            var connected = Session.open(address, limits.call(), announcer::changed);
            synchronized (this) {
                session = connected;
            }
            LOG.log(Level.INFO, "connected to systemd address={0}", address);
            announcer.changed(EVERYTHING);
        } catch (BusException e) {
            unreachable(String.valueOf(e.getMessage()));
        }
    }

    private void disconnected(Session lost, String why) {
        LOG.log(Level.WARNING, "lost systemd address={0} why={1}", address, why);
        unreachable(why);
        lost.close();
    }

    private synchronized void unreachable(String why) {
        session = null;
        whyNot = why;
    }

    private synchronized @Nullable Session current() {
        return session;
    }

    private synchronized Session session() throws SystemdException {
        if (session == null) {
            throw new SystemdException("systemd cannot be reached at " + address + ": " + whyNot
                    + "; it is tried again every few seconds");
        }
        return session;
    }

    @Override
    public void close() {
        keeper.interrupt();
        var last = current();
        unreachable("closed");
        if (last != null) {
            last.close();
        }
        announcer.close();
    }
}
