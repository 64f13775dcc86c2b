package dev.underway.model;

import dev.underway.model.UnitSetSpec.ExecProbe;
import dev.underway.model.UnitSetSpec.Readiness;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;

/// Probes and their times.
final class ReadinessRules {
    private ReadinessRules() {}

    static void check(String field, Readiness readiness, Findings findings) {
        long probes = Stream.of(readiness.http(), readiness.tcp(), readiness.exec())
                .filter(Objects::nonNull)
                .count();
        if (probes > 1) {
            findings.invalid(field, "has " + probes + " probes; keep one of http, tcp and exec");
        }
        if (readiness.http() != null
                && readiness.http().path() != null
                && !readiness.http().path().matches("/[!-~]*")) {
            findings.invalid(field + ".http.path", "must begin with / and have no blanks, such as /healthz");
        }
        if (readiness.exec() != null) {
            exec(field + ".exec.command", readiness.exec(), findings);
        }
        var healthy = Objects.requireNonNullElse(readiness.minHealthyTime(), Defaults.MIN_HEALTHY_TIME);
        var deadline = Objects.requireNonNullElse(readiness.deadline(), Defaults.READINESS_DEADLINE);
        if (healthy.compareTo(deadline) >= 0) {
            findings.invalid(
                    field + (readiness.minHealthyTime() == null ? ".deadline" : ".minHealthyTime"),
                    "minHealthyTime " + text(healthy) + " must be shorter than the deadline " + text(deadline));
        }
    }

    private static void exec(String field, ExecProbe probe, Findings findings) {
        if (probe.command().isEmpty()) {
            findings.required(field, "is empty; write the program and its arguments");
        } else {
            PathRules.wellFormed(probe.command().getFirst()).ifPresent(m -> findings.invalid(field + "[0]", m));
        }
    }

    static String text(Duration duration) {
        return Durations.format(duration);
    }
}
