package dev.underway.agent.execute;

import dev.underway.agent.execute.Executed.Ending;
import dev.underway.agent.execute.Executed.StepResult;
import dev.underway.agent.host.Journal;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.plan.Inventory;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Plan;
import dev.underway.plan.SetId;
import dev.underway.plan.Step;
import dev.underway.plan.Step.Adjust;
import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Renew;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Swap;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Wait;
import dev.underway.plan.Step.Write;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// Keeps the journal true while the units of a plan are acted on: what each of them was last started with.
final class Recorder {
    private final Journal journal;
    private final Plan plan;

    Recorder(Journal journal, Plan plan) {
        this.journal = journal;
        this.plan = plan;
    }

    /// Before `step`. A oneshot that is about to run has no last run that counts: when the agent is killed, or the
    /// run fails, nobody shall think that it was that of before. It runs once more rather than not at all.
    ///
    /// An open socket that is about to be adjusted may have the old and the new from then on, whatever becomes of
    /// the step. It is adjusted once more, also when the old is what is wanted again.
    void begins(Step step) throws WriteFailed {
        var runs = new HashMap<>(journal.inventory().runs());
        if (step instanceof Start start && plan.endsByItself(start.unit())) {
            runs.remove(start.unit());
        } else if (step instanceof Adjust adjust) {
            runs.computeIfPresent(
                    adjust.unit(),
                    (_, bound) -> bound.unsureOf(adjust.settings().keySet()));
        }
        journal.record(journal.inventory().running(runs));
    }

    /// After the last step of a unit.
    void succeeded(JobOutcome outcome) throws WriteFailed {
        var now = plan.after().runs().get(outcome.unit());
        if (now != null) {
            var runs = new HashMap<>(journal.inventory().runs());
            runs.put(outcome.unit(), now.in(outcome.after().invocationId()));
            journal.record(journal.inventory().running(runs));
        }
    }

    /// `plan.after`, but for the units whose steps did not all succeed.
    void ends(List<StepResult> results) throws WriteFailed {
        var acted = new HashSet<String>();
        var owned = new HashMap<>(plan.after().owned());
        var instances = new HashMap<>(plan.after().instances());
        var connections = new HashMap<>(plan.after().connections());
        for (var result : results) {
            switch (result.step()) {
                case Renew renew -> {
                    if (result.ending() != Ending.Done) {
                        acted.add(renew.template());
                        connections.put(
                                renew.template(), plan.before().connections().getOrDefault(renew.template(), Map.of()));
                    }
                }
                case OfUnit step -> {
                    if (!(step instanceof Wait) && !(step instanceof Drain)) {
                        acted.add(step.unit());
                    }
                }
                case Write _, Tidy _, ApplySysusers _, ApplyTmpfiles _, DaemonReload _ -> {}
            }
            if (result.step() instanceof Swap swap && result.ending() != Ending.Done) {
                var set = swap.takeover().set();
                owned.put(set, unfinished(set));
                instances.put(swap.unit(), journal.inventory().instances().getOrDefault(swap.unit(), Instances.NONE));
            }
        }
        var runs = new HashMap<String, RunsWith>(plan.after().runs());
        for (var result : results) {
            if (result.step() instanceof Swap swap && result.ending() != Ending.Done) {
                // Their new addresses are the swap's.
                acted.addAll(swap.takeover().sockets());
            }
        }
        runs.keySet().removeAll(acted);
        for (var unit : acted) {
            var known = journal.inventory().runs().get(unit);
            if (known != null && plan.after().runs().containsKey(unit)) {
                runs.put(unit, known);
            }
        }
        journal.record(new Inventory(owned, runs, instances, connections));
    }

    /// What is owned when a swap did not come about: its paths are on their way, and the revision is not in place.
    private Owned unfinished(SetId set) {
        var now = journal.inventory().owned().getOrDefault(set, Owned.NOTHING);
        var before = plan.before().owned().getOrDefault(set, Owned.NOTHING);
        return new Owned(before.digest(), now.paths(), now.units());
    }
}
