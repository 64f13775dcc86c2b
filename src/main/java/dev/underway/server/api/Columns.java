package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.underway.model.Kind;
import dev.underway.server.store.Fields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What `kubectl get` shows of each kind. Columns of priority 1 are shown with `-o wide` only.
record Columns(List<Column> columns) {
    /// Most characters of a cell that people wrote.
    private static final int WIDEST = 40;

    /// As git shortens a commit's id.
    private static final int SHORT_COMMIT = 7;

    /// What cells are made from besides the object: the time, and what is known of hosts by name.
    record Moment(Instant now, Map<String, HostGlance> hosts) {}

    /// One column. `cell` makes its value from an object; `path` is where the object has it, a JSONPath as in a
    /// CustomResourceDefinition, null when it is computed.
    record Column(
            String name,
            String type,
            String format,
            String description,
            int priority,
            @Nullable String path,
            BiFunction<JsonNode, Moment, JsonNode> cell) {
        private Column wide() {
            return new Column(name, type, format, description, 1, path, cell);
        }
    }

    private static final Column NAME = new Column(
            "Name",
            "string",
            "name",
            "Name of the resource.",
            0,
            ".metadata.name",
            (o, moment) -> string(o, "/metadata/name"));
    private static final Column AGE = age("Age", "Time since the resource was created.", "/metadata/creationTimestamp");

    private static final Map<Kind, Columns> OF = Map.of(
            Kind.UNIT_SET,
                    table(
                            text("Revision", "Newest revision.", "/status/revision"),
                            count("Hosts", "Hosts that the selector picks.", "/status/hosts"),
                            count("Updated", "Hosts that were told to run the newest revision.", "/status/updated"),
                            count("Synced", "Hosts on which everything is as desired.", "/status/synced"),
                            count("Healthy", "Hosts that are synced and healthy.", "/status/healthy"),
                            count("Failed", "Hosts that failed or cannot.", "/status/failed"),
                            condition("Ready", "Whether all hosts are as they should be.", "Ready"),
                            ofReady("Reason", "Why the set is as it is.", "reason"),
                            AGE,
                            ofReady("Message", "What to know or do about it.", "message")
                                    .wide()),
            Kind.REVISION,
                    table(
                            text("UnitSet", "The set whose content this is.", "/spec/unitSet"),
                            count("Number", "Counts the set's revisions.", "/spec/number"),
                            AGE,
                            size("Units", "Unit texts.", "/spec/content/units"),
                            size("Files", "Files.", "/spec/content/files"),
                            size("Artifacts", "Downloads.", "/spec/content/artifacts"),
                            text("Digest", "SHA-256 of the content.", "/spec/digest")
                                    .wide()),
            Kind.ASSIGNMENT,
                    table(
                            text("Host", "The host.", "/spec/host"),
                            text("UnitSet", "The set.", "/spec/unitSet"),
                            text("Revision", "What the host shall run.", "/spec/revision"),
                            condition("Synced", "Whether everything is as desired.", "Synced"),
                            condition("Healthy", "Whether everything works.", "Healthy"),
                            computed("Reason", "Why it is as it is.", o -> Fields.reason(Kind.ASSIGNMENT, o)),
                            computed("Last", "The most disruptive step of the last plan.", PlanCells::last),
                            AGE,
                            computed("Plan", "The last steps that did something.", PlanCells::steps)
                                    .wide(),
                            age("Reported", "Time since the agent said something new.", "/status/reportedAt")
                                    .wide()),
            Kind.GIT_SOURCE,
                    table(
                            computed("URL", "Where the repository is.", Columns::repository),
                            computed(
                                    "Commit",
                                    "What is applied.",
                                    o -> shortened(o.at("/status/applied/id").asText(""))),
                            count("Resources", "What the source owns.", "/status/resources"),
                            condition("Ready", "Whether the newest commit is applied.", "Ready"),
                            ofReady("Reason", "Why it is or is not.", "reason"),
                            AGE,
                            ofReady("Message", "What to know or do about it.", "message")
                                    .wide()),
            Kind.HOST,
                    table(
                            computed("Ready", "Whether the agent is heard of, and takes new work.", Columns::ready),
                            new Column("Held", "string", "", "Why nothing is done to it.", 0, null, Columns::held),
                            new Column("Synced", "string", "", "Sets that are as desired, of all.", 0, null, (o, m) -> {
                                var glance = glance(o, m);
                                return TextNode.valueOf(glance.synced() + "/" + glance.sets());
                            }),
                            text("Agent", "Version of the agent.", "/status/facts/agent"),
                            new Column(
                                    "Last Seen",
                                    "string",
                                    "",
                                    "Time since the agent was heard of.",
                                    0,
                                    null,
                                    Columns::lastSeenOfHost),
                            AGE,
                            text("OS", "Operating system.", "/status/facts/os").wide(),
                            text("Kernel", "Version of the kernel.", "/status/facts/kernel")
                                    .wide(),
                            text("Systemd", "Version of systemd.", "/status/facts/systemd")
                                    .wide(),
                            text("IP", "Address of the host.", "/status/facts/ip")
                                    .wide(),
                            ofReady("Reason", "Why the host is ready or not.", "reason")
                                    .wide()),
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

    /// As the printers of Kubernetes have them.
    private static Columns events() {
        return new Columns(List.of(
                new Column("Last Seen", "string", "", "When it last happened.", 0, null, Columns::lastSeen),
                text("Type", "Normal or Warning.", "/type"),
                text("Reason", "What happened, in a word.", "/reason"),
                computed(
                        "Object",
                        "What it happened to.",
                        o -> o.at("/involvedObject/kind").asText("").toLowerCase(Locale.ROOT) + "/"
                                + o.at("/involvedObject/name").asText("")),
                text("Subobject", "The part that is meant.", "/involvedObject/fieldPath")
                        .wide(),
                computed("Source", "Who saw it.", Columns::source).wide(),
                computed(
                        "Message",
                        "What happened.",
                        o -> o.at("/message").asText("").strip()),
                new Column(
                        "First Seen",
                        "string",
                        "",
                        "When it first happened.",
                        1,
                        null,
                        (o, m) -> TextNode.valueOf(Age.since(firstOf(o, "/firstTimestamp", "/eventTime"), m.now()))),
                count("Count", "How often it happened.", "/count").wide(),
                new Column(
                        "Name",
                        "string",
                        "name",
                        "Name of the event.",
                        1,
                        ".metadata.name",
                        (o, m) -> string(o, "/metadata/name"))));
    }

    private static JsonNode lastSeen(JsonNode event, Moment moment) {
        var time = firstOf(event, "/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/firstTimestamp");
        return TextNode.valueOf(Age.since(time, moment.now()));
    }

    private static String source(JsonNode event) {
        var component = event.at("/source/component")
                .asText(event.path("reportingComponent").asText(""));
        var host =
                event.at("/source/host").asText(event.path("reportingInstance").asText(""));
        return host.isEmpty() ? component : component + ", " + host;
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

    private static HostGlance glance(JsonNode host, Moment moment) {
        return moment.hosts().getOrDefault(host.at("/metadata/name").asText(), HostGlance.NOTHING);
    }

    private static String repository(JsonNode source) {
        return source.at("/spec/url").asText(source.at("/status/repository").asText(""));
    }

    private static String shortened(String commit) {
        return commit.length() > SHORT_COMMIT ? commit.substring(0, SHORT_COMMIT) : commit;
    }

    private static String ready(JsonNode host) {
        var status = Fields.condition(host, "Ready", "status");
        return (status.isEmpty() ? "Unknown" : status)
                + (host.at("/spec/cordoned").asBoolean() ? ",Cordoned" : "");
    }

    private static JsonNode lastSeenOfHost(JsonNode host, Moment moment) {
        var seen = glance(host, moment).seen();
        var time = seen == null ? host.at("/status/lastSeen").asText("") : seen.toString();
        return TextNode.valueOf(time.isEmpty() ? "never" : Age.since(time, moment.now()));
    }

    private static JsonNode held(JsonNode object, Moment moment) {
        var hold = object.at("/spec/hold");
        var until = hold.path("until").asText("");
        boolean holds = !until.isEmpty() && Instant.parse(until).isAfter(moment.now());
        var reason = holds ? hold.path("reason").asText("") : "";
        return TextNode.valueOf(reason.length() > WIDEST ? reason.substring(0, WIDEST - 1) + "…" : reason);
    }

    private static Column text(String name, String description, String pointer) {
        return new Column(name, "string", "", description, 0, path(pointer), (o, m) -> string(o, pointer));
    }

    private static Column count(String name, String description, String pointer) {
        return new Column(name, "integer", "", description, 0, path(pointer), (o, m) -> number(o, pointer));
    }

    private static Column age(String name, String description, String pointer) {
        return new Column(
                name,
                "date",
                "",
                description,
                0,
                path(pointer),
                (o, m) -> TextNode.valueOf(Age.since(o.at(pointer).asText(""), m.now())));
    }

    private static Column size(String name, String description, String pointer) {
        return new Column(
                name,
                "integer",
                "",
                description,
                1,
                null,
                (o, m) -> LongNode.valueOf(o.at(pointer).size()));
    }

    private static Column condition(String name, String description, String type) {
        return new Column(name, "string", "", description, 0, ofCondition(type, "status"), (o, m) -> {
            var status = Fields.condition(o, type, "status");
            return TextNode.valueOf(status.isEmpty() ? "Unknown" : status);
        });
    }

    private static Column ofReady(String name, String description, String field) {
        return new Column(
                name,
                "string",
                "",
                description,
                0,
                ofCondition("Ready", field),
                (o, m) -> TextNode.valueOf(Fields.condition(o, "Ready", field)));
    }

    private static Column computed(String name, String description, Function<JsonNode, String> cell) {
        return new Column(name, "string", "", description, 0, null, (o, m) -> TextNode.valueOf(cell.apply(o)));
    }

    private static String path(String pointer) {
        return pointer.replace('/', '.');
    }

    private static String ofCondition(String type, String field) {
        return ".status.conditions[?(@.type==\"" + type + "\")]." + field;
    }

    private static JsonNode string(JsonNode object, String pointer) {
        return TextNode.valueOf(object.at(pointer).asText(""));
    }

    private static JsonNode number(JsonNode object, String pointer) {
        var value = object.at(pointer);
        return value.isNumber() ? LongNode.valueOf(value.asLong()) : TextNode.valueOf("");
    }
}
