package dev.underway.server.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.model.Event;
import dev.underway.model.Event.ObjectReference;
import dev.underway.model.Kind;
import dev.underway.model.Metadata;
import dev.underway.server.store.Change;
import dev.underway.server.store.Resource;
import java.time.temporal.ChronoUnit;

/// How something that happened becomes an Event, or one more of an Event that is there.
final class EventChanges {
    /// Where Events of objects that are in no namespace lie, as in Kubernetes.
    private static final String DEFAULT = "default";

    private static final int MAX_NAME = 253;
    private static final int DIGEST = 16;

    private EventChanges() {}

    /// The same about the same object has the same name, whichever replica tells it.
    static Resource.Key key(Occurrence occurrence) {
        var subject = occurrence.subject();
        var words =
                String.join("\n", subject.uid(), occurrence.type().name(), occurrence.reason(), occurrence.message());
        var digest = Digests.sha256(words).substring(0, DIGEST);
        var name = subject.name().substring(0, Math.min(subject.name().length(), MAX_NAME - DIGEST - 2));
        return Resource.Key.of(
                Kind.EVENT,
                subject.namespace().isEmpty() ? DEFAULT : subject.namespace(),
                // A cut may leave a dot at the end, which a name must not have before another.
                (name.endsWith(".") ? name + "x" : name) + "." + digest);
    }

    static Change happened(Backlog.Told told) {
        var last = told.last().truncatedTo(ChronoUnit.SECONDS).toString();
        return current -> {
            if (current == null) {
                return born(told);
            }
            ObjectNode body = current.body().deepCopy();
            body.put("count", (int)
                    Math.min(Integer.MAX_VALUE, body.path("count").asLong(1) + told.count()));
            body.put("lastTimestamp", last);
            return body;
        };
    }

    private static ObjectNode born(Backlog.Told told) {
        var key = key(told.occurrence());
        var subject = told.occurrence().subject();
        var namespace = subject.namespace().isEmpty() ? null : subject.namespace();
        var event = new Event(
                Metadata.named(key.namespace(), key.name()),
                new ObjectReference(
                        subject.kind().apiVersion(),
                        subject.kind().name(),
                        namespace,
                        subject.name(),
                        subject.uid(),
                        null,
                        null),
                told.occurrence().reason(),
                told.occurrence().message(),
                told.occurrence().type(),
                told.occurrence().source(),
                told.first().truncatedTo(ChronoUnit.SECONDS),
                told.last().truncatedTo(ChronoUnit.SECONDS),
                told.count(),
                null,
                null,
                null,
                null,
                told.occurrence().source().component(),
                told.occurrence().source().host());
        return Codec.JSON
                .createObjectNode()
                .put("apiVersion", Kind.EVENT.apiVersion())
                .put("kind", Kind.EVENT.name())
                .setAll(Codec.tree(event));
    }
}
