package dev.underway.server.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.underway.model.Codec;
import dev.underway.model.Condition;
import dev.underway.model.Hold;
import dev.underway.server.store.Transition;
import java.util.Optional;

/// A resource before and after a commit, as trees, because most commits change nothing that is told here and are only
/// glanced at. What is not there is a missing node.
record Difference(JsonNode before, JsonNode after) {
    static Difference of(Transition change) {
        return new Difference(
                change.before() == null
                        ? MissingNode.getInstance()
                        : change.before().body(),
                change.after().body());
    }

    /// Whether there is something else at a JSON pointer than before.
    boolean at(String pointer) {
        return !before.at(pointer).equals(after.at(pointer));
    }

    /// Whether something is there that was not.
    boolean begins(String pointer) {
        return before.at(pointer).isMissingNode() && !after.at(pointer).isMissingNode();
    }

    String was(String pointer) {
        return before.at(pointer).asText();
    }

    String is(String pointer) {
        return after.at(pointer).asText();
    }

    /// The condition of this type, if its status or its reason is another than before.
    Optional<Condition> turned(String type) {
        var now = condition(after, type);
        var then = condition(before, type);
        boolean same = now.path("status").equals(then.path("status"))
                && now.path("reason").equals(then.path("reason"));
        return now.isMissingNode() || same ? Optional.empty() : Optional.of(Codec.read(now, Condition.class));
    }

    /// The condition of this type as it is now.
    Optional<Condition> condition(String type) {
        var now = condition(after, type);
        return now.isMissingNode() ? Optional.empty() : Optional.of(Codec.read(now, Condition.class));
    }

    /// What is to be told of a hold: that it began, was changed, or ended before its time.
    Optional<Occurrence> hold(Occurrence.Subject subject) {
        if (!at("/spec/hold")) {
            return Optional.empty();
        }
        var hold = after.at("/spec/hold");
        return Optional.of(
                hold.isMissingNode() || hold.isNull()
                        ? Occurrence.normal(subject, "Released", "the hold has ended")
                        : Occurrence.normal(
                                subject, "Held", Codec.read(hold, Hold.class).sentence()));
    }

    private static JsonNode condition(JsonNode object, String type) {
        for (var condition : object.at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return MissingNode.getInstance();
    }
}
