package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Merges the texts of one unit as systemd does: the unit file first, then drop-ins by file name, of two with
/// one name the one of the instance and not of the template (systemd.unit(5)).
final class EffectiveText {
    private EffectiveText() {}

    /// `texts` by path.
    static UnitFile of(Map<String, String> texts) throws UnitFileException {
        var merged = new UnitFile(List.of());
        for (var text :
                texts.entrySet().stream().filter(e -> !isDropIn(e.getKey())).toList()) {
            merged = merged.with(UnitFile.parse(text.getValue()));
        }
        var dropIns = texts.entrySet().stream()
                .filter(e -> isDropIn(e.getKey()))
                .filter(e -> texts.keySet().stream().noneMatch(other -> hides(other, e.getKey())))
                .sorted(Comparator.comparing(e -> fileName(e.getKey())))
                .toList();
        for (var dropIn : dropIns) {
            merged = merged.with(UnitFile.parse(dropIn.getValue()));
        }
        return merged;
    }

    /// The text of a unit file of the host, which may hold lines that systemd only warns about: unreadable is
    /// empty.
    static UnitFile lenient(String text) {
        try {
            return UnitFile.parse(text);
        } catch (UnitFileException _) {
            return new UnitFile(List.of());
        }
    }

    private static boolean isDropIn(String path) {
        return directory(path).endsWith(".d");
    }

    private static boolean hides(String other, String dropIn) {
        return isDropIn(other)
                && fileName(other).equals(fileName(dropIn))
                && directory(dropIn).contains("@.")
                && !directory(other).contains("@.");
    }

    private static String directory(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
