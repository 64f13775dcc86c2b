package dev.underway.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Manifests.Document;
import dev.underway.model.Manifests.ManifestException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Makes JSON trees of YAML events, so that depth, size and positions are in our hands: the YAML library's own
/// composer recurses as deep as the text says and loses the line of a duplicate key.
final class YamlReader {
    /// Deepest nesting; a UnitSet needs eight levels.
    static final int MAX_DEPTH = 64;

    /// Most values of one manifest file with every alias written out, so that a small text cannot become a large tree.
    static final int MAX_VALUES = 200_000;

    /// Characters that are read at once.
    private static final int MOST_BUFFERED = 1 << 16;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private int values;

    /// What an anchor stands for. `size` counts the values in it, itself included.
    private record Anchored(JsonNode value, int size) {}

    private YamlReader(Iterator<Event> events) {
        this.events = events;
    }

    static List<Document> read(String text) throws ManifestException {
        var settings = LoadSettings.builder()
                .setLabel("manifest")
                .setCodePointLimit(Manifests.MAX_BYTES)
                // The library copies what it holds of a long scalar once for every buffer that it reads: with its own
                // 1024 characters a text of 3 MB without a line break takes ten seconds.
                .setBufferSize(Math.clamp(text.length(), 1024, MOST_BUFFERED))
                .build();
        try {
            return new YamlReader(new Parse(settings).parseString(text).iterator()).documents();
        } catch (MarkedYamlEngineException e) {
            var mark = e.getProblemMark().or(e::getContextMark);
            throw refusal(mark, e.getProblem() == null ? String.valueOf(e.getContext()) : e.getProblem());
        } catch (YamlEngineException e) {
            throw new ManifestException(0, 0, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            // What the library lets through of an escape without digits, such as "\\x".
            throw new ManifestException(0, 0, "an escape in double quotes is none of YAML's: " + e.getMessage());
        }
    }

    private List<Document> documents() throws ManifestException {
        var documents = new ArrayList<Document>();
        for (var event = events.next(); !(event instanceof StreamEndEvent); event = events.next()) {
            if (event instanceof DocumentStartEvent) {
                document().ifPresent(documents::add);
            }
        }
        return List.copyOf(documents);
    }

    private Optional<Document> document() throws ManifestException {
        anchors.clear();
        var root = events.next();
        var value = value(root, 0);
        if (value instanceof ObjectNode body) {
            return Optional.of(new Document(body, line(root.getStartMark())));
        }
        if (value.isNull()) {
            return Optional.empty();
        }
        throw refusal(root.getStartMark(), "the document is not a mapping; begin it with apiVersion: and kind:");
    }

    private JsonNode value(Event event, int depth) throws ManifestException {
        if (depth > MAX_DEPTH) {
            throw refusal(event.getStartMark(), "more than " + MAX_DEPTH + " levels of nesting; that is no manifest");
        }
        int before = values;
        count(1, event);
        JsonNode value =
                switch (event) {
                    case AliasEvent alias -> aliased(alias);
                    case ScalarEvent scalar -> Scalars.value(scalar);
                    case SequenceStartEvent start -> sequence(start, depth);
                    case MappingStartEvent start -> mapping(start, depth);
                    default -> throw new IllegalStateException("unexpected " + event.getEventId());
                };
        if (!(event instanceof AliasEvent)) {
            remember(event, new Anchored(value, values - before));
        }
        return value;
    }

    private ArrayNode sequence(SequenceStartEvent start, int depth) throws ManifestException {
        refuseTag(start.getTag(), "tag:yaml.org,2002:seq", start);
        var array = JSON.arrayNode();
        for (var event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
            array.add(value(event, depth + 1));
        }
        return array;
    }

    private ObjectNode mapping(MappingStartEvent start, int depth) throws ManifestException {
        refuseTag(start.getTag(), "tag:yaml.org,2002:map", start);
        var object = JSON.objectNode();
        for (var event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
            var key = key(event);
            if (object.has(key)) {
                throw refusal(event.getStartMark(), "the key \"" + key + "\" is there twice; keep one of them");
            }
            object.set(key, value(events.next(), depth + 1));
        }
        return object;
    }

    private String key(Event event) throws ManifestException {
        if (!(event instanceof ScalarEvent scalar)) {
            throw refusal(event.getStartMark(), "a key must be a word; quote it if it holds brackets, braces or a *");
        }
        if (scalar.isPlain() && scalar.getValue().equals("<<")) {
            throw refusal(event.getStartMark(), "merge keys (<<) are not part of YAML 1.2; write the fields out");
        }
        remember(event, new Anchored(JSON.textNode(scalar.getValue()), 1));
        return scalar.getValue();
    }

    private JsonNode aliased(AliasEvent alias) throws ManifestException {
        var anchored = anchors.get(alias.getAlias());
        if (anchored == null) {
            throw refusal(alias.getStartMark(), "the alias *" + alias.getAlias() + " has no anchor before it");
        }
        count(anchored.size(), alias);
        return anchored.value().deepCopy();
    }

    private void count(int more, Event event) throws ManifestException {
        values += more;
        if (values > MAX_VALUES) {
            throw refusal(
                    event.getStartMark(),
                    "more than " + MAX_VALUES + " values with aliases written out; divide the manifest");
        }
    }

    private void remember(Event event, Anchored anchored) {
        if (event instanceof NodeEvent node) {
            node.getAnchor().ifPresent(anchor -> anchors.put(anchor, anchored));
        }
    }

    private static void refuseTag(Optional<String> tag, String allowed, Event event) throws ManifestException {
        if (tag.isPresent() && !tag.get().equals(allowed) && !tag.get().equals("!")) {
            throw refusal(event.getStartMark(), "the tag " + tag.get() + " is not supported; remove it");
        }
    }

    static ManifestException refusal(Optional<Mark> mark, String message) {
        return new ManifestException(
                line(mark), mark.map(m -> m.getColumn() + 1).orElse(0), message);
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(m -> m.getLine() + 1).orElse(0);
    }
}
