package dev.underway.model.unitfile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A unit file, or several merged in systemd's order (unit file, then drop-ins by name), as systemd reads it:
/// systemd.syntax(7).
///
/// `assignments` are in file order and complete: repeated keys stay repeated, and an empty value (which resets a list)
/// stays as such.
public record UnitFile(List<Assignment> assignments) {

    /// Dependencies are the lists that an empty assignment does not reset: systemd.unit(5), "Example 2. Overriding
    /// vendor settings".
    private static final Set<String> DEPENDENCIES = Set.of(
            "Wants",
            "Requires",
            "Requisite",
            "BindsTo",
            "PartOf",
            "Upholds",
            "Conflicts",
            "Before",
            "After",
            "OnFailure",
            "OnSuccess",
            "PropagatesReloadTo",
            "ReloadPropagatedFrom",
            "PropagatesStopTo",
            "StopPropagatedFrom",
            "JoinsNamespaceOf");

    public UnitFile {
        assignments = List.copyOf(assignments);
    }

    /// One `Key=value` line of a section, with continuation lines joined. `line` counts from 1 and is the first of
    /// them.
    public record Assignment(String section, String key, String value, int line) {}

    /// Reads one text. Throws [UnitFileException] where systemd would refuse the line or ignore it with a warning.
    ///
    /// Sections and keys that are not known are kept: which exist depends on systemd's version.
    public static UnitFile parse(String text) throws UnitFileException {
        return new UnitFile(Syntax.read(text));
    }

    /// This file followed by a drop-in.
    public UnitFile with(UnitFile dropIn) {
        return new UnitFile(
                Stream.concat(assignments.stream(), dropIn.assignments.stream()).toList());
    }

    /// The values of a key in order, with everything before an empty assignment forgotten. Dependencies such as
    /// `After=` are never forgotten.
    public List<String> values(String section, String key) {
        return assigned(section, key).stream().filter(value -> !value.isEmpty()).toList();
    }

    /// The last value of a key, or `otherwise` when it is not set or was reset.
    public String last(String section, String key, String otherwise) {
        var values = values(section, key);
        return values.isEmpty() ? otherwise : values.getLast();
    }

    /// The names of the sections that assign something, in the order in which they first do.
    public List<String> sections() {
        return assignments.stream().map(Assignment::section).distinct().toList();
    }

    /// The directives in which two effective files differ, in order of section and key. Order of different keys,
    /// comments and blank lines do not count.
    public static List<Difference> differences(UnitFile before, UnitFile after) {
        var old = before.effective();
        var now = after.effective();
        var directives = new TreeSet<>(old.keySet());
        directives.addAll(now.keySet());
        return directives.stream()
                .map(d -> new Difference(
                        d.section(), d.key(), old.getOrDefault(d, List.of()), now.getOrDefault(d, List.of())))
                .filter(d -> !d.before().equals(d.after()))
                .toList();
    }

    /// One directive that differs. The lists are [#values] of either side, except that a directive which is there but
    /// has no value is the list of one empty string: `CapabilityBoundingSet=` alone is not the same as nothing.
    public record Difference(String section, String key, List<String> before, List<String> after) {}

    private record Directive(String section, String key) implements Comparable<Directive> {
        @Override
        public int compareTo(Directive other) {
            int bySection = section.compareTo(other.section);
            return bySection != 0 ? bySection : key.compareTo(other.key);
        }
    }

    private Map<Directive, List<String>> effective() {
        var all = new LinkedHashMap<Directive, List<String>>();
        for (var a : assignments) {
            assign(all.computeIfAbsent(new Directive(a.section(), a.key()), _ -> new ArrayList<>()), a);
        }
        return all;
    }

    private List<String> assigned(String section, String key) {
        return Objects.requireNonNullElse(effective().get(new Directive(section, key)), List.of());
    }

    /// Keeps `values` either free of empty strings or a single one.
    private static void assign(List<String> values, Assignment assignment) {
        boolean resets = assignment.value().isEmpty() && !isDependency(assignment);
        if (resets || values.equals(List.of(""))) {
            values.clear();
        }
        if (!assignment.value().isEmpty() || values.isEmpty()) {
            values.add(assignment.value());
        }
    }

    private static boolean isDependency(Assignment assignment) {
        return assignment.section().equals("Unit") && DEPENDENCIES.contains(assignment.key());
    }
}
