package dev.underway.agent;

import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.plan.Observed.UnitStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// A systemd that writes down what it is asked to do, and at which the agent can be killed: before a call reaches it,
/// or after it had its effect and before the agent heard of it. It speaks of unit files as the host's agent sees them.
final class Interruptible implements Systemd {
    private final Systemd systemd;
    private final Path root;
    private final Effects effects;
    final List<String> calls = new ArrayList<>();
    int statusCalls;
    int killBefore = Integer.MAX_VALUE;
    int killAfter = Integer.MAX_VALUE;
    boolean away;

    /// What happens on the host by somebody else's hands right before a call reaches it.
    Consumer<String> beforehand = call -> {};

    /// What happens on the host by somebody else's hands right after a call.
    Consumer<String> meanwhile = call -> {};

    Interruptible(Systemd systemd, Path root, Effects effects) {
        this.systemd = systemd;
        this.root = root;
        this.effects = effects;
    }

    private interface Call<T> {
        T run() throws SystemdException;
    }

    private <T> T act(String what, Call<T> call) throws SystemdException {
        available();
        if (calls.size() == killBefore) {
            throw effects.kill();
        }
        effects.before(what);
        calls.add(what);
        beforehand.accept(what);
        var outcome = call.run();
        meanwhile.accept(what);
        effects.after();
        if (calls.size() - 1 == killAfter) {
            throw effects.kill();
        }
        return outcome;
    }

    private void available() throws SystemdException {
        if (away) {
            throw new SystemdException("the bus is away");
        }
    }

    @Override
    public int version() throws SystemdException {
        return systemd.version();
    }

    @Override
    public Map<String, UnitStatus> status(Collection<String> units) throws SystemdException {
        available();
        statusCalls++;
        var all = new HashMap<String, UnitStatus>();
        systemd.status(units).forEach((name, unit) -> all.put(name, seenFromInside(unit)));
        return all;
    }

    @Override
    public Map<String, Set<String>> instances(Collection<String> templates) throws SystemdException {
        available();
        return systemd.instances(templates);
    }

    @Override
    public JobOutcome start(String unit) throws SystemdException {
        return act("start " + unit, () -> systemd.start(unit));
    }

    @Override
    public JobOutcome stop(String unit) throws SystemdException {
        return act("stop " + unit, () -> systemd.stop(unit));
    }

    @Override
    public JobOutcome restart(String unit) throws SystemdException {
        return act("restart " + unit, () -> systemd.restart(unit));
    }

    @Override
    public JobOutcome tryRestart(String unit) throws SystemdException {
        return act("try-restart " + unit, () -> systemd.tryRestart(unit));
    }

    @Override
    public JobOutcome reload(String unit) throws SystemdException {
        return act("reload " + unit, () -> systemd.reload(unit));
    }

    @Override
    public void daemonReload() throws SystemdException {
        act("daemon-reload", () -> {
            systemd.daemonReload();
            return "";
        });
    }

    @Override
    public void drain(String unit) throws SystemdException {
        act("drain " + unit, () -> {
            systemd.drain(unit);
            return "";
        });
    }

    @Override
    public Optional<String> loadedAs(String unit) throws SystemdException {
        return systemd.loadedAs(unit);
    }

    @Override
    public void resetFailed(String unit) throws SystemdException {
        systemd.resetFailed(unit);
    }

    @Override
    public void onChange(Consumer<String> listener) {
        systemd.onChange(listener);
    }

    @Override
    public void close() {
        systemd.close();
    }

    private UnitStatus seenFromInside(UnitStatus unit) {
        var fragment = unit.fragmentPath().startsWith(root.toString())
                ? unit.fragmentPath().substring(root.toString().length())
                : unit.fragmentPath();
        return new UnitStatus(
                unit.name(),
                unit.loadState(),
                unit.activeState(),
                unit.subState(),
                unit.unitFileState(),
                unit.mainPid(),
                unit.invocationId(),
                unit.nRestarts(),
                unit.result(),
                unit.canReload(),
                unit.knowsRefresh(),
                unit.needDaemonReload(),
                fragment,
                unit.fragmentText(),
                unit.jobType(),
                unit.startedAtMicros());
    }
}
