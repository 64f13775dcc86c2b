package dev.underway.model.fields;

import static dev.underway.model.fields.Structure.deduced;
import static dev.underway.model.fields.Structure.leaf;

import java.util.List;
import java.util.Map;

/// The structure of the objects in the recorded answers: the schema of `src/test/go/fieldowners/main.go`.
final class ReferenceStructure {
    static final Structure ROOT = root();

    private ReferenceStructure() {}

    private static Structure root() {
        var texts = new Structure.Fields(Map.of(), leaf());
        var set = new Structure.SetOf();
        var nested = nested(8);
        var file = fields(Map.of("path", leaf(), "mode", leaf()));
        var unit = fields(Map.of(
                "name",
                leaf(),
                "content",
                leaf(),
                "dropIns",
                texts,
                "reloadOn",
                leaf(),
                "tags",
                set,
                "files",
                new Structure.Keyed(List.of("path"), file),
                "readiness",
                nested));
        var port = fields(Map.of("port", leaf(), "protocol", leaf(), "text", leaf()));
        return fields(Map.ofEntries(
                Map.entry("text", leaf()),
                Map.entry("number", leaf()),
                Map.entry("flag", leaf()),
                Map.entry("labels", texts),
                Map.entry("units", new Structure.Keyed(List.of("name"), unit)),
                Map.entry("ports", new Structure.Keyed(List.of("port", "protocol"), port)),
                Map.entry("finalizers", set),
                Map.entry("numbers", set),
                Map.entry("command", leaf()),
                Map.entry("selector", leaf()),
                Map.entry("nested", nested),
                Map.entry("anything", deduced()),
                Map.entry("status", nested)));
    }

    /// The reference's contains itself; no recorded object is as deep as this.
    private static Structure nested(int depth) {
        return fields(Map.of(
                "text",
                leaf(),
                "labels",
                new Structure.Fields(Map.of(), leaf()),
                "finalizers",
                new Structure.SetOf(),
                "inner",
                depth == 0 ? deduced() : nested(depth - 1)));
    }

    private static Structure fields(Map<String, Structure> named) {
        return new Structure.Fields(named, null);
    }
}
