package dev.underway.server.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore.Event;
import java.time.Clock;

/// Writes the events of one watch, in the form that its client wants. Whole objects, which most want, are copied as
/// they stand in the log; the other forms are made for each watch, since tables say how old things are.
final class EventEncoder {
    private final Tables tables;
    private final Clock clock;
    private boolean first = true;

    EventEncoder(Tables tables, Clock clock) {
        this.tables = tables;
        this.clock = clock;
    }

    byte[] event(Event event) {
        var type = event.type().name();
        return tables.form() == Form.OBJECT
                ? written(type, event.json())
                : object(type, event.resource().body());
    }

    /// What is there when the watch begins.
    byte[] added(Resource resource) {
        return object(Event.Type.ADDED.name(), resource.body());
    }

    /// How far the watch has come; `initialEnd` says that all there was at its beginning has been told.
    byte[] bookmark(long resourceVersion, boolean initialEnd) {
        return written("BOOKMARK", tables.at(clock.instant()).bookmark(resourceVersion, initialEnd));
    }

    byte[] error(Refusal refusal) {
        return written("ERROR", refusal.status());
    }

    private byte[] object(String type, ObjectNode object) {
        var encoded = written(type, tables.at(clock.instant()).event(object, first));
        first = false;
        return encoded;
    }

    private static byte[] written(String type, JsonNode object) {
        return written(type, Codec.bytes(object));
    }

    private static byte[] written(String type, byte[] object) {
        var head = ("{\"type\":\"" + type + "\",\"object\":").getBytes(US_ASCII);
        var event = new byte[head.length + object.length + 1];
        System.arraycopy(head, 0, event, 0, head.length);
        System.arraycopy(object, 0, event, head.length, object.length);
        event[event.length - 1] = '}';
        return event;
    }
}
