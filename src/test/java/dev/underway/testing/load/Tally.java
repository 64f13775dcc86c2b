package dev.underway.testing.load;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What one client saw; one writer. Tallies are merged when the clients have ended.
final class Tally {
    private static final int MOST_ANSWERERS = 20_000;
    private static final int MOST_EXAMPLES = 20;
    private static final int LONGEST_NAME = 64;

    final Map<Window, Latencies> latencies = new EnumMap<>(Window.class);
    final Map<Failure, Long> failures = new EnumMap<>(Failure.class);
    final Map<String, Long> answeredBy = new TreeMap<>();
    final List<String> examples = new ArrayList<>();
    long failedTwice;

    void answered(Window window, long micros, String body) {
        latencies.computeIfAbsent(window, _ -> new Latencies()).add(micros);
        var name = body.lines().findFirst().orElse("").strip();
        name = name.substring(0, Math.min(name.length(), LONGEST_NAME));
        if (answeredBy.size() < MOST_ANSWERERS || answeredBy.containsKey(name)) {
            answeredBy.merge(name, 1L, Long::sum);
        }
    }

    void failed(Failure failure, String example) {
        failures.merge(failure, 1L, Long::sum);
        if (examples.size() < MOST_EXAMPLES) {
            examples.add(example);
        }
    }

    void addAll(Tally other) {
        other.latencies.forEach((window, more) ->
                latencies.computeIfAbsent(window, _ -> new Latencies()).addAll(more));
        other.failures.forEach((failure, n) -> failures.merge(failure, n, Long::sum));
        other.answeredBy.forEach((name, n) -> answeredBy.merge(name, n, Long::sum));
        other.examples.stream().limit(MOST_EXAMPLES - examples.size()).forEach(examples::add);
        failedTwice += other.failedTwice;
    }

    long answered() {
        return latencies.values().stream().mapToLong(Latencies::count).sum();
    }

    long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }
}
