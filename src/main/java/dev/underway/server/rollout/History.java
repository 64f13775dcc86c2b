package dev.underway.server.rollout;

import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Outcome;
import dev.underway.model.RolloutStatus.Past;
import dev.underway.model.RolloutStatus.Words;
import dev.underway.model.UnitSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The rollouts of a set that ended, and what follows from them: which revision failed and is not rolled out again.
final class History {
    /// So many are kept; a revision that failed longer ago is tried again when somebody asks for it.
    private static final int MOST = 30;

    private final List<Past> past;
    private final Words words;

    private History(List<Past> past, Words words) {
        this.past = past;
        this.words = words;
    }

    static History of(UnitSet.Status status) {
        return new History(status.historyOrEmpty(), Objects.requireNonNullElse(status.words(), Words.NONE));
    }

    History with(RolloutStatus rollout, Outcome outcome, Instant endedAt, boolean condemned) {
        var all = new ArrayList<Past>();
        all.add(new Past(
                rollout.id(),
                rollout.revision(),
                rollout.startedAt(),
                endedAt,
                outcome,
                rollout.reason(),
                rollout.message(),
                condemned ? true : null));
        all.addAll(past);
        return new History(List.copyOf(all.subList(0, Math.min(MOST, all.size()))), words);
    }

    /// The failure for which `revision` (or, by `id`, just this way to run it) is not rolled out; null when it may be.
    @Nullable
    Past condemned(String id, String revision) {
        for (var one : past) {
            boolean same = one.id().equals(id);
            boolean concerns = same || (one.revision().equals(revision) && Boolean.TRUE.equals(one.condemned()));
            if (concerns && one.outcome() == Outcome.Failed) {
                return isRetried(one.id(), one.endedAt()) ? null : one;
            }
            if (one.revision().equals(revision) && one.outcome() == Outcome.Completed) {
                return null;
            }
        }
        return null;
    }

    /// Whether `revision` itself failed and nobody has said since that it shall be tried again.
    boolean isCondemned(String revision) {
        var failure = condemned("", revision);
        return failure != null && Boolean.TRUE.equals(failure.condemned());
    }

    boolean hasCompleted(String revision) {
        return past.stream().anyMatch(one -> one.revision().equals(revision) && one.outcome() == Outcome.Completed);
    }

    /// When somebody said last that this rollout shall be tried again; null when nobody has.
    @Nullable
    Instant retriedAt(String id) {
        var word = words.retried();
        return word != null && word.id().equals(id) ? word.at() : null;
    }

    private boolean isRetried(String id, Instant failedAt) {
        var at = retriedAt(id);
        return at != null && !at.isBefore(failedAt);
    }

    /// Whether a person let the rollout go on after this wave.
    boolean isPromoted(String id, String wave) {
        var word = words.promoted();
        return word != null
                && word.id().equals(id)
                && word.wave() != null
                && (word.wave().equals(wave) || word.wave().equals(ALL));
    }

    /// Stands for all waves in a word of promotion.
    static final String ALL = "*";

    List<Past> list() {
        return past;
    }
}
