package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.plan.DirectiveChanges.Change;
import dev.underway.testing.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The rows of the directive table that claim less than a new process, on a booted systemd.
///
/// For each [Change] one unit runs with the old value and another one, the model, is loaded with the new value from the
/// start. After the file was changed and systemd has read it, by one daemon-reload for all of them, the running unit
/// has
/// every property of its model in which the two differed before, and is in the same run as before. What some of the
/// directives do then is in [DirectiveEffectsOnHostTest].
@Tag("e2e")
class DirectiveTableOnHostTest {
    private static final String DIRECTORY = "/etc/systemd/system/";

    /// Properties that say who a unit is and what it did, and not what it shall do.
    private static final Pattern OWN = Pattern.compile(
            "Id|Names|FragmentPath|Where|InvocationID|.*Timestamp.*|(Exec)?MainPID|ControlPID"
                    + "|ControlGroup(Id)?|ExecStart(Ex)?|ExecMount|ConditionResult|AssertResult|Next.*|Last.*|Listen"
                    + "|TimersMonotonicNext.*|ActiveState|SubState|.*Result|Job|Transient|.*(Current|NSec|Peak|Available)|NAccepted"
                    + "|CPUUsageNSec|NRestarts|UID|GID|Can.*|FreezerState|UnitFile(State|Preset)|NeedDaemonReload|What|Options|IP.*|IO.*|WantedBy|WatchdogUSec");

    private static TestHost host;
    private static Map<String, ObjectNode> before;
    private static Map<String, ObjectNode> after;

    static List<Change> changes() {
        return DirectiveChanges.all();
    }

    @BeforeAll
    static void changeEverythingAtOnce() {
        host = TestHost.boot();
        for (var unit : List.of("peer", "stranger", "other")) {
            host.write(DIRECTORY + unit + ".service", "[Service]\nExecStart=/bin/sleep infinity\n");
        }
        // StopWhenUnneeded= must not stop the unit that it is tried with.
        host.write(
                DIRECTORY + "needs.service",
                "[Unit]\nWants=aunitstopwhenunneeded.service\n[Service]\n" + "ExecStart=/bin/sleep infinity\n");
        for (var change : changes()) {
            host.write(DIRECTORY + change.unit("a"), change.text("a", change.from()));
            host.write(DIRECTORY + change.unit("b"), change.text("b", change.to()));
        }
        var running = changes().stream().map(change -> change.unit("a")).toList();
        var models = changes().stream().map(change -> change.unit("b")).toList();
        host.exec("systemctl", "daemon-reload");
        host.exec(Stream.concat(Stream.of("systemctl", "start", "peer.service", "needs.service"), running.stream())
                .toArray(String[]::new));
        before = properties(running);

        for (var change : changes()) {
            host.write(DIRECTORY + change.unit("a"), change.text("a", change.to()));
        }
        host.exec("systemctl", "daemon-reload");

        after = properties(running);
        after.putAll(properties(models));
    }

    @AfterAll
    static void remove() {
        host.close();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aDaemonReloadIsEnough(Change change) {
        var old = before.get(change.unit("a"));
        var now = after.get(change.unit("a"));
        var model = after.get(change.unit("b"));

        var changed = different(old, model);
        assertThat(changed).as("properties that tell old and new apart").isNotEmpty();
        assertThat(pick(now, changed)).isEqualTo(pick(model, changed));
        assertThat(text(old, "ActiveState")).isEqualTo("active");
        for (var same : List.of("ActiveState", "MainPID", "InvocationID", "ActiveEnterTimestampMonotonic")) {
            assertThat(text(now, same)).as(same).isEqualTo(text(old, same));
        }
    }

    /// The rest of the table is marked as taken from the manual page.
    @Test
    void everyRowIsShownHereOrIsMarkedAsTakenFromTheManualPage() {
        var shown = changes().stream()
                .map(change -> "[" + change.section() + "] " + change.directive())
                .collect(Collectors.toCollection(TreeSet::new));
        shown.add("[Mount] Options"); // in DirectiveEffectsOnHostTest, because it takes a reload

        var claimed = DirectiveTable.rows().stream()
                .filter(row -> row.proof() == DirectiveTable.Proof.HOST)
                .map(row -> "[" + row.section() + "] " + row.directive())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(shown).isEqualTo(claimed);
    }

    /// To ask for a unit loads it.
    private static Map<String, ObjectNode> properties(Collection<String> units) {
        var script =
                "for u in " + String.join(" ", units) + "; do p=${u//./_2e}; echo \"$u\" \"$(busctl --json=short call "
                        + "org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/${p//-/_2d} "
                        + "org.freedesktop.DBus.Properties GetAll s '')\"; done";
        var properties = new HashMap<String, ObjectNode>();
        host.exec("bash", "-c", script).lines().forEach(line -> {
            int space = line.indexOf(' ');
            properties.put(line.substring(0, space), (ObjectNode)
                    json(line.substring(space + 1)).path("data").path(0));
        });
        return properties;
    }

    private static TreeSet<String> different(ObjectNode one, ObjectNode other) {
        var names = new TreeSet<String>();
        one.fieldNames().forEachRemaining(names::add);
        names.removeIf(name ->
                OWN.matcher(name).matches() || normal(name, one.get(name)).equals(normal(name, other.get(name))));
        return names;
    }

    private static Map<String, String> pick(ObjectNode unit, Collection<String> names) {
        var picked = new TreeMap<String, String>();
        names.forEach(name -> picked.put(name, normal(name, unit.get(name))));
        return picked;
    }

    /// A value without the unit's own name, in an order that does not count, and without what is not definition:
    /// whether a
    /// condition held, when a timer elapses next, when a command ran.
    private static String normal(String name, JsonNode value) {
        if (!(value.get("data") instanceof ArrayNode list)) {
            return own(value.path("data").toString());
        }
        int counted =
                switch (name) {
                    case "Conditions", "Asserts" -> 4;
                    case "TimersMonotonic", "TimersCalendar" -> 2;
                    default -> name.startsWith("Exec") ? 3 : Integer.MAX_VALUE;
                };
        var elements = new TreeSet<String>();
        for (var element : list) {
            if (element instanceof ArrayNode struct) {
                while (struct.size() > counted) {
                    struct.remove(struct.size() - 1);
                }
            }
            elements.add(own(element.toString()));
        }
        return elements.toString();
    }

    private static String own(String value) {
        return value.replaceAll("\\b[ab](unit|service|socket|timer|path|mount)([a-z]+)", "x$1$2");
    }

    private static String text(ObjectNode unit, String property) {
        var data = unit.path(property).path("data");
        return data.isTextual() ? data.textValue() : data.toString();
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
