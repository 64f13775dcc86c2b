package dev.underway.server.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.UnitSetSpec.DeletionPolicy;
import dev.underway.server.events.Occurrence.Subject;
import dev.underway.server.store.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a change of an Assignment tells: which revision its host shall run, what the agent did and why, and how it
/// ended.
final class AssignmentStory {
    /// The word for a whole plan is that of its most disruptive step; the first of these that occurs.
    private static final List<Map.Entry<String, String>> DONE = List.of(
            Map.entry("Repair", "Repaired"),
            Map.entry("Restart", "Restarted"),
            Map.entry("Swap", "Swapped"),
            Map.entry("Reload", "Reloaded"),
            Map.entry("Renew", "Renewed"),
            Map.entry("Start", "Started"),
            Map.entry("Stop", "Stopped"),
            Map.entry("Drain", "Drained"),
            Map.entry("Adjust", "Adjusted"),
            Map.entry("DaemonReload", "DaemonReloaded"));

    private static final String CHANGED = "Changed";

    /// Steps that do nothing, or nothing that concerns this set alone.
    private static final Set<String> BESIDES = Set.of("Wait", "DaemonReload");

    /// Reasons for which nothing is to be done by anybody: they pass.
    private static final Set<String> PASSING =
            Set.of("Waiting", "Progressing", "Applying", "Fetching", "Pending", "Held", "NotApplied");

    private static final int STEPS_IN_MESSAGE = 8;

    private AssignmentStory() {}

    static List<Occurrence> of(Transition change) {
        var subject = Subject.of(change.after());
        var difference = Difference.of(change);
        var told = new ArrayList<Occurrence>();
        if (change.removed()) {
            told.add(Occurrence.normal(
                    subject,
                    "Removed",
                    "nothing of the set is managed on " + difference.is("/spec/host") + " any more"));
            return told;
        }
        order(subject, difference).ifPresent(told::add);
        difference.hold(subject).ifPresent(told::add);
        retry(subject, difference).ifPresent(told::add);
        var host = difference.is("/spec/host");
        report(subject, difference).forEach(one -> told.add(one.reportedBy(host)));
        return told;
    }

    private static Optional<Occurrence> order(Subject subject, Difference difference) {
        if (difference.begins("/metadata/deletionTimestamp")) {
            boolean orphan = difference.is("/spec/deletionPolicy").equals(DeletionPolicy.Orphan.name());
            return Optional.of(Occurrence.normal(
                    subject,
                    "Withdrawn",
                    difference.is("/spec/host") + " is told to "
                            + (orphan ? "forget the set and leave what runs" : "remove the set")));
        }
        if (!difference.at("/spec/revision")) {
            return Optional.empty();
        }
        var before = difference.was("/spec/revision");
        return Optional.of(Occurrence.normal(
                subject,
                "Assigned",
                difference.is("/spec/host") + " is told to run " + difference.is("/spec/revision")
                        + (before.isEmpty() ? "" : " instead of " + before)
                        + Origin.of(difference.after())));
    }

    private static Optional<Occurrence> retry(Subject subject, Difference difference) {
        if (!difference.at("/spec/policy/retriedAt")
                || difference.is("/spec/policy/retriedAt").isEmpty()) {
            return Optional.empty();
        }
        var by = difference.is("/metadata/annotations/underway.dev~1retried-by");
        return Optional.of(Occurrence.normal(
                subject, "Retried", (by.isEmpty() ? "somebody" : by) + " asked to try again what failed"));
    }

    private static List<Occurrence> report(Subject subject, Difference difference) {
        var told = new ArrayList<Occurrence>();
        if (difference.at("/status/plan")) {
            steps(subject, difference.after().at("/status/plan")).ifPresent(told::add);
        }
        // One that is as desired again after another revision has a new story, though the condition is the same.
        var synced = difference.at("/status/revision") ? difference.condition("Synced") : difference.turned("Synced");
        synced.map(condition ->
                        condition(subject, condition, "Synced", "runs " + difference.is("/status/revision") + ": "))
                .ifPresent(told::add);
        difference
                .turned("Healthy")
                .filter(condition -> condition.status() != Condition.Status.Unknown)
                .map(condition -> condition(subject, condition, "Healthy", ""))
                .ifPresent(told::add);
        return told;
    }

    private static Occurrence condition(Subject subject, Condition condition, String type, String before) {
        var message = String.valueOf(condition.message());
        if (condition.status() == Condition.Status.True) {
            return Occurrence.normal(subject, type, before + message);
        }
        return PASSING.contains(condition.reason())
                ? Occurrence.normal(subject, condition.reason(), message)
                : Occurrence.warning(subject, condition.reason(), message);
    }

    /// The plan as one sentence: what was done, in order, each with its reason.
    private static Optional<Occurrence> steps(Subject subject, JsonNode plan) {
        var steps = new ArrayList<PlannedStep>();
        plan.forEach(step -> steps.add(Codec.read(step, PlannedStep.class)));
        var own =
                steps.stream().filter(step -> !BESIDES.contains(step.action())).toList();
        if (own.isEmpty()) {
            return Optional.empty();
        }
        var failed = own.stream().filter(step -> "Failed".equals(step.result())).findFirst();
        if (failed.isPresent()) {
            var step = failed.get();
            return Optional.of(Occurrence.warning(
                    subject, step.action() + "Failed", sentence(step) + ": " + firstLine(step.message())));
        }
        var more = own.size() - STEPS_IN_MESSAGE;
        return Optional.of(Occurrence.normal(
                subject,
                word(own),
                own.stream()
                                .limit(STEPS_IN_MESSAGE)
                                .map(AssignmentStory::sentence)
                                .collect(Collectors.joining("; "))
                        + (more > 0 ? "; and " + more + " more steps" : "")));
    }

    private static String word(List<PlannedStep> steps) {
        var actions = steps.stream().map(PlannedStep::action).collect(Collectors.toSet());
        return DONE.stream()
                .filter(word -> actions.contains(word.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(CHANGED);
    }

    /// `Swap web.service: Environment= changed`.
    private static String sentence(PlannedStep step) {
        return step.action() + (step.unit() == null ? " " : " " + step.unit() + ": ") + firstLine(step.because());
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }
}
