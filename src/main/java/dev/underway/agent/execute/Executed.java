package dev.underway.agent.execute;

import dev.underway.agent.verify.Deed;
import dev.underway.plan.SetId;
import dev.underway.plan.Step;
import dev.underway.plan.Step.Adjust;
import dev.underway.plan.Step.ApplySysusers;
import dev.underway.plan.Step.ApplyTmpfiles;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.Reload;
import dev.underway.plan.Step.Renew;
import dev.underway.plan.Step.Repair;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import dev.underway.plan.Step.Swap;
import dev.underway.plan.Step.Tidy;
import dev.underway.plan.Step.Wait;
import dev.underway.plan.Step.Write;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What became of a plan.
///
/// @param results one for each step, in the plan's order; after a reload that failed, one for the restart instead
/// @param failures by set, the failure that stopped it
public record Executed(List<StepResult> results, Map<SetId, Failure> failures) {

    /// What was done to units, by unit: the last deed of those that succeeded.
    public Map<String, Deed> deeds() {
        var deeds = new HashMap<String, Deed>();
        for (var result : results) {
            if (result.ending() == Ending.Done) {
                add(result.step(), deeds);
            }
        }
        return deeds;
    }

    /// What `steps` would do to units, by unit.
    public static Map<String, Deed> deeds(List<Step> steps) {
        var deeds = new HashMap<String, Deed>();
        steps.forEach(step -> add(step, deeds));
        return deeds;
    }

    private static void add(Step step, Map<String, Deed> deeds) {
        switch (step) {
            case Start start -> deeds.put(start.unit(), Deed.STARTED);
            case Restart restart -> deeds.put(restart.unit(), Deed.STARTED);
            case Repair repair -> deeds.put(repair.unit(), Deed.STARTED);
            case Swap swap -> deeds.put(swap.unit(), Deed.SWAPPED);
            case Reload reload -> deeds.put(reload.unit(), Deed.RELOADED);
            case Renew renew -> deeds.put(renew.unit(), Deed.RENEWED);
            case Write _,
                    Tidy _,
                    ApplySysusers _,
                    ApplyTmpfiles _,
                    DaemonReload _,
                    Adjust _,
                    Stop _,
                    Drain _,
                    Wait _ -> {}
        }
    }

    /// How one step ended.
    public enum Ending {
        Done,
        Failed,
        /// Not tried, because an earlier step of the set failed.
        Skipped
    }

    /// `message` says what went wrong, or is empty.
    public record StepResult(Step step, Ending ending, String message) {}

    /// What stopped a set.
    ///
    /// @param reason a CamelCase word for a condition
    public record Failure(Fault fault, String reason, String message) {
        static Failure ofRevision(String reason, String message) {
            return new Failure(Fault.REVISION, reason, message);
        }

        static Failure ofSurroundings(String reason, String message) {
            return new Failure(Fault.SURROUNDINGS, reason, message);
        }

        /// The same, with more in its message.
        Failure adding(String words) {
            return new Failure(fault, reason, message + words);
        }
    }

    /// Who is to blame for a failure.
    public enum Fault {
        /// What shall be does not work.
        REVISION,
        /// The host did not let it be tried; trying again may help, going back to an earlier revision does not.
        SURROUNDINGS
    }
}
