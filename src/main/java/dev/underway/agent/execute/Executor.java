package dev.underway.agent.execute;

import dev.underway.agent.execute.AliasGuard.Unsafe;
import dev.underway.agent.execute.Executed.Ending;
import dev.underway.agent.execute.Executed.Failure;
import dev.underway.agent.execute.Executed.StepResult;
import dev.underway.agent.execute.HostTools.ToolFailed;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.Journal;
import dev.underway.agent.host.Memory;
import dev.underway.agent.host.SafeFiles;
import dev.underway.agent.host.SocketFiles;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.agent.verify.Verifier;
import dev.underway.plan.Inventory;
import dev.underway.plan.Plan;
import dev.underway.plan.SetId;
import dev.underway.plan.Step;
import dev.underway.plan.Step.Adjust;
import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.Reload;
import dev.underway.plan.Step.Renew;
import dev.underway.plan.Step.Repair;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import dev.underway.plan.Step.Swap;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Turn;
import dev.underway.plan.Step.Wait;
import dev.underway.plan.Step.Write;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Carries out a plan, in its order, deciding nothing. What has to survive a kill is journaled before the step that it
/// protects, as [Plan] says.
///
/// Preparation (paths, accounts, daemon-reload) is for all sets together and stops at the first failure, which says
/// whose it is ([Culprits]). A unit that then fails stops its own set only, and of that not what is to be drained at
/// once.
public final class Executor {
    private static final Logger LOG = Logger.getLogger(Executor.class);

    private final HostRoot root;
    private final SafeFiles files;
    private final HostTools tools;
    private final Systemd systemd;
    private final Journal journal;
    private final BooleanSupplier stopping;
    private final AliasGuard aliases;
    private final UnitLinks links;
    private final LostProcess lost;
    private final Swapper swapper;
    private final OpenSockets openSockets;

    /// `stopping` is asked before every step.
    public Executor(
            HostRoot root,
            SafeFiles files,
            HostTools tools,
            Systemd systemd,
            Verifier verifier,
            Journal journal,
            BooleanSupplier stopping) {
        this.aliases = new AliasGuard(systemd);
        this.links = new UnitLinks(root);
        this.lost = new LostProcess(root);
        var handover = new Handover(systemd, verifier, new SocketFiles(root), new Memory(root));
        this.swapper = new Swapper(systemd, verifier, journal, handover, aliases, links, new Swapper.Door() {
            @Override
            public void write(List<PathChange> changes) throws WriteFailed {
                Executor.this.write(changes, Set.of());
            }

            @Override
            public void interruptible() throws InterruptedException {
                Executor.this.interruptible();
            }

            @Override
            public String lastWords(String invocation) throws InterruptedException {
                return tools.lastWords(invocation);
            }
        });
        this.openSockets = new OpenSockets(root, systemd);
        this.root = root;
        this.files = files;
        this.tools = tools;
        this.systemd = systemd;
        this.journal = journal;
        this.stopping = stopping;
    }

    /// Ends between two steps with an InterruptedException when the agent is stopping: the next pass goes on from
    /// there.
    public Executed execute(Plan plan) throws PreparationFailed, SystemdException, WriteFailed, InterruptedException {
        lookAhead(plan);
        journal.record(plan.before());
        var results = new ArrayList<StepResult>();
        for (var step : plan.preparation()) {
            prepare(step, new Culprits(plan, root));
            results.add(new StepResult(step, Ending.Done, ""));
        }
        var prepared = plan.prepared();
        journal.record(prepared);
        removeEmptyDirectories(prepared);

        var failures = new TreeMap<SetId, Failure>();
        var recorder = new Recorder(journal, plan);
        var actions = plan.actions();
        for (int i = 0; i < actions.size(); i++) {
            var step = actions.get(i);
            var set = setOf(step, plan);
            boolean anyway = step instanceof Drain drain && drain.turn() == Turn.AT_ONCE;
            if (set != null && failures.containsKey(set) && !anyway) {
                results.add(new StepResult(step, Ending.Skipped, ""));
                continue;
            }
            if (step instanceof Swap first) {
                var group = swapsFrom(actions, i, first);
                var failure = swapper.swap(group);
                var message = failure == null ? "" : failure.message();
                group.forEach(swap ->
                        results.add(new StepResult(swap, failure == null ? Ending.Done : Ending.Failed, message)));
                if (failure != null && set != null) {
                    failures.put(set, failure);
                }
                i += group.size() - 1;
                continue;
            }
            interruptible();
            recorder.begins(step);
            var replacement = replacement(step);
            var outcome = act(step);
            var wrong = JobFailure.of(step, outcome);
            if (wrong == null && replacement != null) {
                wrong = replacement.failure();
            }
            if (wrong != null && step instanceof Reload reload && reload.otherwise() != null) {
                results.add(new StepResult(step, Ending.Failed, wrong.message()));
                step = reload.otherwise().because("reload failed: " + wrong.message());
                outcome = act(step);
                wrong = JobFailure.of(step, outcome);
            }
            results.add(
                    wrong == null
                            ? new StepResult(step, Ending.Done, "")
                            : new StepResult(step, Ending.Failed, wrong.message()));
            if (wrong != null && set != null) {
                // an open socket has said nothing of what was tried on it
                var run = outcome == null || step instanceof Adjust
                        ? ""
                        : outcome.after().invocationId();
                failures.put(set, wrong.adding(tools.lastWords(run)));
            } else if (outcome != null && isLastOfUnit(actions, i)) {
                recorder.succeeded(outcome);
            }
        }
        recorder.ends(results);
        return new Executed(List.copyOf(results), failures);
    }

    /// Null for a step that need not make a service replace itself.
    private @Nullable SelfReplacement replacement(Step step) throws SystemdException {
        return step instanceof Reload reload && reload.replacement() != null
                ? new SelfReplacement(root, systemd, this::interruptible, reload.unit(), reload.replacement())
                : null;
    }

    /// Refuses a plan after which systemd must not read its units anew, before any of it is done: an alias that was
    /// written and not read lies in wait for anybody's daemon-reload.
    private void lookAhead(Plan plan) throws PreparationFailed, SystemdException {
        var reading = plan.reading();
        if (reading.isPresent()) {
            try {
                aliases.check(links.after(plan.pathChanges().toList()));
            } catch (Unsafe e) {
                throw unsafe(reading.get(), e, new Culprits(plan, root));
            }
        }
    }

    private static PreparationFailed unsafe(Step step, Unsafe e, Culprits culprits) {
        return new PreparationFailed(step, culprits.ofReload(e.aliases().keySet()), "UnsafeReload", e);
    }

    private void prepare(Step step, Culprits culprits)
            throws PreparationFailed, SystemdException, InterruptedException {
        interruptible();
        if (!(step instanceof Write) && !(step instanceof OfUnit)) {
            LOG.infov("step: action={0} because={1}", step.action(), step.because());
        }
        try {
            switch (step) {
                case Write write -> write(write, write.changes(), Set.of(), culprits);
                case Tidy tidy -> write(tidy, tidy.changes(), tidy.directories(), culprits);
                case ApplySysusers apply -> tools.sysusers(apply.files());
                case ApplyTmpfiles apply -> tools.tmpfiles(apply.files());
                case DaemonReload _ -> {
                    aliases.check(links.onDisk());
                    systemd.daemonReload();
                }
                case OfUnit unit -> {
                    var wrong = JobFailure.of(unit, act(unit));
                    if (wrong != null) {
                        throw new PreparationFailed(unit, culprits.ofUnit(unit), wrong.reason(), wrong.message());
                    }
                }
            }
        } catch (ToolFailed e) {
            var files =
                    switch (step) {
                        case ApplySysusers apply -> apply.files();
                        case ApplyTmpfiles apply -> apply.files();
                        default -> List.<String>of();
                    };
            throw new PreparationFailed(step, culprits.ofFiles(files), "ToolFailed", e);
        } catch (Unsafe e) {
            throw unsafe(step, e, culprits);
        }
    }

    private void write(Step step, List<? extends PathChange> changes, Set<String> directories, Culprits culprits)
            throws PreparationFailed {
        try {
            write(List.copyOf(changes), directories);
        } catch (WriteFailed e) {
            throw new PreparationFailed(step, culprits.ofPath(changes, e.path()), e.reason(), e);
        }
    }

    /// The directories `ours` go when they are empty.
    private void write(List<PathChange> changes, Set<String> ours) throws WriteFailed {
        for (var change : changes) {
            LOG.infov("step: action={0} path={1} because={2}", change.action(), change.path(), change.because());
        }
        var directories = new HashSet<>(journal.directories());
        directories.addAll(ours);
        directories.addAll(files.missingDirectories(changes));
        journal.record(journal.inventory(), directories);
        files.prepare(changes).commit();
    }

    /// Consecutive swaps of one set.
    private static List<Swap> swapsFrom(List<Step> actions, int index, Swap first) {
        return actions.subList(index, actions.size()).stream()
                .takeWhile(step -> step instanceof Swap swap
                        && swap.takeover().set().equals(first.takeover().set()))
                .map(Swap.class::cast)
                .toList();
    }

    /// How the unit's job ended; null when there was nothing to do.
    private @Nullable JobOutcome act(Step step) throws SystemdException, InterruptedException {
        interruptible();
        if (!(step instanceof OfUnit ofUnit)) {
            throw new IllegalStateException(step.action() + " is not an action on a unit");
        }
        if (!(ofUnit instanceof Wait)) {
            LOG.infov("step: action={0} unit={1} because={2}", step.action(), ofUnit.unit(), step.because());
        }
        return switch (ofUnit) {
            case Adjust adjust -> openSockets.adjust(adjust);
            case Reload reload -> systemd.reload(reload.unit());
            case Restart restart when restart.onlyIfRunning() -> systemd.tryRestart(restart.unit());
            case Restart restart -> {
                FreshStart.prepare(systemd, restart.unit());
                yield systemd.restart(restart.unit());
            }
            case Start start -> {
                FreshStart.prepare(systemd, start.unit());
                yield systemd.start(start.unit());
            }
            case Repair repair -> {
                // no reset before it: systemd might then forget the unit, and its process with it
                var outcome = systemd.start(repair.loaded());
                if (outcome.done() && outcome.after().active()) {
                    lost.end(repair.pid(), repair.names(), outcome.after().mainPid());
                }
                yield outcome;
            }
            case Stop stop -> {
                var outcome = systemd.stop(stop.unit());
                systemd.resetFailed(stop.unit());
                yield outcome;
            }
            case Drain drain -> {
                systemd.drain(drain.instance());
                yield null;
            }
            case Swap _ -> throw new IllegalStateException("a swap is carried out together with others of its set");
            case Renew _, Wait _ -> null;
        };
    }

    private void removeEmptyDirectories(Inventory now) throws WriteFailed {
        var empty = new HashSet<>(journal.directories());
        now.owned()
                .values()
                .forEach(owned -> owned.paths()
                        .keySet()
                        .forEach(path -> empty.removeIf(directory -> path.startsWith(directory + "/"))));
        if (!empty.isEmpty()) {
            var left = new HashSet<>(journal.directories());
            left.removeAll(files.removeEmpty(empty));
            journal.record(now, left);
        }
    }

    private static boolean isLastOfUnit(List<Step> actions, int index) {
        return actions.get(index) instanceof OfUnit step
                && actions.subList(index + 1, actions.size()).stream()
                        .noneMatch(later -> later instanceof OfUnit other
                                && !(other instanceof Renew || other instanceof Drain)
                                && other.unit().equals(step.unit()));
    }

    private static @Nullable SetId setOf(Step step, Plan plan) {
        if (!(step instanceof OfUnit ofUnit)) {
            return null;
        }
        return plan.after().owned().entrySet().stream()
                .filter(entry -> entry.getValue().units().contains(ofUnit.unit()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private void interruptible() throws InterruptedException {
        if (stopping.getAsBoolean()) {
            throw new InterruptedException("the agent is stopping");
        }
    }
}
