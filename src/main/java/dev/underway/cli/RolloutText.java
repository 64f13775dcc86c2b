package dev.underway.cli;

import dev.underway.model.Durations;
import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Wave;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A rollout in words: one line for a pipe, or a picture of it with a bar for each wave. Pure; `now` is an argument.
final class RolloutText {
    private static final int BAR = 20;
    private static final int MOST_REASONS = 4;
    private static final int MOST_FAILURES = 3;

    private RolloutText() {}

    /// Where it stands, without any time, so that the line differs only when there is something to say.
    static String line(UnitSet set, RolloutVerdict verdict) {
        var rollout = rollout(set, verdict);
        var name = Subject.of(set).toString();
        if (rollout == null) {
            return name + ": " + verdict.reason() + ", " + verdict.message();
        }
        var waves = waves(rollout);
        var text = new StringBuilder(name + " " + rollout.revision() + ": " + rollout.phase());
        waves.stream()
                .filter(wave -> waves.size() > 1 && wave.name().equals(rollout.wave()))
                .findFirst()
                .ifPresent(wave -> text.append(", wave ")
                        .append(wave.name())
                        .append(' ')
                        .append(wave.verified())
                        .append('/')
                        .append(wave.hosts()));
        text.append(", ")
                .append(verified(waves))
                .append(" of ")
                .append(hosts(waves))
                .append(" hosts verified");
        int skipped = waves.stream().mapToInt(Wave::skipped).sum();
        if (skipped > 0) {
            text.append(", ").append(skipped).append(" skipped");
        }
        return text.toString();
    }

    /// Hosts that failed, one sentence each; the server names the first ten.
    static List<String> failures(UnitSet set, RolloutVerdict verdict) {
        var rollout = rollout(set, verdict);
        return rollout == null || rollout.failures() == null
                ? List.of()
                : rollout.failures().stream()
                        .map(failure -> Subject.of(set) + " failed on " + failure.host() + ": " + failure.reason()
                                + ", " + firstLine(failure.message()))
                        .toList();
    }

    /// How it ended, or why nobody waits for it any longer, and what a person can do.
    static String ending(UnitSet set, RolloutVerdict verdict) {
        var next = NextStep.ofSet(Subject.of(set), verdict.reason());
        return Subject.of(set) + ": " + word(verdict) + verdict.reason()
                + (verdict.message().isEmpty() ? "" : ", " + verdict.message())
                + (next == null ? "" : "\nnext: " + next);
    }

    private static String word(RolloutVerdict verdict) {
        return switch (verdict.end()) {
            case DONE -> "done: ";
            case ON -> "still on: ";
            case FAILING, FAILED -> "failed: ";
        };
    }

    /// The picture, line by line.
    static List<Line> picture(UnitSet set, RolloutVerdict verdict, Instant now) {
        var lines = new ArrayList<Line>();
        var rollout = rollout(set, verdict);
        var head = Line.of(Subject.of(set) + "  ");
        if (rollout == null) {
            lines.add(head.and(verdict.reason(), colour(verdict)).and("  " + verdict.message()));
            return lines;
        }
        lines.add(head.and(rollout.revision() + (rollout.from() == null ? "" : " (from " + rollout.from() + ")") + "  ")
                .and(rollout.phase().name(), colour(verdict))
                .and("  " + Durations.human(positive(between(rollout.startedAt(), end(rollout, now))))));
        int width = waves(rollout).stream()
                .mapToInt(wave -> wave.name().length())
                .max()
                .orElse(0);
        waves(rollout).forEach(wave -> lines.add(wave(set, rollout, wave, Math.max(8, width), now)));
        if (rollout.budget() != null) {
            lines.add(Line.of("  budget    " + rollout.budget().unavailable() + " of "
                    + rollout.budget().limit() + " unavailable"));
        }
        reasons(rollout, lines);
        var failed = Objects.requireNonNullElse(rollout.failures(), List.<RolloutStatus.Failure>of());
        failed.stream()
                .limit(MOST_FAILURES)
                .forEach(failure -> lines.add(Line.of("  ")
                        .and("failed", Line.Colour.RED)
                        .and("    " + failure.host() + " " + failure.reason() + ": " + firstLine(failure.message()))));
        if (failed.size() > MOST_FAILURES) {
            lines.add(Line.of("  failed    and " + (failed.size() - MOST_FAILURES) + " more"));
        }
        return lines;
    }

    private static void reasons(RolloutStatus rollout, List<Line> lines) {
        var waiting = Objects.requireNonNullElse(rollout.waiting(), List.<RolloutStatus.Waiting>of());
        waiting.stream()
                .limit(MOST_REASONS)
                .forEach(each -> lines.add(Line.of("  waiting   " + each.reason() + ", " + hosts(each.hosts()) + ": "
                        + String.join(" ", each.names())
                        + (each.hosts() > each.names().size() ? " …" : ""))));
        if (waiting.size() > MOST_REASONS) {
            lines.add(Line.of("  waiting   for " + (waiting.size() - MOST_REASONS) + " reasons more"));
        }
    }

    private static Line wave(UnitSet set, RolloutStatus rollout, Wave wave, int width, Instant now) {
        var name = wave.name() + " ".repeat(width - wave.name().length());
        int done = share(wave.verified(), wave.hosts());
        int told = Math.max(done, share(wave.told(), wave.hosts()));
        int skipped = Math.min(BAR - told, share(wave.skipped(), wave.hosts()));
        var counts = wave.verified() + " of " + wave.hosts() + " verified"
                + (wave.told() > wave.verified() ? ", " + (wave.told() - wave.verified()) + " changing" : "")
                + (wave.skipped() > 0 ? ", " + wave.skipped() + " skipped" : "");
        return Line.of("  " + name + "  [")
                .and("#".repeat(done), Line.Colour.GREEN)
                .and("+".repeat(told - done), Line.Colour.YELLOW)
                .and("-".repeat(skipped) + ".".repeat(BAR - told - skipped) + "]  " + counts)
                .and(remark(set, rollout, wave, now));
    }

    private static String remark(UnitSet set, RolloutStatus rollout, Wave wave, Instant now) {
        if (wave.startedAt() == null) {
            return ", not reached";
        }
        if (wave.passedAt() != null || !wave.name().equals(rollout.wave())) {
            return "";
        }
        return switch (rollout.phase()) {
            case Baking -> {
                var bake = bake(set, wave.name());
                yield bake == null || wave.healthyAt() == null
                        ? ", baking"
                        : ", baking, "
                                + Durations.human(
                                        positive(between(now, wave.healthyAt().plus(bake)))) + " to go";
            }
            case AwaitingPromotion -> ", waits for promotion";
            case NoHostVerified -> ", too few hosts can be reached";
            case Progressing, Paused, Reverting, Reverted, Failed, Complete -> "";
        };
    }

    private static @Nullable Duration bake(UnitSet set, String wave) {
        var rules = set.spec().rollout();
        return rules == null || rules.waves() == null
                ? null
                : rules.waves().stream()
                        .filter(one -> one.name().equals(wave))
                        .map(UnitSetSpec.Wave::bake)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    /// Rounded down, but something is never shown as nothing, and not all never as all.
    static int share(int part, int whole) {
        if (part <= 0 || whole <= 0) {
            return 0;
        }
        return part >= whole ? BAR : Math.clamp((long) BAR * part / whole, 1, BAR - 1);
    }

    private static Line.Colour colour(RolloutVerdict verdict) {
        return switch (verdict.end()) {
            case DONE -> Line.Colour.GREEN;
            case ON -> Line.Colour.YELLOW;
            case FAILING, FAILED -> Line.Colour.RED;
        };
    }

    /// The rollout, unless it is not the one that is asked about.
    private static @Nullable RolloutStatus rollout(UnitSet set, RolloutVerdict verdict) {
        return set.status() == null || verdict.reason().equals("NotObserved")
                ? null
                : set.status().rollout();
    }

    private static Instant end(RolloutStatus rollout, Instant now) {
        return rollout.endedAt() != null && rollout.phase().isEnd() ? rollout.endedAt() : now;
    }

    private static Duration between(Instant one, Instant other) {
        return Duration.between(one, other);
    }

    /// Clocks differ a little.
    private static Duration positive(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private static List<Wave> waves(RolloutStatus rollout) {
        return Objects.requireNonNullElse(rollout.waves(), List.of());
    }

    private static int hosts(List<Wave> waves) {
        return waves.stream().mapToInt(Wave::hosts).sum();
    }

    private static int verified(List<Wave> waves) {
        return waves.stream().mapToInt(Wave::verified).sum();
    }

    private static String hosts(int count) {
        return count == 1 ? "1 host" : count + " hosts";
    }

    /// Of a message with the last lines of a journal.
    static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
