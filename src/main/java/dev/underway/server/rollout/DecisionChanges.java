package dev.underway.server.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Assignment;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.OwnerReference;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.server.store.Change;
import dev.underway.server.store.Conditions;
import dev.underway.server.store.Deletion;
import dev.underway.server.store.Finalizers;
import dev.underway.server.store.Resource;
import dev.underway.server.store.StoreException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How each decision is written. Every change looks at what is stored when it is applied, so that one that comes
/// twice or late does no harm.
final class DecisionChanges {
    private static final int MAX_LABEL = 63;

    /// One write.
    record Write(Resource.Key key, Change change) {}

    private final SetKey set;
    private final @Nullable OwnerReference owner;
    private final Provenance provenance;
    private final Clock clock;

    /// @param set null when it is gone
    /// @param revisions of it that are there
    DecisionChanges(SetKey key, @Nullable UnitSet set, List<Revision> revisions, Clock clock) {
        this.set = key;
        this.provenance = new Provenance(set, revisions);
        this.owner = set == null || set.metadata().uid() == null
                ? null
                : new OwnerReference(
                        Kind.UNIT_SET.apiVersion(),
                        Kind.UNIT_SET.name(),
                        set.metadata().name(),
                        set.metadata().uid(),
                        true,
                        true);
        this.clock = clock;
    }

    Write write(Decision decision) {
        return switch (decision) {
            case Decision.Guard _ -> new Write(set.resource(), Finalizers.with(RolloutPlanner.FINALIZER));
            case Decision.LetGo _ -> new Write(set.resource(), Finalizers.without(RolloutPlanner.FINALIZER));
            case Decision.SpendConfirmation() -> new Write(set.resource(), DecisionChanges::spend);
            case Decision.MakeRevision(var name, var spec) -> new Write(set.revision(name), make(name, spec));
            case Decision.ForgetRevision(var name) -> new Write(set.revision(name), Deletion.request(clock));
            case Decision.Assign(var name, var spec) -> new Write(set.assignment(name), assign(spec));
            case Decision.Treat(var name, var spec) -> new Write(set.assignment(name), treat(spec));
            case Decision.Withdraw withdraw -> new Write(set.assignment(withdraw.name()), withdraw(withdraw));
            case Decision.Release(var name, var uid) -> new Write(set.assignment(name), release(uid));
        };
    }

    /// The status with its times; nothing when the UnitSet has moved on since, because then a new plan follows.
    Write status(UnitSet.Status status) {
        return new Write(set.resource(), current -> {
            if (current == null) {
                throw gone();
            }
            var before = current.as(UnitSet.class).status();
            var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
            var next = stamped(status, before, now);
            if (next.equals(before) || !Long.valueOf(current.generation()).equals(status.observedGeneration())) {
                return current.body();
            }
            ObjectNode body = current.body().deepCopy();
            body.set("status", Codec.tree(next));
            return body;
        });
    }

    private static UnitSet.Status stamped(UnitSet.Status status, UnitSet.@Nullable Status before, Instant now) {
        var conditions = status.conditions() == null
                ? null
                : Conditions.stamped(before == null ? null : before.conditions(), status.conditions(), now);
        return new UnitSet.Status(
                status.observedGeneration(),
                status.revision(),
                status.hosts(),
                status.updated(),
                status.synced(),
                status.healthy(),
                status.failed(),
                conditions,
                status.rollout(),
                status.stable(),
                status.history(),
                before == null ? null : before.words(),
                status.stablePolicy());
    }

    private Change make(String name, Revision.Spec spec) {
        return current -> {
            if (current != null) {
                return current.body();
            }
            var body = fresh(Kind.REVISION);
            body.withObject("/metadata/labels").put("underway.dev/unitset", spec.unitSet());
            body.set("spec", Codec.tree(spec));
            provenance.write(name, body);
            return body;
        };
    }

    private Change assign(Assignment.Spec spec) {
        return current -> {
            if (current != null && current.deleting()) {
                return current.body();
            }
            var body = current == null ? fresh(Kind.ASSIGNMENT) : current.body().deepCopy();
            if (current == null) {
                var metadata = body.withObject("/metadata");
                metadata.withArray("finalizers").add(Assignment.FINALIZER);
                var labels = metadata.withObject("/labels").put("underway.dev/unitset", spec.unitSet());
                if (spec.host().length() <= MAX_LABEL) {
                    labels.put("underway.dev/host", spec.host());
                }
            }
            body.set("spec", Codec.tree(told(spec, current)));
            provenance.write(spec.revision(), body);
            return body;
        };
    }

    /// What the host is told, with the generation that this write makes. To say the same again changes nothing: the
    /// time at which the host was told stays.
    private static Assignment.Spec told(Assignment.Spec spec, @Nullable Resource current) {
        var before = current == null ? null : current.as(Assignment.class).spec();
        var words = before == null ? spec : spec.withWordsOf(before);
        if (before != null && before.told() != null && words.with(before.told()).equals(before)) {
            return before;
        }
        var told = Objects.requireNonNull(spec.told());
        long generation = current == null ? 1 : current.generation() + 1;
        return words.with(new Assignment.Told(told.at(), generation, told.unhealthyBefore()));
    }

    private static Change treat(Assignment.Spec spec) {
        return current -> {
            if (current == null) {
                throw gone();
            }
            var before = current.as(Assignment.class).spec();
            if (current.deleting() || !Order.of(spec).runsAs(Order.of(before))) {
                return current.body();
            }
            ObjectNode body = current.body().deepCopy();
            body.set("spec", Codec.tree(spec.with(before.told()).withWordsOf(before)));
            return body;
        };
    }

    private static ObjectNode spend(@Nullable Resource current) throws StoreException {
        if (current == null) {
            throw gone();
        }
        ObjectNode body = current.body().deepCopy();
        if (body.at("/metadata/annotations") instanceof ObjectNode annotations) {
            annotations.remove(UnitSet.CONFIRM_REMOVAL);
        }
        return body;
    }

    private Change withdraw(Decision.Withdraw withdraw) {
        return current -> {
            var resource = sameAs(withdraw.uid(), current);
            ObjectNode body = resource.body().deepCopy();
            if (withdraw.policy() != null) {
                body.withObject("/spec").put("deletionPolicy", withdraw.policy().name());
            }
            return Deletion.request(clock).apply(new Resource(resource.key(), resource.resourceVersion(), body));
        };
    }

    private static Change release(String uid) {
        return current -> {
            sameAs(uid, current);
            return null;
        };
    }

    private ObjectNode fresh(Kind kind) {
        var body = Codec.JSON
                .createObjectNode()
                .put("apiVersion", kind.apiVersion())
                .put("kind", kind.name());
        if (owner != null) {
            body.withObject("/metadata").set("ownerReferences", Codec.JSON.valueToTree(List.of(owner)));
        }
        return body;
    }

    private static Resource sameAs(String uid, @Nullable Resource current) throws StoreException {
        if (current == null || !current.uid().equals(uid)) {
            throw gone();
        }
        return current;
    }

    private static StoreException gone() {
        return new StoreException(StoreException.Reason.NOT_FOUND, "it is gone");
    }
}
