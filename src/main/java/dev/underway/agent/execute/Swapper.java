package dev.underway.agent.execute;

import dev.underway.agent.execute.AliasGuard.Unsafe;
import dev.underway.agent.execute.Executed.Failure;
import dev.underway.agent.execute.Handover.Old;
import dev.underway.agent.host.Journal;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.agent.verify.Deed;
import dev.underway.agent.verify.Health;
import dev.underway.agent.verify.Health.Reason;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.agent.verify.Verifier;
import dev.underway.plan.Expectation;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.SetId;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.Swap;
import dev.underway.plan.Step.Takeover;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Lets new processes take over listening sockets, so that no connection is refused or dropped.
///
/// Old and new process accept from one queue that the kernel keeps for the socket; systemd holds it open besides.
/// What is not accepted by the one is accepted by the other, and what the old one has accepted it finishes while it
/// drains. The order makes every intermediate state a good one:
///
/// 1. The socket is there, and systemd holds it: a socket that systemd has lost cannot be handed on.
/// 2. The candidate's files are written: names that nobody refers to. New addresses are opened.
/// 3. It is started, and shall hold the very sockets that the old one holds.
/// 4. It proves itself, as any unit that was started: readiness, probe, time without a restart.
/// 5. Commit: the journal says so, then one rename makes the unit's name the candidate's. A boot before the rename
///    brings up the old one alone, a boot after it the new one alone. Then everybody sees its inputs.
/// 6. systemd reads its units anew. It must, before the old one stops: what depends on the unit's name would be
///    stopped with the old instance (measured for Requires=, BindsTo=, PartOf=).
/// 7. The old one is told to stop, and nobody waits for it.
///
/// Several services of a set go through this together: none is committed before all have proved themselves. A failure
/// before the commit takes the candidates away and leaves no trace. A kill between any two effects is resumed by the
/// planner from the disk and systemd alone.
final class Swapper {
    private static final Logger LOG = Logger.getLogger(Swapper.class);

    /// What systemd writes into the journal of a unit whose process it could not put into its cgroup.
    private static final String CGROUP_LOST = "Failed at step CGROUP";

    private final Systemd systemd;
    private final Verifier verifier;
    private final Journal journal;
    private final Handover handover;
    private final AliasGuard aliases;
    private final UnitLinks links;
    private final Door door;

    /// What the executor does for a swap as for other steps.
    interface Door {
        void write(List<PathChange> changes) throws WriteFailed;

        /// Ends the pass here when the agent is stopping.
        void interruptible() throws InterruptedException;

        /// As of [HostTools#lastWords].
        String lastWords(String invocation) throws InterruptedException;
    }

    Swapper(
            Systemd systemd,
            Verifier verifier,
            Journal journal,
            Handover handover,
            AliasGuard aliases,
            UnitLinks links,
            Door door) {
        this.systemd = systemd;
        this.verifier = verifier;
        this.journal = journal;
        this.handover = handover;
        this.aliases = aliases;
        this.links = links;
        this.door = door;
    }

    /// Null when all have taken over. `swaps` are of one set.
    @Nullable
    Failure swap(List<Swap> swaps) throws SystemdException, WriteFailed, InterruptedException {
        var old = new HashMap<String, Old>();
        var opened = new HashSet<String>();
        door.interruptible();
        Failure failure = handover.unmet(swaps, old);
        if (failure != null) {
            return failure;
        }
        for (var swap : swaps) {
            failure = failure == null ? started(swap, old, opened) : failure;
        }
        failure = failure == null ? proved(swaps, old) : failure;
        failure = failure == null ? committed(swaps) : failure;
        if (failure != null) {
            for (var swap : swaps.reversed()) {
                withdraw(swap.takeover(), opened);
            }
            return failure;
        }
        for (var swap : swaps) {
            door.interruptible();
            LOG.infov(
                    "swap: unit={0} draining={1}", swap.unit(), swap.takeover().from());
            systemd.drain(swap.takeover().from());
        }
        return null;
    }

    private String invocation(String unit) throws SystemdException {
        return systemd.status(List.of(unit))
                .getOrDefault(unit, UnitStatus.notFound(unit))
                .invocationId();
    }

    /// Starts an instance. One that has only just ended, and is wanted again, can lose its new cgroup to the removal of
    /// the old one (EXIT_CGROUP, systemd.exec(5)): the program has not run then, and it is started once more.
    private JobOutcome start(String instance) throws SystemdException, InterruptedException {
        systemd.resetFailed(instance);
        var outcome = systemd.start(instance);
        if (outcome.done() || !door.lastWords(outcome.after().invocationId()).contains(CGROUP_LOST)) {
            return outcome;
        }
        LOG.infov("its cgroup was being removed, started again: unit={0}", instance);
        FreshStart.prepare(systemd, instance);
        return systemd.start(instance);
    }

    private @Nullable Failure started(Swap swap, Map<String, Old> old, Set<String> opened)
            throws SystemdException, WriteFailed, InterruptedException {
        var takeover = swap.takeover();
        door.interruptible();
        LOG.infov("swap: unit={0} from={1} to={2}", swap.unit(), takeover.from(), takeover.to());
        if (!takeover.candidate().isEmpty()) {
            door.write(takeover.candidate());
        }
        for (var bridge : takeover.bridges()) {
            door.interruptible();
            if (systemd.status(List.of(bridge))
                    .getOrDefault(bridge, UnitStatus.notFound(bridge))
                    .active()) {
                continue;
            }
            opened.add(bridge);
            FreshStart.prepare(systemd, bridge);
            var outcome = systemd.start(bridge);
            if (!outcome.done() || !outcome.after().active()) {
                return Failure.ofRevision(
                        Reason.StartFailed.name(),
                        "the new address of %s cannot be opened: %s failed to start, result %s; see 'journalctl -u %s'. The old ones serve on"
                                .formatted(swap.unit(), bridge, outcome.after().result(), bridge));
            }
        }
        door.interruptible();
        var outcome = start(takeover.to());
        var after = outcome.after();
        if (!outcome.done() || !after.active() || after.mainPid() == 0) {
            var stopped = handover.stoppedSocket(swap);
            String said = outcome.message().isEmpty() ? "it is " + after.activeState() : outcome.message();
            return stopped != null
                    ? stopped
                    : Failure.ofRevision(
                            Reason.StartFailed.name(),
                            "the new process of %s did not start: %s; result %s; see 'journalctl -u %s'. The old one serves on"
                                            .formatted(swap.unit(), said, after.result(), takeover.to())
                                    + door.lastWords(after.invocationId()));
        }
        return handover.withoutSockets(
                swap, after.mainPid(), old.getOrDefault(swap.unit(), Old.NONE).holding());
    }

    /// Both processes answer at the public address. So a probe tells nothing of the new one when the old one alone
    /// did not pass it, and what is to replace a sick process would never come up: then the probe is asked when the
    /// old one is gone ([Deed#SWAPPED]).
    private @Nullable Failure proved(List<Swap> swaps, Map<String, Old> old)
            throws SystemdException, InterruptedException {
        var expected = swaps.stream()
                .map(swap -> old.getOrDefault(swap.unit(), Old.NONE).complaint().isEmpty()
                        ? swap.takeover().expectation()
                        : swap.takeover().expectation().unprobed())
                .toList();
        var deeds = expected.stream().collect(Collectors.toMap(Expectation::unit, _ -> Deed.STARTED));
        Map<String, Health> health = verifier.verify(expected, deeds);
        for (var swap : swaps) {
            if (health.get(swap.takeover().to()) instanceof Unhealthy(var reason, var message)) {
                return Failure.ofRevision(
                        reason.name(),
                        "the new process of %s did not prove itself: %s. The old one serves on"
                                        .formatted(swap.unit(), message)
                                + door.lastWords(invocation(swap.takeover().to())));
            }
        }
        return null;
    }

    private @Nullable Failure committed(List<Swap> swaps) throws SystemdException, WriteFailed, InterruptedException {
        try {
            aliases.check(links.after(
                    swaps.stream().map(swap -> swap.takeover().alias()).toList()));
            for (var swap : swaps) {
                door.interruptible();
                commit(swap);
            }
            door.interruptible();
            aliases.check(links.onDisk());
            systemd.daemonReload();
            return null;
        } catch (Unsafe e) {
            return Failure.ofSurroundings("UnsafeReload", String.valueOf(e.getMessage()));
        }
    }

    private void commit(Swap swap) throws SystemdException, WriteFailed {
        var takeover = swap.takeover();
        var to = systemd.status(List.of(takeover.to())).get(takeover.to());
        var inventory = journal.inventory();
        var instances = new TreeMap<>(inventory.instances());
        var known = instances.getOrDefault(swap.unit(), Instances.NONE).known();
        instances.put(swap.unit(), new Instances(takeover.to(), known));
        journal.record(inventory.having(instances));
        door.write(List.of(takeover.alias()));
        LOG.infov("swap: unit={0} is={1}", swap.unit(), takeover.to());
        if (!takeover.publish().isEmpty()) {
            door.write(takeover.publish());
        }
        settle(swap.unit(), takeover, to == null ? "" : to.invocationId());
    }

    /// Only now: until the rename the unit is the old process, and what is remembered of it speaks of that one.
    private void settle(String unit, Takeover takeover, String invocation) throws WriteFailed {
        var inventory = journal.inventory();
        var runs = new TreeMap<String, RunsWith>(inventory.runs());
        runs.put(unit, takeover.definition().in(invocation));
        var owned = new HashMap<SetId, Owned>(inventory.owned());
        owned.computeIfPresent(takeover.set(), (_, all) -> {
            var paths = new TreeMap<>(all.paths());
            takeover.publish().forEach(change -> paths.remove(change.path()));
            paths.putAll(takeover.settled());
            return new Owned(all.digest(), paths, all.units());
        });
        journal.record(inventory.owning(owned).running(runs));
    }

    /// Before the commit nobody knows of the candidate; an instance that somebody made the unit meanwhile stays.
    private void withdraw(Takeover takeover, Set<String> opened) throws SystemdException {
        if (!journal.inventory().instances().values().stream()
                .map(Instances::current)
                .toList()
                .contains(takeover.to())) {
            systemd.stop(takeover.to());
            systemd.resetFailed(takeover.to());
            for (var bridge : takeover.bridges()) {
                if (opened.contains(bridge)) {
                    systemd.stop(bridge);
                    systemd.resetFailed(bridge);
                }
            }
        }
    }
}
