package dev.underway.server.node;

import dev.underway.model.Assignment;
import dev.underway.model.Assignment.Draining;
import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.model.Condition;
import dev.underway.server.access.Names;
import dev.underway.server.access.Refused;
import dev.underway.wire.Report;
import dev.underway.wire.Report.AssignmentReport;
import dev.underway.wire.Report.Removed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a report must be to be taken. Pure.
///
/// A report is a stranger's JSON, and what is stored of it is read ever after by those who plan rollouts, forecast and
/// tell stories, of whom each serves all hosts: one host in wrong hands must not stop them. Absent may be what the
/// records call nullable; agents of every version send the rest.
@SuppressWarnings("NullAway") // read from a stranger's JSON: any field may be absent
final class ReportRules {
    private ReportRules() {}

    /// What is to be stored of one thing that a report says.
    @FunctionalInterface
    private interface Rule<T> {
        T kept(T said) throws Refused;
    }

    /// The report as it is to be stored. Throws where no agent would have sent it.
    static Report kept(Report report) throws Refused {
        return new Report(
                report.version(),
                report.machine(),
                report.serial(),
                report.facts(),
                all("assignments", orEmpty(report.assignments()), ReportRules::assignment),
                all("removed", orEmpty(report.removed()), ReportRules::removed));
    }

    private static AssignmentReport assignment(AssignmentReport said) throws Refused {
        return new AssignmentReport(
                label("namespace", said.namespace()),
                label("unitSet", said.unitSet()),
                needed("uid", said.uid()),
                status(needed("status", said.status())));
    }

    private static Removed removed(Removed said) throws Refused {
        return new Removed(
                label("namespace", said.namespace()), label("unitSet", said.unitSet()), needed("uid", said.uid()));
    }

    /// Its times are the server's to say.
    private static Assignment.Status status(Assignment.Status said) throws Refused {
        return new Assignment.Status(
                said.observedGeneration(),
                said.revision(),
                all("conditions", said.conditions(), ReportRules::condition),
                all("plan", said.plan(), ReportRules::step),
                all("units", said.units(), ReportRules::unit),
                null);
    }

    private static Condition condition(Condition said) throws Refused {
        return new Condition(
                needed("the type of a condition", said.type()),
                needed("the status of a condition", said.status()),
                needed("the reason of a condition", said.reason()),
                said.message(),
                said.observedGeneration(),
                null);
    }

    private static PlannedStep step(PlannedStep said) throws Refused {
        return new PlannedStep(
                needed("the action of a step", said.action()),
                said.unit(),
                needed("because of a step", said.because()),
                needed("the disruption of a step", said.disruption()),
                said.result(),
                said.message());
    }

    private static UnitReport unit(UnitReport said) throws Refused {
        return new UnitReport(
                needed("the name of a unit", said.name()),
                needed("the active of a unit", said.active()),
                needed("the sub of a unit", said.sub()),
                said.mainPid(),
                said.invocation(),
                said.healthy(),
                said.message(),
                all("draining", said.draining(), ReportRules::draining));
    }

    private static Draining draining(Draining said) throws Refused {
        return Draining.of(needed("the name of an instance that drains", said.instance()));
    }

    private static String label(String what, @Nullable String said) throws Refused {
        if (!Names.isLabel(needed(what, said))) {
            throw Refused.badRequest("A report's " + what + " must be a name of at most 63 lower case letters, digits"
                    + " and hyphens.");
        }
        return said;
    }

    private static <T> T needed(String what, @Nullable T said) throws Refused {
        if (said == null) {
            throw Refused.badRequest("A report lacks " + what + ".");
        }
        return said;
    }

    private static <T> @Nullable List<T> all(String what, @Nullable List<T> said, Rule<T> rule) throws Refused {
        if (said == null) {
            return null;
        }
        var kept = new ArrayList<T>();
        for (var each : said) {
            kept.add(rule.kept(needed("an element of " + what, each)));
        }
        return kept;
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
