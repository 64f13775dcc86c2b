package dev.underway.server.forecast;

import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Kind;
import dev.underway.model.Metadata;
import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.model.Templates;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetPlan;
import dev.underway.model.UnitSetPlan.Group;
import dev.underway.model.UnitSetPlan.State;
import dev.underway.model.UnitSetSpec;
import dev.underway.plan.Desired;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Desired.RemovedSet;
import dev.underway.plan.Forecast;
import dev.underway.plan.PlannedSteps;
import dev.underway.plan.SetId;
import dev.underway.server.forecast.FleetView.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Tells what a UnitSet would do on every host that it concerns. Pure.
///
/// Hosts that run the same, with units in the same states, would do the same: it is worked out once for all of them.
final class FleetForecast {
    /// So many different plans are worked out; a fleet has a handful.
    static final int MOST_PLANS = 500;

    private final UnitSet set;
    private final SetId id;
    private final Snapshot fleet;
    private final Function<String, Revision.@Nullable Content> revisions;
    private final Instant now;
    private final Map<String, Revision.@Nullable Content> known = new HashMap<>();
    private final Map<Question, List<PlannedStep>> answers = new HashMap<>();
    private final List<String> lacking = new ArrayList<>();
    private int unknown;

    private FleetForecast(
            UnitSet set, Snapshot fleet, Function<String, Revision.@Nullable Content> revisions, Instant now) {
        this.set = set;
        this.id = new SetId(
                Objects.requireNonNull(set.metadata().namespace()),
                set.metadata().name());
        this.fleet = fleet;
        this.revisions = revisions;
        this.now = now;
    }

    /// @param revisions content by name of a revision; null for one that is gone
    static UnitSetPlan of(
            UnitSet set, Snapshot fleet, Function<String, Revision.@Nullable Content> revisions, Instant now) {
        return new FleetForecast(set, fleet, revisions, now).plan();
    }

    /// All that decides what a host would do.
    ///
    /// @param running null when it has none of the set
    /// @param stays whether the set still selects it
    /// @param had its values for what it runs; null when they are not known
    /// @param values its values for what it shall run
    private record Question(
            @Nullable String running,
            Policy policy,
            Map<String, String> active,
            boolean stays,
            @Nullable Map<String, String> had,
            Map<String, String> values) {}

    /// What makes hosts one group.
    private record Same(@Nullable String running, State state, List<PlannedStep> steps) {}

    private record Member(String host, @Nullable Instant reportedAt) {}

    private UnitSetPlan plan() {
        var desired = desired();
        var templates = desired == null ? null : Templates.of(desired.content());
        var groups = new LinkedHashMap<Same, List<Member>>();
        int concerned = 0;
        for (var machine : fleet.machines().values()) {
            var share = fleet.shares().get(machine.name());
            boolean selected = set.spec().selector().matches(machine.labels());
            if (!selected && share == null) {
                continue;
            }
            concerned++;
            var answer = templates == null || !selected
                    ? new Templates.Values(new TreeMap<>())
                    : templates.on(machine.name(), machine.labels(), machine.facts());
            if (answer instanceof Templates.Missing) {
                lacking.add(machine.name());
                continue;
            }
            var steps = steps(desired, share, selected, ((Templates.Values) answer).byName());
            if (steps == null) {
                unknown++;
            } else {
                var same = new Same(share == null ? null : share.revision(), machine.state(share, now), steps);
                Objects.requireNonNull(groups.computeIfAbsent(same, _ -> new ArrayList<>()))
                        .add(new Member(machine.name(), share == null ? null : share.reportedAt()));
            }
        }
        var told = groups.entrySet().stream()
                .map(entry -> group(entry.getKey(), entry.getValue()))
                .toList();
        return new UnitSetPlan(
                Kind.UNIT_SET.apiVersion(),
                UnitSetPlan.KIND,
                Metadata.named(id.namespace(), id.name()),
                concerned,
                told.stream()
                        .filter(g -> g.steps().isEmpty())
                        .mapToInt(g -> g.hosts().size())
                        .sum(),
                unknown + lacking.size(),
                Summary.worst(told),
                Summary.of(told),
                told,
                Notes.of(set, desired != null, told, unknown, lacking, fleet.complete(), now));
    }

    private static Group group(Same same, List<Member> members) {
        return new Group(
                members.stream().map(Member::host).toList(),
                same.running(),
                same.state(),
                members.stream()
                        .map(Member::reportedAt)
                        .filter(Objects::nonNull)
                        .min(Instant::compareTo)
                        .orElse(null),
                same.steps());
    }

    /// Null when it cannot be told.
    private @Nullable List<PlannedStep> steps(
            @Nullable DesiredSet desired, @Nullable Share share, boolean selected, Map<String, String> values) {
        if (desired == null) {
            return null;
        }
        var question = share == null
                ? new Question(null, Policy.NONE, Map.of(), selected, null, values)
                : new Question(share.revision(), share.policy(), share.active(), selected, share.values(), values);
        var answer = answers.get(question);
        if (answer == null && answers.size() < MOST_PLANS) {
            answer = answer(question, desired);
            if (answer != null) {
                answers.put(question, answer);
            }
        }
        return answer;
    }

    private @Nullable List<PlannedStep> answer(Question question, DesiredSet desired) {
        DesiredSet running = null;
        if (question.running() != null) {
            var content = known.computeIfAbsent(question.running(), revisions);
            if (content == null) {
                return null;
            }
            running = rendered(desired(question.running(), content, question.policy()), question.had());
            if (running == null) {
                return null;
            }
        }
        var wanted = question.stays() ? rendered(desired, question.values()) : desired;
        if (wanted == null) {
            return null;
        }
        boolean orphan = set.spec().deletionPolicy() == UnitSetSpec.DeletionPolicy.Orphan;
        var shall = question.stays()
                ? new Desired(List.of(wanted), List.of())
                : new Desired(List.of(), List.of(new RemovedSet(id, orphan)));
        var plan = Forecast.of(running, question.active(), shall);
        var units = new HashSet<String>();
        desired.content().unitsOrEmpty().forEach(unit -> units.add(unit.name()));
        if (running != null) {
            running.content().unitsOrEmpty().forEach(unit -> units.add(unit.name()));
        }
        return plan.steps().stream()
                .flatMap(step -> PlannedSteps.of(id, units, step, null, null))
                .toList();
    }

    /// What becomes of a set with a host's values; null when it has templates and the values are not known.
    private static @Nullable DesiredSet rendered(DesiredSet set, @Nullable Map<String, String> values) {
        if (!Templates.of(set.content()).present()) {
            return set;
        }
        if (values == null) {
            return null;
        }
        var content = Templates.render(set.content(), values);
        return new DesiredSet(
                set.id(), set.uid(), set.since(), set.revision(), Contents.digest(content), content, set.policy());
    }

    /// The content that the set wants on its hosts; null when it is pinned to a revision that is gone.
    private @Nullable DesiredSet desired() {
        var content = Contents.of(set.spec());
        var name = Contents.revisionName(id.name(), Contents.digest(content));
        var pin = set.spec().pin();
        if (pin == null || pin.revision().equals(name)) {
            return desired(name, content, policy());
        }
        var pinned = revisions.apply(pin.revision());
        return pinned == null ? null : desired(pin.revision(), pinned, policy());
    }

    /// Through JSON, as a host gets it: what is empty there is absent.
    private Policy policy() {
        return Codec.read(Codec.tree(Contents.policy(set.spec())), Policy.class);
    }

    private DesiredSet desired(String revision, Revision.Content content, Policy policy) {
        var since = Objects.requireNonNullElse(set.metadata().creationTimestamp(), Instant.EPOCH);
        return new DesiredSet(id, "", since, revision, Contents.digest(content), content, policy);
    }
}
