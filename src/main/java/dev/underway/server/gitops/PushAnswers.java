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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is told to somebody who has pushed: that it is applied, and how it moves over the fleet.
@ApplicationScoped
class PushAnswers {
    private static final Duration APPLYING = Duration.ofSeconds(60);
    private static final Duration FOLLOWING = Duration.ofHours(1);
    private static final Duration STEP = Duration.ofSeconds(1);

    private final ResourceStore store;

    PushAnswers(ResourceStore store) {
        this.store = store;
    }

    /// Wakes the replica that applies.
    void askToApply(SourceId id, String commit, boolean allowPrune) throws StoreException {
        store.write(id.key(), current -> {
            if (current == null) {
                return null;
            }
            ObjectNode body = current.body().deepCopy();
            var annotations = body.withObject("/metadata/annotations");
            annotations.put(GitSource.SYNC_AT, Instant.now() + " " + commit);
            if (allowPrune) {
                annotations.put(GitSource.ALLOW_PRUNE, commit);
            }
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

    /// Tells how the sets move over the fleet, until each is done or stands.
    void followRollouts(List<Resource.Key> sets, Consumer<String> say) throws StoreException, InterruptedException {
        var deadline = Instant.now().plus(FOLLOWING);
        var open = new ArrayList<>(sets);
        Map<Resource.Key, String> told = new HashMap<>();
        boolean failed = false;
        while (!open.isEmpty() && Instant.now().isBefore(deadline)) {
            long seen = store.current();
            for (var key : List.copyOf(open)) {
                var resource = store.get(key);
                var status = resource.isEmpty()
                        ? null
                        : resource.get().as(UnitSet.class).status();
                if (resource.isEmpty()) {
                    open.remove(key);
                } else if (status != null
                        && Long.valueOf(resource.get().generation()).equals(status.observedGeneration())) {
                    var line = line(key, status.conditions());
                    if (!line.equals(told.put(key, line))) {
                        say.accept(line);
                    }
                    boolean stalled = Conditions.isTrue(status.conditions(), "Stalled");
                    if (stalled || Conditions.isTrue(status.conditions(), "Ready")) {
                        open.remove(key);
                        failed |= stalled;
                    }
                }
            }
            if (!open.isEmpty()) {
                store.awaitChange(Kind.UNIT_SET, seen, STEP);
            }
        }
        say.accept(
                failed ? "FAILED: see underway status" : open.isEmpty() ? "done" : "it goes on; see underway status");
    }

    private static String line(Resource.Key key, @Nullable List<Condition> conditions) {
        return key.name() + ": " + message(conditions, "Ready");
    }

    private static String message(@Nullable List<Condition> conditions, String type) {
        var condition = Conditions.find(conditions, type);
        return condition == null ? "" : condition.reason() + ": " + condition.message();
    }
}
