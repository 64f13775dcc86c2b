package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Condition;
import dev.underway.model.GitSource;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import dev.underway.server.store.Conditions;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is told to somebody who has pushed: that it is applied, and how it moves over the fleet.
@ApplicationScoped
class PushAnswers {
    private static final Duration APPLYING = Duration.ofSeconds(60);
    private static final Duration FOLLOWING = Duration.ofHours(1);
    private static final Duration STEP = Duration.ofSeconds(1);

    /// Longest without a word: a proxy between takes a silent connection for a dead one.
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /// Pushes whose rollouts are told at a time.
    private static final int MOST_LISTENERS = 64;

    private final Semaphore listeners = new Semaphore(MOST_LISTENERS);
    private final ResourceStore store;

    PushAnswers(ResourceStore store) {
        this.store = store;
    }

    /// Wakes the replica that applies.
    ///
    /// @param why a commit, or who asks
    void askToApply(SourceId id, String why) throws StoreException {
        annotate(id, GitSource.SYNC_AT, Instant.now() + " " + why);
    }

    /// A person has said that `commit` may remove what it removes.
    void allowPrune(SourceId id, String commit) throws StoreException {
        annotate(id, GitSource.ALLOW_PRUNE, commit);
    }

    private void annotate(SourceId id, String annotation, String value) throws StoreException {
        store.write(id.key(), current -> {
            if (current == null) {
                return null;
            }
            ObjectNode body = current.body().deepCopy();
            body.withObject("/metadata/annotations").put(annotation, value);
            return body;
        });
    }

    /// Whether the commit is applied, within a minute; says so, or why not.
    boolean awaitApplied(SourceId id, String commit, Consumer<String> say) throws StoreException, InterruptedException {
        var deadline = Instant.now().plus(APPLYING);
        while (true) {
            long seen = store.current();
            var resource = store.get(id.key());
            if (resource.isEmpty()) {
                say.accept("the GitSource is gone");
                return false;
            }
            var status = resource.get().as(GitSource.class).status();
            if (status != null
                    && status.applied() != null
                    && status.applied().id().equals(commit)) {
                say.accept("applied " + Commits.shortened(commit));
                return true;
            }
            if (status != null
                    && status.waiting() != null
                    && status.waiting().id().equals(commit)
                    && Conditions.isTrue(status.conditions(), "Stalled")) {
                say.accept("NOT applied: " + message(status.conditions(), "Stalled"));
                return false;
            }
            if (Instant.now().isAfter(deadline)) {
                say.accept("accepted, but not applied yet; see: kubectl describe gitsource " + id.name() + " -n "
                        + id.namespace());
                return false;
            }
            store.awaitChange(Kind.GIT_SOURCE, seen, STEP);
        }
    }

    /// How to see what becomes of it.
    static void hint(List<Resource.Key> sets, Consumer<String> say) {
        sets.stream()
                .limit(3)
                .forEach(key -> say.accept(
                        "follow it: underway rollout status " + key.name() + " -n " + key.namespace() + " -w"));
    }

    /// Tells how the sets move over the fleet, until each is done or stands, or nobody listens any more.
    void followRollouts(List<Resource.Key> sets, Consumer<String> say, BooleanSupplier left)
            throws StoreException, InterruptedException {
        if (!listeners.tryAcquire()) {
            say.accept("too many pushes are followed already");
            hint(sets, say);
            return;
        }
        try {
            var told = new Told(say);
            var open = new ArrayList<>(sets);
            boolean failed = false;
            var deadline = Instant.now().plus(FOLLOWING);
            while (!open.isEmpty() && !left.getAsBoolean() && Instant.now().isBefore(deadline)) {
                long seen = store.current();
                for (var key : sets) {
                    if (open.contains(key)) {
                        var state = told.state(key, store.get(key).orElse(null));
                        failed |= state == Told.Follows.STANDS;
                        if (state != Told.Follows.MOVES) {
                            open.remove(key);
                        }
                    }
                }
                if (!open.isEmpty()) {
                    told.stillThere(open);
                    store.awaitChange(Kind.UNIT_SET, seen, STEP);
                }
            }
            say.accept(
                    failed
                            ? "FAILED: see underway status"
                            : open.isEmpty() ? "done" : "it goes on; see underway status");
        } finally {
            listeners.release();
        }
    }

    /// What was told of a rollout, so that nothing is told twice, and a silent line is not taken for a dead one.
    private static final class Told {
        private enum Follows {
            MOVES,
            STANDS,
            DONE
        }

        private final Consumer<String> say;
        private final Map<Resource.Key, String> lines = new HashMap<>();
        private final Instant start = Instant.now();
        private Instant last = start;

        Told(Consumer<String> say) {
            this.say = say;
        }

        Follows state(Resource.Key key, @Nullable Resource resource) {
            if (resource == null) {
                return Follows.DONE;
            }
            var status = resource.as(UnitSet.class).status();
            if (status == null || !Long.valueOf(resource.generation()).equals(status.observedGeneration())) {
                return Follows.MOVES;
            }
            var line = line(key, status.conditions());
            if (!line.equals(lines.put(key, line))) {
                tell(line);
            }
            return Conditions.isTrue(status.conditions(), "Stalled")
                    ? Follows.STANDS
                    : Conditions.isTrue(status.conditions(), "Ready") ? Follows.DONE : Follows.MOVES;
        }

        void stillThere(List<Resource.Key> open) {
            var now = Instant.now();
            if (Duration.between(last, now).compareTo(SILENCE) >= 0) {
                var first = open.getFirst();
                tell("after " + Duration.between(start, now).toSeconds() + " s still "
                        + lines.getOrDefault(first, first.name()));
            }
        }

        private void tell(String line) {
            last = Instant.now();
            say.accept(line);
        }
    }

    private static String line(Resource.Key key, @Nullable List<Condition> conditions) {
        return key.name() + ": " + message(conditions, "Ready");
    }

    private static String message(@Nullable List<Condition> conditions, String type) {
        var condition = Conditions.find(conditions, type);
        return condition == null ? "" : condition.reason() + ": " + condition.message();
    }
}
