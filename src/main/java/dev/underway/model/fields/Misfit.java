package dev.underway.model.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A part of what somebody applies that does not fit the structure, so that it cannot be merged. Values of leaves are
/// not looked at.
///
/// @param path such as `.spec.units`
/// @param message in the words of Kubernetes, such as `field not declared in schema`
public record Misfit(String path, String message) {
    /// All of them, at most [#MOST].
    public static List<Misfit> in(Structure structure, JsonNode value) {
        var found = new ArrayList<Misfit>();
        collect(structure.of(value), value, "", found);
        return found.size() > MOST ? found.subList(0, MOST) : found;
    }

    private static final int MOST = 50;

    private static void collect(Structure structure, JsonNode value, String path, List<Misfit> found) {
        if (value.isNull()) {
            return;
        }
        switch (structure) {
            case Structure.Leaf _, Structure.Deduced _ -> {}
            case Structure.Fields fields -> {
                if (value instanceof ObjectNode object) {
                    object.properties().forEach(field -> field(fields, field.getKey(), field.getValue(), path, found));
                } else {
                    found.add(new Misfit(path, "expected map, got " + type(value)));
                }
            }
            case Structure.SetOf _ -> elements(structure, null, value, path, found);
            case Structure.Keyed keyed -> elements(structure, keyed.element(), value, path, found);
        }
    }

    private static void field(Structure.Fields fields, String name, JsonNode value, String path, List<Misfit> found) {
        var structure = fields.named().getOrDefault(name, fields.others());
        var at = path + "." + name;
        if (structure == null) {
            found.add(new Misfit(at, "field not declared in schema"));
        } else {
            collect(structure.of(value), value, at, found);
        }
    }

    private static void elements(
            Structure list, @Nullable Structure structure, JsonNode value, String path, List<Misfit> found) {
        if (!(value instanceof ArrayNode array)) {
            found.add(new Misfit(path, "expected list, got " + type(value)));
            return;
        }
        var seen = new TreeSet<PathElement>();
        int index = 0;
        for (var item : array) {
            var element = PathElement.of(list, item);
            if (element == null) {
                found.add(new Misfit(path, "element " + index + ": " + whatLacks(list)));
            } else if (!seen.add(element)) {
                found.add(new Misfit(path, "duplicate entries for key " + element));
            } else if (structure != null) {
                collect(structure, item, path + element, found);
            }
            index++;
        }
    }

    private static String whatLacks(Structure list) {
        return list instanceof Structure.Keyed keyed
                ? "associative list with keys has an element that omits key field \""
                        + String.join("\" or \"", keyed.keys()) + "\""
                : "associative list without keys has an element that is no scalar";
    }

    private static String type(JsonNode value) {
        return value.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
