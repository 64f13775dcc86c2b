package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.GitSource;
import dev.underway.server.store.Change;
import dev.underway.server.store.Conditions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a source stands: what its status says.
///
/// @param reason a word such as `Applied`, `Invalid`
/// @param applied the commit that is applied, null when none is
/// @param byPresentSpec whether the spec that was looked at says what of that commit is applied
/// @param waiting the newest commit when it is not applied
/// @param resources how many the source owns, null when that is not known now
record Standing(
        State state,
        String reason,
        String message,
        GitSource.@Nullable Commit applied,
        boolean byPresentSpec,
        GitSource.@Nullable Commit waiting,
        @Nullable Integer resources,
        @Nullable List<String> drifted,
        @Nullable Instant fetchedAt) {

    /// Where it is between Git and the server, in the terms of kstatus.
    enum State {
        /// What Git says is applied.
        READY,
        /// It is on its way, or waits for something that may come by itself.
        RECONCILING,
        /// It needs a person.
        STALLED,
        /// A person wants it to stay as it is.
        RESTING
    }

    /// Most characters of a message in a status.
    private static final int LONGEST = 1024;

    /// Something did not work that may work later; what was known stays.
    static Standing hindered(GitSource source, String why) {
        var before = source.status() == null ? GitSource.Status.NONE : source.status();
        return new Standing(
                State.RECONCILING,
                "Retrying",
                why,
                before.applied(),
                false,
                before.waiting(),
                before.resources(),
                before.drifted(),
                before.fetchedAt());
    }

    /// The change of the resource that writes it down, for the generation that was looked at.
    Change change(long generation, @Nullable String repository, Clock clock) {
        return current -> {
            if (current == null) {
                return null;
            }
            var before = current.as(GitSource.class).status();
            var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
            var next = new GitSource.Status(
                    generation,
                    repository,
                    applied,
                    byPresentSpec ? Long.valueOf(generation) : before == null ? null : before.appliedGeneration(),
                    waiting,
                    resources == null && before != null ? before.resources() : resources,
                    drifted == null || drifted.isEmpty() ? null : drifted,
                    fetchedAt == null && before != null ? before.fetchedAt() : fetchedAt,
                    Conditions.stamped(before == null ? null : before.conditions(), conditions(generation), now));
            if (next.equals(before)) {
                return current.body();
            }
            ObjectNode body = current.body().deepCopy();
            body.set("status", Codec.tree(next));
            return body;
        };
    }

    private List<Condition> conditions(long generation) {
        return List.of(
                condition("Ready", state == State.READY, generation),
                condition("Reconciling", state == State.RECONCILING, generation),
                condition("Stalled", state == State.STALLED, generation));
    }

    private Condition condition(String type, boolean is, long generation) {
        var text = message.length() > LONGEST ? message.substring(0, LONGEST - 1) + "…" : message;
        return new Condition(type, is ? Condition.Status.True : Condition.Status.False, reason, text, generation, null);
    }
}
