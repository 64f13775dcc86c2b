package dev.underway.agent.systemd;

import dev.underway.plan.Observed.UnitStatus;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The system manager, as far as the agent needs it (org.freedesktop.systemd1(5)).
///
/// Every action waits for the end of its job and reads the unit anew: job results alone are not to be believed (a
/// reload that kills the process answers `done`). Calls block for as long as systemd does; a daemon-reload on a
/// saturated machine can take 10 s. An implementation that loses its connection makes a new one by itself; calls
/// made meanwhile throw.
public interface Systemd extends AutoCloseable {
    /// systemd's version, such as 252.
    int version() throws SystemdException;

    /// The state of each of `units`, in one round trip for the list and one for each unit that changed since it
    /// was last read. A unit that does not exist is there with `loadState` not-found, and so is a template
    /// (`x@.service`), which systemd loads only as an instance. `fragmentText` is not read here.
    Map<String, UnitStatus> status(Collection<String> units) throws SystemdException;

    /// By template, the names of its instances that are up or on their way up, in one round trip. Nothing is loaded by
    /// asking.
    Map<String, Set<String>> instances(Collection<String> templates) throws SystemdException;

    /// Starts (`StartUnit`, mode replace) and waits.
    JobOutcome start(String unit) throws SystemdException;

    JobOutcome stop(String unit) throws SystemdException;

    /// Queues the stop of a unit and does not wait for it: the unit may take all its time to end.
    void drain(String unit) throws SystemdException;

    JobOutcome restart(String unit) throws SystemdException;

    /// Restarts the unit if it runs, else does nothing.
    JobOutcome tryRestart(String unit) throws SystemdException;

    JobOutcome reload(String unit) throws SystemdException;

    void daemonReload() throws SystemdException;

    /// The name under which systemd has `unit` loaded: its own or, when it is an alias, that of the unit it stands
    /// for. Empty when systemd has nothing of that name loaded; nothing is loaded by asking (`GetUnit`).
    Optional<String> loadedAs(String unit) throws SystemdException;

    /// Clears `failed` and the start limit of a unit; nothing happens for a unit that is not loaded.
    void resetFailed(String unit) throws SystemdException;

    /// Calls `listener` with a unit's name whenever its state may have changed, with [#EVERYTHING] after a reload
    /// of the manager or a new connection. On a thread of the implementation's: return quickly. Only units that
    /// [#status] was asked for are told, under the name that was asked for.
    void onChange(Consumer<String> listener);

    /// What [#onChange] passes when any unit may have changed.
    String EVERYTHING = "*";

    @Override
    void close();

    /// How a job ended. A request that systemd refused because of how the unit is defined has an outcome too.
    ///
    /// @param result systemd's word: done, failed, timeout, dependency, canceled, invalid, skipped …, or the
    /// error of a refusal: NoSuchUnit, BadUnitSetting, LoadFailed, UnitMasked, JobTypeNotApplicable,
    /// OnlyByDependency
    /// @param message a sentence that says what to do; empty when done
    /// @param after the unit as read afterwards, which may have failed although the job is done
    record JobOutcome(String unit, String result, String message, UnitStatus after) {
        public boolean done() {
            return result.equals("done");
        }
    }
}
