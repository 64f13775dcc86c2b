package dev.underway.agent;

import dev.underway.agent.Admission.Admitted;
import dev.underway.agent.execute.Executor;
import dev.underway.agent.execute.PreparationFailed;
import dev.underway.agent.fetch.DesiredStateStore;
import dev.underway.agent.fetch.Document;
import dev.underway.agent.host.Journal;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.observe.Observer;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.plan.Plan.Withheld;
import java.io.IOException;
import java.time.Duration;

/// Makes the host as desired, once: observe, plan, execute, verify, report.
///
/// Each step hands a value to the next, and only `execute` changes anything. A pass may be ended between any two
/// steps, by a kill as well: the next one finds out from the disk, the journal and systemd what is left to do.
///
/// A set whose paths cannot be put in place is held back, and the pass begins anew for all others: one bad path or full
/// file system is the matter of one set.
final class Pass {
    /// How long to wait for the server's first word when nothing is known.
    private static final Duration NO_DOCUMENT = Duration.ofMinutes(1);

    private final DesiredStateStore desiredState;
    private final Admission admission;
    private final Observer observer;
    private final Journal journal;
    private final Executor executor;
    private final Verification verification;
    private final Conclusion conclusion;
    private final Housekeeping housekeeping;
    private final EarlierConnections connections;
    private final LastPlan lastPlan = new LastPlan();

    Pass(
            DesiredStateStore desiredState,
            Admission admission,
            Observer observer,
            Journal journal,
            Executor executor,
            Verification verification,
            Conclusion conclusion,
            Housekeeping housekeeping,
            EarlierConnections connections) {
        this.desiredState = desiredState;
        this.admission = admission;
        this.observer = observer;
        this.journal = journal;
        this.executor = executor;
        this.verification = verification;
        this.conclusion = conclusion;
        this.housekeeping = housekeeping;
        this.connections = connections;
    }

    Outcome run() throws InterruptedException {
        verification.begin();
        var document = desiredState.current().orElse(null);
        if (document == null) {
            return new Outcome.Waiting(NO_DOCUMENT, "the first desired-state document");
        }
        for (var admitted = admission.admit(document); ; ) {
            try {
                return carriedOut(document, admitted);
            } catch (PreparationFailed e) {
                var why = new Withheld(e.reason(), String.valueOf(e.getMessage()));
                if (admitted.withheld().keySet().containsAll(e.sets())) {
                    return conclusion.stopped(document, admitted, why);
                }
                conclusion.heldBack(document, e.sets(), why);
                admitted = admitted.holding(e.sets(), why);
            }
        }
    }

    private Outcome carriedOut(Document document, Admitted admitted) throws PreparationFailed, InterruptedException {
        try {
            var observed =
                    connections.judged(admitted.desired(), observer.observe(admitted.desired(), journal.inventory()));
            var plan = lastPlan.of(admitted.desired(), observed);
            conclusion.begins(document, admitted, plan, observed);
            verification.expect(plan);
            var executed = executor.execute(plan);
            var verified = verification.verify(observed, plan, executed);
            var outcome = conclusion.of(document, admitted, plan, executed, verified);
            if (outcome instanceof Outcome.Settled
                    && admitted.withheld().isEmpty()
                    && plan.withheld().isEmpty()) {
                housekeeping.tidy(document, admitted.desired(), journal.inventory());
            }
            var next = connections
                    .next(
                            admitted.desired(),
                            journal.inventory(),
                            plan.withheld().keySet())
                    .map(until -> outcome.atMost(until, "the time of connections on an earlier version"))
                    .orElse(outcome);
            return observer.again()
                    .map(until -> next.atMost(until, "a program that is being replaced"))
                    .orElse(next);
        } catch (WriteFailed e) {
            return conclusion.stopped(document, admitted, new Withheld(e.reason(), String.valueOf(e.getMessage())));
        } catch (SystemdException e) {
            return conclusion.stopped(
                    document, admitted, new Withheld("SystemdUnreachable", String.valueOf(e.getMessage())));
        } catch (IOException e) {
            return conclusion.stopped(document, admitted, new Withheld("Unreadable", String.valueOf(e.getMessage())));
        }
    }
}
