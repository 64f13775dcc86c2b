package dev.underway.model;

import dev.underway.model.UnitSetSpec.Rollout;
import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.UnitSetSpec.Wave;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/// How a set moves over the fleet: waves, budgets, deadlines, and the revision that holds it.
final class RolloutRules {
    private RolloutRules() {}

    static void check(String set, UnitSetSpec spec, Findings findings) {
        if (spec.rollout() != null) {
            rollout(spec.rollout(), spec.unitsOrEmpty(), findings);
        }
        if (spec.pin() != null && !spec.pin().revision().startsWith(set + "-")) {
            findings.invalid(
                    "spec.pin.revision",
                    Names.quoted(spec.pin().revision()) + " is no revision of this set; write one that"
                            + " \"kubectl get revisions\" lists, such as " + set + "-0123456789");
        }
    }

    private static void rollout(Rollout rollout, List<Unit> units, Findings findings) {
        if (rollout.maxUnavailable() != null && rollout.maxUnavailable().value() == 0) {
            findings.invalid("spec.rollout.maxUnavailable", "0 would never change a host; write 1, or paused: true");
        }
        var waves = rollout.waves() == null ? List.<Wave>of() : rollout.waves();
        var names = new HashSet<String>();
        for (int i = 0; i < waves.size(); i++) {
            var field = "spec.rollout.waves[" + i + "]";
            wave(field, waves.get(i), findings);
            if (!names.add(waves.get(i).name())) {
                findings.duplicate(field + ".name", Names.quoted(waves.get(i).name()) + " names an earlier wave");
            }
        }
        deadlines(rollout, units, findings);
    }

    private static void wave(String field, Wave wave, Findings findings) {
        Names.label(wave.name()).ifPresent(m -> findings.invalid(field + ".name", m));
        SelectorRules.check(field + ".selector", wave.selector(), findings);
        if (wave.minHosts() != null && wave.maxHosts() != null && wave.minHosts() > wave.maxHosts()) {
            findings.invalid(
                    field + ".minHosts",
                    "minHosts " + wave.minHosts() + " can never be reached with maxHosts " + wave.maxHosts());
        }
    }

    private static void deadlines(Rollout rollout, List<Unit> units, Findings findings) {
        var healthy = rollout.healthyDeadline();
        if (healthy == null) {
            return;
        }
        var progress = rollout.progressDeadline();
        if (progress != null && progress.compareTo(healthy) < 0) {
            findings.invalid(
                    "spec.rollout.progressDeadline",
                    "must not be shorter than healthyDeadline " + Durations.format(healthy));
        }
        for (int i = 0; i < units.size(); i++) {
            var readiness = units.get(i).readiness();
            if (readiness != null && readiness.deadline() != null && healthy.compareTo(readiness.deadline()) < 0) {
                findings.invalid(
                        "spec.rollout.healthyDeadline",
                        "must contain the deadline " + Durations.format(Objects.requireNonNull(readiness.deadline()))
                                + " of " + units.get(i).name());
            }
        }
    }
}
