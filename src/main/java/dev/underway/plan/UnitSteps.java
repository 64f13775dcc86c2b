package dev.underway.plan;

import dev.underway.model.Proxy;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.plan.InstanceLayout.Transition;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.Handoff;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Reload;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import dev.underway.plan.Step.Swap;
import dev.underway.plan.Step.Takeover;
import dev.underway.plan.Step.Turn;
import dev.underway.plan.Step.Wait;
import dev.underway.plan.Swappability.NotSwappable;
import dev.underway.plan.Swappability.Swappable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Picks for every unit the least disruptive step that is enough: `None < DaemonReload < Reload < Swap < Restart`,
/// and Start and Stop where its state is not what it shall be. A [Rebind] is no step: it comes with the swap of the
/// service.
///
/// Sockets are decided first: systemd refuses to start one while its service runs ("Socket service already
/// active, refusing"), so a service makes way for a socket that is bound anew.
final class UnitSteps {
    private final Setting setting;
    private final Collection<ManagedUnit> units;
    private final Map<String, Rebind> rebinds;
    private final SocketSteps sockets;

    private UnitSteps(Setting setting, Wanted wanted) {
        this.setting = setting;
        this.units = wanted.units();
        this.rebinds = wanted.rebinds();
        this.sockets = new SocketSteps(wanted, setting, this);
    }

    /// One decision for each unit of the set.
    static List<UnitDecision> decide(Wanted wanted, Setting setting) {
        var units = wanted.units();
        var steps = new UnitSteps(setting, wanted);
        var sockets = units.stream().filter(UnitSteps::isSocket).map(steps.sockets::decide);
        var decisions = new ArrayList<>(sockets.toList());
        List.copyOf(decisions)
                .forEach(socket -> Stream.ofNullable(wanted.connections().get(socket.unit()))
                        .forEach(template -> decisions.add(PerConnection.decide(template, socket, setting))));
        units.stream().filter(unit -> !isSocket(unit)).map(steps::decideOther).forEach(decisions::add);
        return decisions;
    }

    private static boolean isSocket(ManagedUnit unit) {
        return unit.shape().type().equals("socket");
    }

    private UnitDecision decideOther(ManagedUnit unit) {
        var layout = unit.layout();
        var repair = LostProcesses.repair(unit.name(), setting.observed());
        if (repair.isPresent()) {
            var runs = layout == null ? setting.fresh(unit) : knowledge(unit, status(unit));
            return UnitDecision.of(repair.get(), runs, runs);
        }
        var decision = layout == null
                ? decideService(unit)
                : switch (layout.transition()) {
                    case SETTLED -> layout.isLeftNameless() ? nameless(unit, layout) : decideService(unit);
                    case PLAIN, PLACED, SWAPPED -> decideService(unit);
                    case BESIDE -> beside(unit, layout);
                    case PROXIED -> proxied(unit, layout);
                    case LEFT -> left(unit, layout);
                };
        return layout == null ? decision : decision.draining(layout.leftovers());
    }

    private UnitDecision nameless(ManagedUnit unit, InstanceLayout layout) {
        String drift = "has lost its name, and runs on as " + layout.serving() + ": " + layout.because();
        return UnitDecision.reported(unit.name(), knowledge(unit, status(unit)), drift);
    }

    private UnitDecision beside(ManagedUnit unit, InstanceLayout layout) {
        var runs = knowledge(unit, status(unit));
        var differences = runs == null ? null : Differences.between(runs, unit, setting);
        String changed = differences == null || differences.none() ? "" : reasons(differences) + "; ";
        List<OfUnit> steps = List.of(
                new Start(unit.name(), changed + layout.because()),
                new Drain(unit.name(), layout.serving(), Turn.LAST, layout.placed() + " has taken its place"));
        return new UnitDecision(unit.name(), List.of(), List.of(), steps, runs, setting.fresh(unit), null);
    }

    /// Stopped before systemd learns that its name is another one's.
    private UnitDecision proxied(ManagedUnit unit, InstanceLayout layout) {
        var disruption = UnitDisruption.ofRestart(unit, setting.observed().units());
        return new UnitDecision(
                unit.name(),
                List.of(new Stop(unit.name(), layout.because(), disruption)),
                List.of(),
                List.of(new Start(unit.name(), layout.because())),
                knowledge(unit, status(unit)),
                setting.fresh(unit),
                null);
    }

    /// The instance makes way for a plain unit.
    private UnitDecision left(ManagedUnit unit, InstanceLayout layout) {
        var status = status(unit);
        var runs = knowledge(unit, status);
        var differences = runs == null ? null : Differences.between(runs, unit, setting);
        String because = differences == null
                ? "it becomes a plain unit"
                : unit.stale(setting.observed()).filter(_ -> differences.none()).orElseGet(() -> reasons(differences))
                        + "; it can no longer be swapped";
        var disruption = UnitDisruption.ofRestart(unit, setting.observed().units());
        List<OfUnit> stops = List.of(new Stop(layout.serving(), because, disruption));
        List<OfUnit> steps = unit.state() == UnitState.Running ? List.of(new Start(unit.name(), because)) : List.of();
        boolean anew = unit.sockets().stream().anyMatch(sockets.rebound()::contains);
        return new UnitDecision(
                unit.name(),
                anew ? stops : List.of(),
                anew ? List.of() : stops,
                steps,
                runs,
                setting.fresh(unit),
                null);
    }

    private UnitDecision decideService(ManagedUnit unit) {
        var status = status(unit);
        var anew = unit.sockets().stream()
                .filter(sockets.rebound()::contains)
                .sorted()
                .toList();
        if (anew.isEmpty() || !runs(status) || unit.state() == UnitState.Stopped) {
            return decide(unit);
        }
        String because = String.join(" and ", anew) + " is bound anew";
        List<OfUnit> stops = List.of(new Stop(unit.name(), because, Disruption.DROPPED));
        var before = knowledge(unit, status);
        return unit.state() == UnitState.Running
                ? new UnitDecision(
                        unit.name(),
                        stops,
                        List.of(),
                        List.of(new Start(unit.name(), because)),
                        before,
                        setting.fresh(unit),
                        null)
                : new UnitDecision(unit.name(), stops, List.of(), List.of(), before, null, null);
    }

    /// The decision about `unit` as if it used no socket.
    UnitDecision decide(ManagedUnit unit) {
        var status = status(unit);
        var runs = knowledge(unit, status);
        var differences = runs == null ? null : Differences.between(runs, unit, setting);
        var decision =
                switch (unit.state()) {
                    case Stopped -> stopped(unit, status, runs);
                    case Running ->
                        (runs(status) || Retirement.busy(status)) && differences != null && runs != null
                                ? running(unit, status, differences.before(), differences)
                                : started(unit, status, runs, differences);
                    case IfRunning ->
                        (status.active() || Retirement.busy(status)) && differences != null && runs != null
                                ? running(unit, status, differences.before(), differences)
                                : UnitDecision.nothing(unit.name(), runs, null);
                };
        boolean masked = status.loadState().equals("masked");
        return masked && (decision.acts() || unit.state() == UnitState.Running)
                ? UnitDecision.waiting(unit.name(), "is masked on the host; systemctl unmask it", runs)
                : decision;
    }

    private UnitDecision stopped(ManagedUnit unit, UnitStatus status, @Nullable RunsWith runs) {
        if (Retirement.busy(status)) {
            return UnitDecision.waiting(unit.name(), "shall be stopped, but is " + doing(status), runs);
        }
        if (!runs(status)) {
            return UnitDecision.nothing(unit.name(), runs, null);
        }
        var stop = new Stop(unit.name(), "its state shall be Stopped", UnitDisruption.ofStop(status));
        return new UnitDecision(unit.name(), List.of(), List.of(stop), List.of(), runs, null, null);
    }

    private UnitDecision started(
            ManagedUnit unit, UnitStatus status, @Nullable RunsWith runs, @Nullable Differences differences) {
        boolean failed = status.failed();
        boolean unchanged = runs != null && differences != null && differences.none();
        if (unchanged && differences != null && unit.shape().endsByItself()) {
            return UnitDecision.nothing(unit.name(), runs, differences.all());
        }
        if (Retirement.busy(status)) {
            return UnitDecision.waiting(unit.name(), "shall be started, but is " + doing(status), runs);
        }
        if (unchanged && !failed && unit.onlyReportsDrift()) {
            String drift = "is " + status.activeState() + " (stopped by hand?)";
            return UnitDecision.reported(unit.name(), runs, drift);
        }
        String state = failed
                ? "failed (" + status.result() + "), start again"
                : runs == null ? "does not run yet" : "does not run";
        String because = differences == null || unchanged ? state : state + "; " + reasons(differences);
        return UnitDecision.of(new Start(unit.name(), because), runs, setting.fresh(unit));
    }

    private UnitDecision running(ManagedUnit unit, UnitStatus status, RunsWith runs, Differences differences) {
        var renew = new ArrayList<>(differences.renew());
        if (differences.programs().isEmpty()) {
            unit.stale(setting.observed()).ifPresent(renew::add);
        }
        unit.sockets().stream()
                .sorted()
                .flatMap(socket -> Stream.ofNullable(rebinds.get(socket)))
                .filter(Rebind::changes)
                .forEach(rebind -> renew.add(rebind.because()));
        if (renew.isEmpty() && differences.none()) {
            return unchanged(unit, runs, differences);
        }
        String because = (renew.isEmpty() && !differences.reload().isEmpty()
                        ? differences.reloadReason()
                        : reasons(renew, differences))
                + unit.whyNoReload(differences);
        if (Retirement.busy(status)) {
            return UnitDecision.waiting(unit.name(), "is " + doing(status) + "; then: " + because, runs);
        }
        if (status.awaitsRestart() && renew.isEmpty()) {
            return UnitDecision.nothing(unit.name(), runs, setting.fresh(unit));
        }
        boolean canReload = differences.canReload(unit);
        if (renew.isEmpty() && differences.reload().isEmpty()) {
            return UnitDecision.of(SocketSteps.adjust(unit, runs, because), runs, differences.all());
        }
        if (renew.isEmpty() && canReload) {
            var otherwise = unit.mayRenew() ? restart(unit, because) : null;
            var reload = new Reload(unit.name(), because, otherwise, differences.replacement(unit));
            return UnitDecision.of(reload, runs, differences.all());
        }
        if (unit.mayRenew()) {
            return renewed(unit, runs, because);
        }
        if (differences.reload().isEmpty() || !canReload) {
            return UnitDecision.waiting(unit.name(), "pending restart: " + because, runs);
        }
        List<OfUnit> steps = List.of(
                new Wait(unit.name(), "pending restart: " + because),
                new Reload(unit.name(), differences.reloadReason(), null, differences.replacement(unit)));
        return new UnitDecision(unit.name(), List.of(), List.of(), steps, runs, differences.reloaded(), null);
    }

    private UnitDecision unchanged(ManagedUnit unit, RunsWith runs, Differences differences) {
        var stale = StaleProcess.of(unit.name(), setting.observed());
        if (unit.ours() && stale.isPresent()) {
            return UnitDecision.reported(unit.name(), runs, "runs an old process: " + stale.get());
        }
        return UnitDecision.nothing(unit.name(), runs, differences.all());
    }

    /// A new process, by the gentler of the two ways to get one.
    private UnitDecision renewed(ManagedUnit unit, RunsWith runs, String because) {
        var layout = unit.layout();
        if (layout != null && layout.transition() == Transition.SETTLED && unit.proxy() != null) {
            String taken = "every port of its proxy is taken by a process that drains";
            return UnitDecision.waiting(unit.name(), taken + "; then: " + because, runs);
        }
        var step = layout != null && layout.transition() == Transition.SWAPPED
                ? new Swap(unit.name(), takeover(unit, layout), because)
                : restart(unit, because + whyNotSwapped(unit));
        return UnitDecision.of(step, runs, setting.fresh(unit));
    }

    Restart restart(ManagedUnit unit, String because) {
        boolean onlyIfRunning = unit.state() == UnitState.IfRunning;
        var disruption = UnitDisruption.ofRestart(unit, setting.observed().units());
        return new Restart(unit.name(), onlyIfRunning, because, disruption);
    }

    private Takeover takeover(ManagedUnit unit, InstanceLayout layout) {
        var paths = setting.swaps().get(unit.name());
        if (paths == null) {
            throw new IllegalStateException("no paths for the swap of " + unit.name());
        }
        var expected = Expectation.of(unit);
        boolean proxied = Proxy.port(layout.last()) != 0;
        return new Takeover(
                unit.set().id(),
                layout.placed(),
                layout.last(),
                proxied ? Handoff.BY_PROXY : Handoff.BY_SOCKET,
                proxied ? proxySockets(unit, layout) : unit.sockets(),
                unit.sockets().stream()
                        .flatMap(socket -> Stream.ofNullable(rebinds.get(socket)))
                        .flatMap(rebind -> rebind.bridges().stream())
                        .collect(Collectors.toCollection(TreeSet::new)),
                paths.candidate(),
                paths.alias(),
                paths.publish(),
                setting.fresh(unit),
                new Expectation(
                        layout.last(),
                        UnitState.Running,
                        false,
                        proxied ? ProxyProbe.of(unit, layout.last()) : expected.readiness()),
                paths.settled());
    }

    private static Set<String> proxySockets(ManagedUnit unit, InstanceLayout layout) {
        return Set.of(Proxy.socket(unit.name()), Proxy.socket(unit.name(), Proxy.port(layout.last())));
    }

    private String whyNotSwapped(ManagedUnit unit) {
        var swappability = Swappability.of(unit);
        return switch (swappability) {
            case NotSwappable(var because, var near)
            when near || unit.policy().update() == UpdateMode.Swap -> "; not swapped: " + because;
            case NotSwappable _ ->
                unit.shape().storesDescriptors() ? "; the descriptors that systemd stores for it are kept" : "";
            case Swappable _ ->
                "; "
                        + Forerunner.of(unit, units, setting.disk(), setting.observed())
                                .map(Forerunner::because)
                                .orElse("not swapped: its socket is not ready to be shared");
        };
    }

    /// The reasons that decide: what a reload takes comes for free with a new process.
    private static String reasons(Differences differences) {
        return reasons(differences.renew(), differences);
    }

    private static String reasons(List<String> renew, Differences differences) {
        return Stream.of(renew, differences.reload(), differences.adjust())
                .filter(reasons -> !reasons.isEmpty())
                .findFirst()
                .map(Reasons::shortened)
                .orElse("");
    }

    private static String doing(UnitStatus status) {
        return status.jobType() == null ? status.activeState() : "waiting for a " + status.jobType() + " job";
    }

    static boolean runs(UnitStatus status) {
        return status.active() || status.awaitsRestart();
    }

    UnitStatus status(ManagedUnit unit) {
        var layout = unit.layout();
        return layout == null ? setting.observed().unit(unit.name()) : layout.status(unit.name(), setting.observed());
    }

    @Nullable
    RunsWith knowledge(ManagedUnit unit, UnitStatus status) {
        var layout = unit.layout();
        var known = setting.observed()
                .inventory()
                .instances()
                .getOrDefault(unit.name(), Inventory.Instances.NONE)
                .known();
        var definition = layout == null ? null : known.get(layout.serves(unit.name()));
        if (definition != null) {
            return ProcessKnowledge.ofInstance(
                    unit, status, setting.recorded().get(unit.name()), definition, setting.disk());
        }
        return ProcessKnowledge.of(unit, status, setting);
    }
}
