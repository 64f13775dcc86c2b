package dev.underway.model.fields;

import static dev.underway.model.fields.Structure.DEDUCED;
import static dev.underway.model.fields.Structure.LEAF;

import java.util.List;
import java.util.Map;

/// The structure of the objects in the recorded answers: the schema of `src/test/go/fieldowners/main.go`.
final class ReferenceStructure {
    static final Structure ROOT = root();

    private ReferenceStructure() {}

    private static Structure root() {
        var texts = new Structure.Fields(Map.of(), LEAF);
        var set = new Structure.SetOf();
        var nested = nested(8);
        var file = fields(Map.of("path", LEAF, "mode", LEAF));
        var unit = fields(Map.of(
                "name", LEAF,
                "content", LEAF,
                "dropIns", texts,
                "reloadOn", LEAF,
                "tags", set,
                "files", new Structure.Keyed(List.of("path"), file),
                "readiness", nested));
        var port = fields(Map.of("port", LEAF, "protocol", LEAF, "text", LEAF));
        return fields(Map.ofEntries(
                Map.entry("text", LEAF),
                Map.entry("number", LEAF),
                Map.entry("flag", LEAF),
                Map.entry("labels", texts),
                Map.entry("units", new Structure.Keyed(List.of("name"), unit)),
                Map.entry("ports", new Structure.Keyed(List.of("port", "protocol"), port)),
                Map.entry("finalizers", set),
                Map.entry("numbers", set),
                Map.entry("command", LEAF),
                Map.entry("selector", LEAF),
                Map.entry("nested", nested),
                Map.entry("anything", DEDUCED),
                Map.entry("status", nested)));
    }

    /// The reference's contains itself; no recorded object is as deep as this.
    private static Structure nested(int depth) {
        return fields(Map.of(
                "text",
                LEAF,
                "labels",
                new Structure.Fields(Map.of(), LEAF),
                "finalizers",
                new Structure.SetOf(),
                "inner",
                depth == 0 ? DEDUCED : nested(depth - 1)));
    }

    private static Structure fields(Map<String, Structure> named) {
        return new Structure.Fields(named, null);
    }
}
