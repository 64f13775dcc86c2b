package dev.underway.server.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.RolloutStatus.Word;
import dev.underway.model.RolloutStatus.Words;
import dev.underway.model.UnitSet;
import dev.underway.server.store.Change;
import dev.underway.server.store.StoreException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What people say about a rollout: that it may go on, or that what failed shall be tried again. It is written into
/// the status of the UnitSet with who and when, where the planner reads it.
public final class RolloutWords {
    /// Stands for all waves.
    public static final String ALL_WAVES = History.ALL;

    private RolloutWords() {}

    /// The rollout may go on after `wave`; null for the one that it is in. CONFLICT when there is nothing to promote.
    public static Change promoted(@Nullable String wave, String by, Clock clock) {
        return said((rollout, words) -> {
            if (rollout.phase().isEnd() || rollout.phase().isFailure()) {
                throw nothing(
                        "nothing is to be promoted: the rollout of " + rollout.revision() + " is " + rollout.phase()
                                + (rollout.phase().isFailure() ? "; 'underway rollout retry' tries it again" : ""));
            }
            var meant = wave == null ? rollout.wave() : wave;
            boolean known = ALL_WAVES.equals(meant)
                    || (rollout.waves() != null
                            && rollout.waves().stream()
                                    .anyMatch(one -> one.name().equals(meant)
                                            && !one.name().equals(Waves.REST)));
            if (!known) {
                throw nothing(
                        meant == null || meant.equals(Waves.REST)
                                ? "nothing is to be promoted: no wave comes after this one"
                                : "there is no wave " + meant);
            }
            return new Words(new Word(rollout.id(), meant, by, now(clock)), words.retried());
        });
    }

    /// What failed shall be tried again. CONFLICT when nothing failed.
    public static Change retried(String by, Clock clock) {
        return said((rollout, words) -> {
            if (!rollout.phase().isFailure()) {
                throw nothing("nothing is to be tried again: the rollout of " + rollout.revision() + " is "
                        + (rollout.phase() == Phase.Complete ? "complete" : "still on"));
            }
            return new Words(words.promoted(), new Word(rollout.id(), null, by, now(clock)));
        });
    }

    private static Instant now(Clock clock) {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static StoreException nothing(String message) {
        return new StoreException(StoreException.Reason.CONFLICT, message);
    }

    private interface Saying {
        Words of(RolloutStatus rollout, Words words) throws StoreException;
    }

    private static Change said(Saying word) {
        return current -> {
            if (current == null) {
                throw new StoreException(StoreException.Reason.NOT_FOUND, "not found");
            }
            var status = current.as(UnitSet.class).status();
            if (status == null || status.rollout() == null) {
                throw new StoreException(StoreException.Reason.CONFLICT, "no rollout has begun yet");
            }
            ObjectNode body = current.body().deepCopy();
            var words = word.of(status.rollout(), Objects.requireNonNullElse(status.words(), Words.NONE));
            body.withObject("/status").set("words", Codec.tree(words));
            return body;
        };
    }
}
