package dev.underway.model;

import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.unitfile.BooleanWord;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.model.unitfile.UnitName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A unit of a set with its text as systemd will read it: the unit file followed by the set's drop-ins by name.
///
/// @param field where the unit is, such as `spec.units[1]`
/// @param parts the texts one by one; none for a unit of the host for which the set has no drop-in
/// @param file the parts merged
record SetUnit(String field, Unit unit, List<Part> parts, UnitFile file) {

    /// One text and where it is, such as `spec.units[1].content`.
    record Part(String field, UnitFile file) {
        List<String> installs(String key) {
            return file.values("Install", key).stream()
                    .flatMap(value -> Stream.of(value.split("[ \t]+")))
                    .toList();
        }
    }

    /// The units whose texts can be read; what cannot be read is among the findings with its line.
    static List<SetUnit> read(List<Unit> units, Findings findings) {
        var read = new ArrayList<SetUnit>();
        for (int i = 0; i < units.size(); i++) {
            var field = "spec.units[" + i + "]";
            var unit = units.get(i);
            var texts = texts(field, unit);
            var parts = texts.entrySet().stream()
                    .flatMap(text -> part(text.getKey(), text.getValue(), findings).stream())
                    .toList();
            if (parts.size() == texts.size()) {
                var merged = parts.stream().map(Part::file).reduce(new UnitFile(List.of()), UnitFile::with);
                read.add(new SetUnit(field, unit, parts, merged));
            }
        }
        return read;
    }

    String name() {
        return unit.name();
    }

    String type() {
        return UnitName.type(unit.name());
    }

    /// Whether the whole text is known here, so that what is missing in it is missing.
    boolean isWhole() {
        return unit.content() != null;
    }

    /// The section of the unit's type: `Service` of a service.
    String section() {
        return type().substring(0, 1).toUpperCase(Locale.ROOT) + type().substring(1);
    }

    /// The last value of a directive in the section of the unit's type.
    String setting(String key, String otherwise) {
        return file.last(section(), key, otherwise);
    }

    boolean isTrue(String key) {
        return BooleanWord.isYes(setting(key, "no"));
    }

    List<String> settings(String key) {
        return file.values(section(), key);
    }

    /// The service that a socket, timer or path of this text starts.
    String triggers() {
        var standard = unit.name().substring(0, unit.name().lastIndexOf('.'));
        if (type().equals("socket")) {
            return isTrue("Accept") ? standard + "@.service" : setting("Service", standard + ".service");
        }
        return setting("Unit", standard + ".service");
    }

    /// Field and text of the unit file and its drop-ins, in the order in which systemd merges them.
    private static Map<String, String> texts(String field, Unit unit) {
        var texts = new LinkedHashMap<String, String>();
        if (unit.content() != null) {
            texts.put(field + ".content", unit.content());
        }
        if (unit.dropIns() != null) {
            new TreeMap<>(unit.dropIns()).forEach((name, text) -> texts.put(field + ".dropIns[" + name + "]", text));
        }
        return texts;
    }

    private static Optional<Part> part(String field, String text, Findings findings) {
        try {
            return Optional.of(new Part(field, UnitFile.parse(text)));
        } catch (UnitFileException e) {
            findings.invalid(field, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
