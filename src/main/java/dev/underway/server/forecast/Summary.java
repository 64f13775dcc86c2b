package dev.underway.server.forecast;

import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.UnitSetPlan.Group;
import dev.underway.model.UnitSetPlan.Line;
import dev.underway.plan.Disruption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What many hosts would do, in a few lines.
final class Summary {
    private static final List<String> WORDS =
            Arrays.stream(Disruption.values()).map(Disruption::word).toList();
    private static final Comparator<Line> WORST_FIRST = Comparator.comparingInt(
                    (Line line) -> -WORDS.indexOf(line.disruption()))
            .thenComparing(Line::action)
            .thenComparing(Line::unit, Comparator.nullsFirst(Comparator.naturalOrder()));

    private Summary() {}

    private record Key(String action, @Nullable String unit, String disruption) {}

    /// The worst that any step does.
    static String worst(List<Group> groups) {
        return groups.stream()
                .flatMap(group -> group.steps().stream())
                .map(PlannedStep::disruption)
                .max(Comparator.comparingInt(WORDS::indexOf))
                .orElse(Disruption.NONE.word());
    }

    static List<Line> of(List<Group> groups) {
        var hosts = new LinkedHashMap<Key, Integer>();
        var reasons = new LinkedHashMap<Key, Set<String>>();
        for (var group : groups) {
            Map<Key, String> once = new LinkedHashMap<>();
            telling(group.steps())
                    .forEach(step ->
                            once.putIfAbsent(new Key(step.action(), step.unit(), step.disruption()), step.because()));
            once.forEach((key, because) -> {
                hosts.merge(key, group.hosts().size(), Integer::sum);
                Objects.requireNonNull(reasons.computeIfAbsent(key, _ -> new LinkedHashSet<>()))
                        .add(because);
            });
        }
        var lines = new ArrayList<Line>();
        hosts.forEach((key, count) -> {
            var why = reasons.getOrDefault(key, Set.of());
            lines.add(new Line(
                    key.action(),
                    key.unit(),
                    key.disruption(),
                    count,
                    why.iterator().next(),
                    why.size() - 1));
        });
        return lines.stream().sorted(WORST_FIRST).toList();
    }

    /// What is done to units; where nothing is, what else is done.
    private static Stream<PlannedStep> telling(List<PlannedStep> steps) {
        var ofUnits = steps.stream().filter(step -> step.unit() != null).toList();
        if (!ofUnits.isEmpty()) {
            return ofUnits.stream();
        }
        return steps.stream().max(Comparator.comparing(step -> step.action().equals("DaemonReload"))).stream();
    }
}
