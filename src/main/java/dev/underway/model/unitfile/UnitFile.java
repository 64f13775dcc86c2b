package dev.underway.model.unitfile;

import java.util.List;

/// A unit file, or several merged in systemd's order (unit file, then drop-ins by name), as systemd reads it:
/// systemd.syntax(7).
///
/// `assignments` are in file order and complete: repeated keys stay repeated, and an empty value (which resets a list)
/// stays as such.
public record UnitFile(List<Assignment> assignments) {

    /// One `Key=value` line of a section, with continuation lines joined. `line` counts from 1.
    public record Assignment(String section, String key, String value, int line) {}

    /// Reads one text. Throws [UnitFileException] where systemd would refuse the line or ignore it with a warning.
    public static UnitFile parse(String text) throws UnitFileException {
        throw new UnsupportedOperationException();
    }

    /// This file followed by a drop-in.
    public UnitFile with(UnitFile dropIn) {
        throw new UnsupportedOperationException();
    }

    /// The values of a key in order, with everything before an empty assignment forgotten.
    public List<String> values(String section, String key) {
        throw new UnsupportedOperationException();
    }

    /// The last value of a key, or `otherwise` when it is not set or was reset.
    public String last(String section, String key, String otherwise) {
        throw new UnsupportedOperationException();
    }

    /// The directives in which two effective files differ, in order of section and key. Order, comments and blank lines
    /// do not count.
    public static List<Difference> differences(UnitFile before, UnitFile after) {
        throw new UnsupportedOperationException();
    }

    /// One directive that differs; the lists are [#values] of either side.
    public record Difference(String section, String key, List<String> before, List<String> after) {}
}
