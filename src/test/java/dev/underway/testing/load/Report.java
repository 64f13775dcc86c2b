package dev.underway.testing.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The tallies as one line of JSON, written by hand because this program runs from its source without any library.
/// Latencies are in milliseconds.
final class Report {
    private Report() {}

    static String json(double seconds, Map<Group, Tally> tallies) {
        var all = new Tally();
        tallies.values().forEach(all::addAll);
        var groups = new LinkedHashMap<String, String>();
        tallies.forEach((group, tally) -> groups.put(group.name(), object(body(tally))));
        var fields = new LinkedHashMap<String, String>();
        fields.put("seconds", number(seconds));
        fields.putAll(body(all));
        fields.put("groups", object(groups));
        var answerers = new LinkedHashMap<String, String>();
        all.answeredBy.forEach((name, n) -> answerers.put(name, n.toString()));
        fields.put("answeredBy", object(answerers));
        fields.put("examples", all.examples.stream().map(Report::string).collect(Collectors.joining(",", "[", "]")));
        return object(fields);
    }

    private static Map<String, String> body(Tally tally) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("requests", Long.toString(tally.answered() + tally.failed()));
        fields.put("failed", Long.toString(tally.failed()));
        fields.put("failedAfterRetry", Long.toString(tally.failedTwice));
        var failures = new TreeMap<String, String>();
        tally.failures.forEach((failure, n) -> failures.put(failure.word(), n.toString()));
        fields.put("failures", object(failures));
        var windows = new LinkedHashMap<String, String>();
        var overall = new Latencies();
        tally.latencies.forEach((window, latencies) -> {
            overall.addAll(latencies);
            windows.put(window.word(), latency(latencies));
        });
        windows.put("all", latency(overall));
        fields.put("latency", object(windows));
        return fields;
    }

    private static String latency(Latencies latencies) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("count", Long.toString(latencies.count()));
        fields.put("p50", number(latencies.quantile(0.5) / 1e3));
        fields.put("p99", number(latencies.quantile(0.99) / 1e3));
        fields.put("max", number(latencies.longest() / 1e3));
        return object(fields);
    }

    private static String object(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(f -> string(f.getKey()) + ":" + f.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String number(double value) {
        return String.format(java.util.Locale.ROOT, "%.3f", value);
    }

    private static String string(String text) {
        var quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                quoted.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
