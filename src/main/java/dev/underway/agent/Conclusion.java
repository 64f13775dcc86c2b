package dev.underway.agent;

import dev.underway.agent.Admission.Admitted;
import dev.underway.agent.Verification.Verified;
import dev.underway.agent.execute.Executed;
import dev.underway.agent.execute.Executed.Ending;
import dev.underway.agent.execute.Executed.Fault;
import dev.underway.agent.execute.Executed.StepResult;
import dev.underway.agent.fetch.Document;
import dev.underway.agent.fetch.Renderings;
import dev.underway.agent.host.Journal;
import dev.underway.agent.report.PlanMemory;
import dev.underway.agent.report.Statuses;
import dev.underway.agent.report.Statuses.Findings;
import dev.underway.agent.report.Statuses.Problem;
import dev.underway.agent.report.UnitReports;
import dev.underway.agent.verify.Health;
import dev.underway.agent.verify.Health.Healthy;
import dev.underway.agent.verify.Health.Pending;
import dev.underway.agent.verify.Health.Unhealthy;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.plan.Expectation;
import dev.underway.plan.Inventory;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Observed;
import dev.underway.plan.Plan;
import dev.underway.plan.Plan.Withheld;
import dev.underway.plan.SetId;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Wait;
import dev.underway.wire.DesiredState;
import dev.underway.wire.Report;
import dev.underway.wire.Report.AssignmentReport;
import dev.underway.wire.Report.Removed;
import dev.underway.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What follows from a pass: the report, which sets are tried again and when, and how the agent goes on.
final class Conclusion {
    private static final Logger LOG = Logger.getLogger(Conclusion.class);

    /// How long to wait when the surroundings failed; jitter comes from the wake-ups of a living host.
    private static final Duration SURROUNDINGS = Duration.ofSeconds(5);

    /// What is awaited when news ended the watching of trials.
    static final String TRIALS = "trials that news interrupted";

    private final String machine;
    private final Map<String, String> facts;
    private final Journal journal;
    private final Renderings renderings;
    private final Retries retries;
    private final Holds holds;
    private final Verdicts verdicts;
    private final PlanMemory plans;
    private final LastWords lastWords;
    private final Consumer<Report> reporter;
    private final Map<SetId, List<UnitReport>> lastUnits = new HashMap<>();
    private final Map<SetId, Problem> lastProblems = new HashMap<>();

    /// What another pass is needed for at once; null when it is not.
    private @Nullable String again;

    /// What the processes of one run of a unit said last; see [dev.underway.agent.execute.HostTools#lastWords].
    interface LastWords {
        String of(String invocation) throws InterruptedException;
    }

    Conclusion(
            String machine,
            Map<String, String> facts,
            Journal journal,
            Renderings renderings,
            Retries retries,
            Holds holds,
            Verdicts verdicts,
            PlanMemory plans,
            LastWords lastWords,
            Consumer<Report> reporter) {
        this.machine = machine;
        this.facts = facts;
        this.journal = journal;
        this.renderings = renderings;
        this.retries = retries;
        this.holds = holds;
        this.verdicts = verdicts;
        this.plans = plans;
        this.lastWords = lastWords;
        this.reporter = reporter;
    }

    /// Before anything of `plan` is done: what is ill now, the plan is not to blame for.
    void begins(Document document, Admitted admitted, Plan plan, Observed observed) {
        for (var entry : document.state().assignments()) {
            var id = id(entry);
            if (!admitted.withheld().containsKey(id) && !plan.withheld().containsKey(id)) {
                verdicts.found(id, entry, owned(id).digest(), ill(owned(id).units(), plan, observed));
            }
        }
    }

    private static Set<String> ill(Set<String> units, Plan plan, Observed observed) {
        return plan.expected().stream()
                .filter(expected -> units.contains(expected.unit()))
                .filter(expected -> Health.of(expected, observed.unit(expected.unit())) instanceof Unhealthy)
                .map(Expectation::unit)
                .collect(Collectors.toSet());
    }

    /// A pass that came to its end.
    Outcome of(Document document, Admitted admitted, Plan plan, Executed executed, Verified verified)
            throws InterruptedException {
        var units = UnitReports.of(
                verified.units(), verified.health(), journal.inventory().instances());
        var reports = new ArrayList<AssignmentReport>();
        for (var entry : document.state().assignments()) {
            var id = id(entry);
            var owned = owned(id);
            plans.remember(id, Statuses.steps(id, owned.units(), executed));
            var problem = problem(id, entry, admitted, plan, executed, verified);
            lastUnits.put(id, reportsOf(owned.units(), units));
            var findings = new Findings(
                    entry.generation(),
                    running(entry, owned),
                    problem,
                    plan.drift().getOrDefault(id, List.of()),
                    waits(plan, owned.units()),
                    plans.of(id),
                    lastUnits.getOrDefault(id, List.of()),
                    awaited(owned, verified));
            reports.add(report(entry, findings));
        }
        if (verified.tried().stream().anyMatch(unit -> verified.health().get(unit) instanceof Pending)) {
            again = again == null ? TRIALS : again;
        }
        return finish(document, admitted, reports);
    }

    /// Sets that the surroundings do not let be carried out in this pass; they are tried again later.
    void heldBack(Document document, Set<SetId> sets, Withheld why) {
        LOG.warnv("held back: sets={0} reason={1} message={2}", sets, why.reason(), why.message());
        var versions = new HashMap<SetId, String>();
        document.state().assignments().forEach(entry -> versions.put(id(entry), Admission.version(entry)));
        sets.forEach(set -> retries.failed(set, versions.getOrDefault(set, "removal"), why));
    }

    /// A pass that the surroundings stopped before anything could be said of units.
    Outcome stopped(Document document, Admitted admitted, Withheld why) {
        LOG.warnv("pass stopped: reason={0} message={1}", why.reason(), why.message());
        var reports = new ArrayList<AssignmentReport>();
        for (var entry : document.state().assignments()) {
            var id = id(entry);
            var withheld = admitted.withheld().get(id);
            var problem = withheld == null ? Problem.ofSurroundings(why) : heldProblem(id, withheld);
            var findings = new Findings(
                    entry.generation(),
                    running(entry, owned(id)),
                    problem,
                    List.of(),
                    List.of(),
                    plans.of(id),
                    lastUnits.getOrDefault(id, List.of()),
                    List.of());
            reports.add(report(entry, findings));
        }
        finish(document, admitted, reports);
        return new Outcome.Waiting(SURROUNDINGS, why.message());
    }

    private @Nullable Problem problem(
            SetId id, DesiredState.Entry entry, Admitted admitted, Plan plan, Executed executed, Verified verified)
            throws InterruptedException {
        var withheld = admitted.withheld().get(id);
        if (withheld != null) {
            return heldProblem(id, withheld);
        }
        var failure = executed.failures().get(id);
        if (failure != null && failure.fault() == Fault.SURROUNDINGS) {
            return hindered(id, entry, new Withheld(failure.reason(), failure.message()));
        }
        var failed = failed(id, entry, executed, verified);
        if (failed != null) {
            return failed(id, entry, admitted, failed);
        }
        if (awaited(owned(id), verified).isEmpty()) {
            retries.succeeded(id);
            lastProblems.remove(id);
        }
        var refused = plan.withheld().get(id);
        if (refused != null) {
            return Problem.ofSurroundings(refused);
        }
        var condemned = admitted.reverted().get(id);
        if (condemned != null) {
            var good = renderings.revision(entry, condemned.good());
            boolean same = good.equals(entry.revision());
            return new Problem.Reverted(
                    condemned.why(), entry.revision(), same ? good + " with the host's values of before" : good);
        }
        if (owned(id).digest().equals(entry.runs()) && hasProved(owned(id), plan, verified)) {
            verdicts.proved(id, entry);
        }
        return null;
    }

    /// Nothing is said of the revision: it could not be tried.
    private Problem hindered(SetId id, DesiredState.Entry entry, Withheld why) {
        LOG.warnv("hindered: set={0} reason={1} message={2}", id, why.reason(), why.message());
        retries.failed(id, Admission.version(entry), why);
        lastProblems.remove(id);
        return Problem.ofSurroundings(why);
    }

    private Problem failed(SetId id, DesiredState.Entry entry, Admitted admitted, Failed failure) {
        var why = failure.why();
        LOG.warnv("revision failed: set={0} revision={1} message={2}", id, entry.revision(), why.message());
        boolean revert = !failure.before() && !admitted.reverted().containsKey(id) && verdicts.condemn(id, entry, why);
        if (revert) {
            retries.succeeded(id);
            again = "the revision before the one that failed";
        } else {
            retries.failed(id, Admission.version(entry), why);
        }
        lastProblems.put(id, Problem.ofRevision(why));
        return Problem.ofRevision(why);
    }

    /// @param before whether what failed was ill before anything was changed
    private record Failed(Withheld why, boolean before) {}

    /// Why the revision is to blame, if it is: a step failed, or a unit did not prove itself afterwards.
    private @Nullable Failed failed(SetId id, DesiredState.Entry entry, Executed executed, Verified verified)
            throws InterruptedException {
        var failure = executed.failures().get(id);
        if (failure != null) {
            var unit = executed.results().stream()
                    .filter(result -> result.ending() == Ending.Failed)
                    .map(StepResult::step)
                    .filter(step ->
                            step instanceof OfUnit ofUnit && owned(id).units().contains(ofUnit.unit()))
                    .map(step -> ((OfUnit) step).unit())
                    .findFirst()
                    .orElse("");
            return new Failed(new Withheld(failure.reason(), failure.message()), verdicts.wasIll(id, entry, unit));
        }
        for (var unit : new TreeSet<>(owned(id).units())) {
            if (verified.tried().contains(unit)
                    && verified.health().get(unit) instanceof Unhealthy(var reason, var why)
                    && reason.isOfRevision()) {
                var status = verified.units().get(unit);
                var message = why + (status == null ? "" : lastWords.of(status.invocationId()));
                return new Failed(new Withheld(reason.name(), message), verdicts.wasIll(id, entry, unit));
            }
        }
        return null;
    }

    private static boolean hasProved(Owned owned, Plan plan, Verified verified) {
        return waits(plan, owned.units()).isEmpty()
                && owned.units().stream().allMatch(unit -> {
                    var health = verified.health().get(unit);
                    return health == null || health instanceof Healthy;
                });
    }

    /// A set that waits for its next try keeps the problem that made it wait.
    private Problem heldProblem(SetId id, Withheld withheld) {
        var last = lastProblems.get(id);
        return last != null && last.why().equals(withheld) ? last : Problem.ofSurroundings(withheld);
    }

    private Outcome finish(Document document, Admitted admitted, List<AssignmentReport> reports) {
        var state = document.state();
        var inventory = journal.inventory();
        var assigned = state.assignments().stream().map(Conclusion::id).collect(Collectors.toSet());
        plans.keepOnly(assigned);
        verdicts.keepOnly(assigned::contains);
        retries.keepOnly(set -> assigned.contains(set)
                || (admitted.withheld().containsKey(set)
                        && !document.unreadable().containsKey(set)));
        var removed = state.tombstones().stream()
                .filter(stone -> !inventory.owned().containsKey(new SetId(stone.namespace(), stone.unitSet())))
                .map(stone -> new Removed(stone.namespace(), stone.unitSet(), stone.uid()))
                .toList();
        reporter.accept(new Report(Wire.VERSION, machine, state.serial(), facts, List.copyOf(reports), removed));
        var failed = lastProblems.entrySet().stream().findFirst();
        var unheld = retries.next(set -> holds.of(set).isEmpty());
        var next = Stream.concat(unheld.stream(), holds.next().stream()).min(Duration::compareTo);
        var on = again;
        if (on != null) {
            again = null;
            return new Outcome.Waiting(Duration.ofMillis(1), on);
        }
        if (next.isEmpty()) {
            return new Outcome.Settled();
        }
        return failed.<Outcome>map(entry -> new Outcome.Stalled(
                        entry.getValue().why().reason(), entry.getValue().why().message(), next.get()))
                .orElseGet(() -> new Outcome.Waiting(next.get(), "the next try of a set, or the end of a hold"));
    }

    /// What units that are on their way wait for.
    private static List<String> awaited(Owned owned, Verified verified) {
        return owned.units().stream()
                .sorted()
                .filter(unit -> verified.health().get(unit) instanceof Pending)
                .toList();
    }

    private static AssignmentReport report(DesiredState.Entry entry, Findings findings) {
        return new AssignmentReport(entry.namespace(), entry.unitSet(), entry.uid(), Statuses.of(findings));
    }

    private static List<UnitReport> reportsOf(Set<String> names, Map<String, UnitReport> units) {
        return names.stream().sorted().map(units::get).filter(Objects::nonNull).toList();
    }

    private static List<String> waits(Plan plan, Set<String> units) {
        return plan.steps().stream()
                .filter(Wait.class::isInstance)
                .map(Wait.class::cast)
                .filter(wait -> units.contains(wait.unit()))
                .map(wait -> wait.unit() + ": " + wait.because())
                .toList();
    }

    private Owned owned(SetId id) {
        return journal.inventory().owned().getOrDefault(id, Inventory.Owned.NOTHING);
    }

    /// The revision that is in place; after a failure this may be an earlier one, whose name follows from its digest.
    private @Nullable String running(DesiredState.Entry entry, Owned owned) {
        if (owned.digest().isEmpty()) {
            return null;
        }
        return renderings.revision(entry, owned.digest());
    }

    private static SetId id(DesiredState.Entry entry) {
        return new SetId(entry.namespace(), entry.unitSet());
    }
}
