package dev.underway.plan;

import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.UnitStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Works out what the process of a unit was started with.
///
/// The inventory knows it for the run that it speaks of. A process of another run was started by somebody else
/// (a person, `Restart=`, a boot): it has read what was on disk. So has one that nobody knows anything about;
/// that is what keeps a unit that was adopted from ever being touched without a change of ours.
final class ProcessKnowledge {
    private ProcessKnowledge() {}

    /// Null when the unit does not run and was never started by us, and for a oneshot of which nobody can tell what
    /// it has last run with.
    static @Nullable RunsWith of(ManagedUnit unit, UnitStatus status, Setting setting) {
        var recorded = setting.recorded().get(unit.name());
        var disk = setting.disk();
        boolean ran = hasRun(unit, status, recorded);
        if (recorded != null && (!ran || recorded.invocationId().equals(status.invocationId()))) {
            return new RunsWith(
                    recorded.invocationId(),
                    recorded.texts(),
                    inputs(unit, recorded.inputs(), disk),
                    recorded.restartedAt());
        }
        if (!ran || (unit.shape().endsByItself() && setting.isOnItsWay(unit))) {
            return null;
        }
        // Texts that systemd has not read yet are not those that the process was started from.
        return new RunsWith(
                status.invocationId(),
                recorded != null && setting.midPass(unit) ? recorded.texts() : texts(unit, status, disk),
                inputs(unit, Map.of(), disk),
                restartedAt(unit, status, recorded));
    }

    /// Whether there is a run to speak of. A oneshot that has ended has run all the same: systemd remembers the id of
    /// that for as long as anything refers to the unit. One that failed without our knowing is as good as none.
    private static boolean hasRun(ManagedUnit unit, UnitStatus status, @Nullable RunsWith recorded) {
        boolean ended = unit.shape().endsByItself()
                && !status.invocationId().isEmpty()
                && !(recorded == null && status.failed());
        return status.active() || status.inTransition() || ended;
    }

    /// What the process of an instance was made of is known whoever started it; only what a reload takes may be of
    /// another time.
    ///
    /// @param status of the instance, under the unit's name
    /// @param definition what the instance was made of
    static RunsWith ofInstance(
            ManagedUnit unit, UnitStatus status, @Nullable RunsWith recorded, RunsWith definition, Disk disk) {
        boolean runs = status.active() || status.inTransition();
        if (recorded != null && recorded.invocationId().equals(status.invocationId())) {
            return new RunsWith(
                    recorded.invocationId(),
                    recorded.texts(),
                    inputs(unit, recorded.inputs(), disk),
                    recorded.restartedAt());
        }
        var inputs = new TreeMap<>(definition.inputs());
        unit.inputs().forEach((path, input) -> {
            if (unit.effect(path, input) != Effect.NEW_PROCESS) {
                inputs.put(path, disk.digest(path));
            }
        });
        return new RunsWith(
                runs ? status.invocationId() : "",
                definition.texts(),
                inputs(unit, inputs, disk),
                restartedAt(unit, status, definition));
    }

    /// An input that the record does not speak of has become one by a change of policy, which acts on nothing:
    /// the process has read it as it is.
    private static Map<String, String> inputs(ManagedUnit unit, Map<String, String> recorded, Disk disk) {
        var inputs = new TreeMap<>(recorded);
        unit.inputs().keySet().forEach(path -> inputs.putIfAbsent(path, disk.digest(path)));
        return inputs;
    }

    private static Map<String, String> texts(ManagedUnit unit, UnitStatus status, Disk disk) {
        var texts = disk.texts(unit.name());
        boolean hasFile = texts.keySet().stream().anyMatch(path -> UnitPaths.makes(path, unit.name()));
        if (unit.ours() && !hasFile && status.fragmentText() != null) {
            texts.put(status.fragmentPath(), status.fragmentText());
        }
        return texts;
    }

    private static @Nullable String restartedAt(ManagedUnit unit, UnitStatus status, @Nullable RunsWith recorded) {
        Instant asked = unit.set().policy().restartedAt();
        if (asked == null) {
            return recorded == null ? null : recorded.restartedAt();
        }
        boolean startedSince =
                !Instant.EPOCH.plus(status.startedAtMicros(), ChronoUnit.MICROS).isBefore(asked);
        return recorded == null || startedSince ? asked.toString() : recorded.restartedAt();
    }
}
