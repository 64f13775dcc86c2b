package dev.underway.server.node;

import dev.underway.model.Assignment;
import dev.underway.model.Assignment.Draining;
import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.model.Condition;
import dev.underway.model.Printable;
import dev.underway.server.access.Names;
import dev.underway.server.access.Refused;
import dev.underway.wire.Report;
import dev.underway.wire.Report.AssignmentReport;
import dev.underway.wire.Report.Removed;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a report must be to be taken, and what of it is kept. Pure.
///
/// A report is a stranger's JSON, and what is stored of it is read ever after by those who plan rollouts, forecast and
/// tell stories, of whom each serves all hosts: one host in wrong hands must neither stop them nor fill the store, nor
/// give orders to the terminal of an administrator who looks.
/// Absent may be what the records call nullable; agents of every version send the rest. Words and names that no agent
/// has are refused; of sentences and lists, which grow with what a host runs, as much is kept as people read.
@SuppressWarnings("NullAway") // read from a stranger's JSON: any field may be absent
final class ReportRules {
    /// A host has dozens of sets at most.
    private static final int MOST_ASSIGNMENTS = 1000;

    private static final int MOST_CONDITIONS = 16;

    /// As many as agents send.
    static final int MOST_STEPS = 100;

    /// A set has at most 256, and each may stand for a few: a socket and a proxy before it.
    static final int MOST_UNITS = 1024;

    private static final int MOST_DRAINING = 64;

    /// The longest of an agent are a sentence and the last 20 lines of a journal, each of 200 characters.
    static final int LONGEST_SENTENCE = 8192;

    /// No unit of systemd has a longer name, and no revision.
    private static final Pattern NAME = Pattern.compile("\\P{Cc}{0,255}");

    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,127}");

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
                all(
                        "assignments",
                        few("assignments", MOST_ASSIGNMENTS, orEmpty(report.assignments())),
                        ReportRules::assignment),
                all("removed", few("removed", MOST_ASSIGNMENTS, orEmpty(report.removed())), ReportRules::removed));
    }

    private static AssignmentReport assignment(AssignmentReport said) throws Refused {
        return new AssignmentReport(
                label("namespace", said.namespace()),
                label("unitSet", said.unitSet()),
                name("uid", said.uid()),
                status(needed("status", said.status())));
    }

    private static Removed removed(Removed said) throws Refused {
        return new Removed(
                label("namespace", said.namespace()), label("unitSet", said.unitSet()), name("uid", said.uid()));
    }

    /// Its times are the server's to say.
    private static Assignment.Status status(Assignment.Status said) throws Refused {
        return new Assignment.Status(
                said.observedGeneration(),
                nameOrNull("revision", said.revision()),
                all("conditions", first(MOST_CONDITIONS, said.conditions()), ReportRules::condition),
                all("plan", first(MOST_STEPS, said.plan()), ReportRules::step),
                all("units", first(MOST_UNITS, said.units()), ReportRules::unit),
                null);
    }

    private static Condition condition(Condition said) throws Refused {
        return new Condition(
                word("the type of a condition", said.type()),
                needed("the status of a condition", said.status()),
                word("the reason of a condition", said.reason()),
                sentenceOrNull(said.message()),
                said.observedGeneration(),
                null);
    }

    private static PlannedStep step(PlannedStep said) throws Refused {
        return new PlannedStep(
                word("the action of a step", said.action()),
                nameOrNull("the unit of a step", said.unit()),
                sentence("because of a step", said.because()),
                word("the disruption of a step", said.disruption()),
                said.result() == null ? null : word("the result of a step", said.result()),
                sentenceOrNull(said.message()));
    }

    private static UnitReport unit(UnitReport said) throws Refused {
        return new UnitReport(
                name("the name of a unit", said.name()),
                name("the active of a unit", said.active()),
                name("the sub of a unit", said.sub()),
                said.mainPid(),
                nameOrNull("the invocation of a unit", said.invocation()),
                said.healthy(),
                sentenceOrNull(said.message()),
                all("draining", first(MOST_DRAINING, said.draining()), ReportRules::draining));
    }

    private static Draining draining(Draining said) throws Refused {
        return Draining.of(name("the name of an instance that drains", said.instance()));
    }

    private static String label(String what, @Nullable String said) throws Refused {
        if (!Names.isLabel(needed(what, said))) {
            throw Refused.badRequest("A report's " + what + " must be a name of at most 63 lower case letters, digits"
                    + " and hyphens.");
        }
        return said;
    }

    /// A CamelCase word.
    private static String word(String what, @Nullable String said) throws Refused {
        if (!WORD.matcher(needed(what, said)).matches()) {
            throw Refused.badRequest("Of a report, " + what + " must be a word of at most 128 letters and digits.");
        }
        return said;
    }

    /// What systemd or the server called something.
    private static String name(String what, @Nullable String said) throws Refused {
        if (!NAME.matcher(needed(what, said)).matches()) {
            throw Refused.badRequest("Of a report, " + what + " must be at most 255 characters that can be printed.");
        }
        return said;
    }

    private static @Nullable String nameOrNull(String what, @Nullable String said) throws Refused {
        return said == null ? null : name(what, said);
    }

    private static String sentence(String what, @Nullable String said) throws Refused {
        var sentence = Printable.of(needed(what, said));
        return sentence.length() <= LONGEST_SENTENCE ? sentence : sentence.substring(0, LONGEST_SENTENCE - 1) + "…";
    }

    private static @Nullable String sentenceOrNull(@Nullable String said) throws Refused {
        return said == null ? null : sentence("a sentence", said);
    }

    private static <T> @Nullable List<T> first(int most, @Nullable List<T> said) {
        return said == null || said.size() <= most ? said : said.subList(0, most);
    }

    private static <T> List<T> few(String what, int most, List<T> said) throws Refused {
        if (said.size() > most) {
            throw Refused.badRequest(
                    "A report may have " + most + " " + what + ", and this one has " + said.size() + ".");
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
