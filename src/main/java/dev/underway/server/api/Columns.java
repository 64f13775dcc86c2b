package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.underway.model.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/// What `kubectl get` shows of each kind. Columns of priority 1 are shown with `-o wide` only.
record Columns(List<Column> columns) {

    /// One column. `cell` makes its value from an object and the time of the request.
    record Column(
            String name,
            String type,
            String format,
            String description,
            int priority,
            BiFunction<JsonNode, Instant, JsonNode> cell) {}

    private static final Column NAME =
            new Column("Name", "string", "name", "Name of the resource.", 0, (o, now) -> string(o, "/metadata/name"));
    private static final Column AGE = new Column(
            "Age",
            "string",
            "",
            "Time since the resource was created.",
            0,
            (o, now) -> TextNode.valueOf(
                    Age.since(o.at("/metadata/creationTimestamp").asText(""), now)));

    private static final Map<Kind, Columns> OF = Map.of(
            Kind.UNIT_SET,
                    table(
                            text("Revision", "Newest revision.", "/status/revision"),
                            count("Hosts", "Hosts that the selector picks.", "/status/hosts"),
                            count("Updated", "Hosts that were told to run the newest revision.", "/status/updated"),
                            count("Healthy", "Hosts that are synced and healthy.", "/status/healthy"),
                            condition("Ready", "Whether all hosts are as they should be.", "Ready"),
                            AGE,
                            wide("Reason", "Why the set is not ready.", o -> ofCondition(o, "Ready", "reason")),
                            wide("Message", "What to know or do about it.", o -> ofCondition(o, "Ready", "message"))),
            Kind.REVISION,
                    table(
                            text("UnitSet", "The set whose content this is.", "/spec/unitSet"),
                            count("Number", "Counts the set's revisions.", "/spec/number"),
                            AGE),
            Kind.ASSIGNMENT,
                    table(
                            text("Host", "The host.", "/spec/host"),
                            text("Revision", "What the host shall run.", "/spec/revision"),
                            condition("Synced", "Whether everything is as desired.", "Synced"),
                            condition("Healthy", "Whether everything works.", "Healthy"),
                            plain("Reason", "Why it is not.", Columns::assignmentReason),
                            AGE,
                            wide("Plan", "The last steps that did something.", Columns::plan)),
            Kind.HOST,
                    table(
                            condition("Ready", "Whether the agent is heard of.", "Ready"),
                            text("Systemd", "Version of systemd.", "/status/facts/systemd"),
                            text("OS", "Operating system.", "/status/facts/os"),
                            new Column("Held", "string", "", "Why nothing is done to it.", 0, Columns::held),
                            AGE,
                            wide("Kernel", "Version of the kernel.", o -> string(o, "/status/facts/kernel")),
                            wide("IP", "Address of the host.", o -> string(o, "/status/facts/ip")),
                            wide("Agent", "Version of the agent.", o -> string(o, "/status/facts/agent")),
                            wide("Reason", "Why the host is not ready.", o -> ofCondition(o, "Ready", "reason"))),
            Kind.NAMESPACE, table(text("Status", "Active or Terminating.", "/status/phase"), AGE),
            Kind.EVENT, events());

    static Columns of(Kind kind) {
        return OF.getOrDefault(kind, table(AGE));
    }

    private static Columns table(Column... columns) {
        var all = new ArrayList<Column>();
        all.add(NAME);
        all.addAll(List.of(columns));
        return new Columns(List.copyOf(all));
    }

    private static Columns events() {
        return new Columns(List.of(
                new Column("Last Seen", "string", "", "When it last happened.", 0, (o, now) -> lastSeen(o, now)),
                text("Type", "Normal or Warning.", "/type"),
                text("Reason", "What happened, in a word.", "/reason"),
                plain(
                        "Object",
                        "What it happened to.",
                        o -> TextNode.valueOf(
                                o.at("/involvedObject/kind").asText("").toLowerCase(java.util.Locale.ROOT) + "/"
                                        + o.at("/involvedObject/name").asText(""))),
                wide("Source", "Who saw it.", o -> string(o, "/source/component")),
                plain(
                        "Message",
                        "What happened.",
                        o -> TextNode.valueOf(o.at("/message").asText("").strip())),
                new Column(
                        "First Seen",
                        "string",
                        "",
                        "When it first happened.",
                        1,
                        (o, now) -> TextNode.valueOf(Age.since(firstOf(o, "/firstTimestamp", "/eventTime"), now))),
                wide("Count", "How often it happened.", o -> number(o, "/count")),
                new Column(
                        "Name", "string", "name", "Name of the event.", 1, (o, now) -> string(o, "/metadata/name"))));
    }

    private static JsonNode lastSeen(JsonNode event, Instant now) {
        var time = firstOf(event, "/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/firstTimestamp");
        return TextNode.valueOf(Age.since(time, now));
    }

    private static String firstOf(JsonNode object, String... pointers) {
        for (var pointer : pointers) {
            var text = object.at(pointer).asText("");
            if (!text.isEmpty() && !text.equals("null")) {
                return text;
            }
        }
        return object.at("/metadata/creationTimestamp").asText("");
    }

    private static JsonNode assignmentReason(JsonNode assignment) {
        for (var type : List.of("Synced", "Healthy")) {
            if (!ofCondition(assignment, type, "status").asText().equals("True")) {
                return ofCondition(assignment, type, "reason");
            }
        }
        return ofCondition(assignment, "Healthy", "reason");
    }

    private static JsonNode held(JsonNode object, Instant now) {
        var hold = object.at("/spec/hold");
        var until = hold.path("until").asText("");
        boolean holds = !until.isEmpty() && Instant.parse(until).isAfter(now);
        return TextNode.valueOf(holds ? hold.path("reason").asText("") : "");
    }

    /// `Write; Reload web.service; …`: the actions of the last plan, neighbours of one kind counted.
    private static JsonNode plan(JsonNode assignment) {
        var steps = new ArrayList<String>();
        for (var step : assignment.at("/status/plan")) {
            var unit = step.path("unit").asText("");
            var text = step.path("action").asText() + (unit.isEmpty() ? "" : " " + unit);
            if (steps.isEmpty() || !steps.getLast().equals(text)) {
                steps.add(text);
            }
        }
        return TextNode.valueOf(String.join("; ", steps));
    }

    private static Column text(String name, String description, String pointer) {
        return plain(name, description, o -> string(o, pointer));
    }

    private static Column count(String name, String description, String pointer) {
        return new Column(name, "integer", "", description, 0, (o, now) -> number(o, pointer));
    }

    private static Column condition(String name, String description, String type) {
        return plain(name, description, o -> {
            var status = ofCondition(o, type, "status");
            return status.asText().isEmpty() ? TextNode.valueOf("Unknown") : status;
        });
    }

    private static Column plain(String name, String description, Function<JsonNode, JsonNode> cell) {
        return new Column(name, "string", "", description, 0, (o, now) -> cell.apply(o));
    }

    private static Column wide(String name, String description, Function<JsonNode, JsonNode> cell) {
        return new Column(name, "string", "", description, 1, (o, now) -> cell.apply(o));
    }

    private static JsonNode ofCondition(JsonNode object, String type, String field) {
        for (var condition : object.at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return TextNode.valueOf(condition.path(field).asText(""));
            }
        }
        return TextNode.valueOf("");
    }

    private static JsonNode string(JsonNode object, String pointer) {
        return TextNode.valueOf(object.at(pointer).asText(""));
    }

    private static JsonNode number(JsonNode object, String pointer) {
        var value = object.at(pointer);
        return value.isNumber() ? LongNode.valueOf(value.asLong()) : TextNode.valueOf("");
    }
}
