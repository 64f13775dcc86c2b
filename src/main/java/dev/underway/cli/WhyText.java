package dev.underway.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.Host;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetRollout.OfHost;
import dev.underway.model.UnitSetRollout.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Why a host has, or does not have, what the UnitSets want of it: the words of the host, of the server's planner and
/// of the agent brought together. Pure.
///
/// @param about the host itself; empty when nothing is to be said about it
@JsonInclude(JsonInclude.Include.NON_NULL)
record WhyText(String host, List<Finding> about, List<OnSet> unitSets) {
    private static final int MOST_LINES = 5;

    /// What is known of one set on the host.
    ///
    /// @param standing what the server's planner says; null when it says nothing of the host
    record Known(
            UnitSet set,
            @Nullable OfHost standing,
            @Nullable Assignment assignment) {}

    /// One reason, and what a person can do about it.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Finding(String reason, String message, @Nullable String next) {}

    /// One set on the host.
    ///
    /// @param state null when the planner says nothing of the host
    /// @param asOf when the agent last spoke of it
    /// @param findings the first answers the question; the others are what else is known
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OnSet(
            String unitSet,
            @Nullable State state,
            @Nullable String wave,
            @Nullable String wanted,
            @Nullable String told,
            @Nullable String running,
            @Nullable Instant asOf,
            String asOfText,
            List<Finding> findings) {}

    static WhyText of(Host host, List<Known> sets, Instant now) {
        var name = host.metadata().name();
        return new WhyText(
                name,
                about(host, sets.isEmpty(), now),
                sets.stream().map(known -> onSet(name, known, now)).toList());
    }

    private static List<Finding> about(Host host, boolean isIdle, Instant now) {
        var name = host.metadata().name();
        var spec = host.spec();
        var status = host.status();
        var findings = new ArrayList<Finding>();
        var ready = Conditions.find(status == null ? null : status.conditions(), "Ready");
        if (ready == null || ready.status() != Condition.Status.True) {
            findings.add(new Finding(
                    ready == null ? "NeverHeardOf" : ready.reason(),
                    (ready == null || ready.message() == null ? "its agent has never reported" : ready.message())
                            + "; last heard of " + FleetStatus.age(status == null ? null : status.lastSeen(), now),
                    "look whether the machine runs and reaches the server (systemctl status underway-agent)"));
        }
        var hold = FleetStatus.holding(spec, now);
        if (hold != null) {
            findings.add(new Finding("Held", hold.sentence(), "end the hold: underway release host " + name));
        }
        var cordon = Cordon.of(spec);
        if (cordon != null) {
            findings.add(new Finding(cordon.reason(), cordon.message(), "give it back: underway uncordon " + name));
        }
        if (isIdle) {
            findings.add(new Finding(
                    "NothingAssigned",
                    "no UnitSet that you asked about picks it",
                    "compare its labels with the selectors: kubectl get host " + name + " --show-labels"));
        }
        return findings;
    }

    private static OnSet onSet(String host, Known known, Instant now) {
        var set = Subject.of(known.set());
        var standing = known.standing();
        var assignment = known.assignment();
        var status = assignment == null ? null : assignment.status();
        var findings = new ArrayList<Finding>();
        if (standing != null) {
            findings.add(new Finding(
                    standing.reason(),
                    standing.message(),
                    standing.state() == State.Verified
                            ? null
                            : NextStep.ofHost(set, host, standing.reason(), standing.message())));
        }
        agents(set, host, status, standing).forEach(findings::add);
        var verdict = RolloutVerdict.of(known.set());
        if (verdict.end() == RolloutVerdict.End.FAILED || verdict.end() == RolloutVerdict.End.FAILING) {
            findings.add(new Finding(verdict.reason(), verdict.message(), NextStep.ofSet(set, verdict.reason())));
        }
        if (findings.isEmpty()) {
            findings.add(new Finding("NothingKnown", "neither the server nor the host says anything of it yet", null));
        }
        var asOf = status == null ? null : status.reportedAt();
        return new OnSet(
                set.toString(),
                standing == null ? null : standing.state(),
                standing == null ? null : standing.wave(),
                standing == null ? null : standing.wanted(),
                standing == null ? null : standing.told(),
                standing != null ? standing.running() : status == null ? null : status.revision(),
                asOf,
                FleetStatus.age(asOf, now),
                List.copyOf(findings));
    }

    /// What the agent says of it that the planner has not said already. To the planner a host that works is verified,
    /// also when it differs by hand.
    private static Stream<Finding> agents(
            Subject set, String host, Assignment.@Nullable Status status, @Nullable OfHost standing) {
        if (status == null) {
            return Stream.of();
        }
        var reason = standing == null ? "" : standing.reason();
        var conditions = Objects.requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
                .filter(condition -> condition.status() != Condition.Status.True)
                .filter(condition -> !condition.reason().equals(reason))
                .map(condition -> new Finding(
                        condition.reason(),
                        condition.message() == null ? "" : condition.message(),
                        NextStep.ofHost(
                                set, host, condition.reason(), Objects.requireNonNullElse(condition.message(), ""))));
        if (standing != null && standing.state() == State.Verified) {
            return conditions;
        }
        var steps = Objects.requireNonNullElse(status.plan(), List.<Assignment.PlannedStep>of()).stream()
                .filter(step -> "Failed".equals(step.result()))
                .map(step -> new Finding(
                        "StepFailed",
                        step.action() + (step.unit() == null ? "" : " " + step.unit()) + " failed, because "
                                + step.because() + (step.message() == null ? "" : ": " + step.message()),
                        null));
        return Stream.concat(conditions, steps);
    }

    /// For people.
    String text() {
        var text = new StringBuilder();
        if (!about.isEmpty()) {
            text.append("host ").append(host).append('\n');
            about.forEach(finding -> say(text, finding));
        }
        for (var set : unitSets) {
            text.append(set.unitSet() + " on " + host + (set.state() == null ? "" : ": " + set.state())
                    + (set.wave() == null ? "" : ", wave " + set.wave()) + "\n");
            text.append("  wants " + FleetStatus.orNone(set.wanted()) + ", was told "
                    + (set.told() == null ? "nothing yet" : set.told()) + ", runs "
                    + (set.running() == null ? "nothing of it" : set.running()) + " (it said so " + set.asOfText()
                    + ")\n");
            set.findings().forEach(finding -> say(text, finding));
        }
        return text.toString();
    }

    private static void say(StringBuilder text, Finding finding) {
        var lines = finding.message().lines().toList();
        text.append("  " + finding.reason() + (lines.isEmpty() ? "" : ": " + lines.getFirst()) + "\n");
        lines.stream()
                .skip(Math.max(1, lines.size() - MOST_LINES))
                .forEach(line -> text.append("      ").append(line).append('\n'));
        if (finding.next() != null) {
            text.append("    next: " + finding.next() + "\n");
        }
    }
}
