package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.model.unitfile.UnitName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/// The reading of unit files here and by the systemd of this machine, side by side.
class SystemdAgreementTest {
    /// What systemd says about a line that is not as systemd.syntax(7) has it.
    private static final Pattern SYNTAX = Pattern.compile(
            "Missing '='|Missing key name|Invalid section header"
                    + "|Bad characters in section|Assignment outside of section|Unknown section ''|Line too long|invalid UTF-8");

    private static final List<String> DEPENDENCIES =
            List.of("Wants", "Requires", "Requisite", "BindsTo", "PartOf", "Conflicts", "Before", "After");

    @Test
    void readsEveryShippedUnitAsSystemdDoes() throws Exception {
        var files = OfflineSystemd.shippedUnits();
        var names = files.stream().map(file -> file.getFileName().toString()).toList();
        var systemd = OfflineSystemd.load(
                Map.of(),
                names.stream().filter(Predicate.not(UnitName::isTemplate)).toList());
        var soft = new SoftAssertions();
        int compared = 0;

        for (var file : files) {
            var name = file.getFileName().toString();
            soft.assertThat(UnitName.valid(name)).describedAs(name).isTrue();
            var unit = UnitFile.parse(Files.readString(file));
            for (var dropIn : systemd.values(name, "DropIn Path")) {
                unit = unit.with(UnitFile.parse(Files.readString(Path.of(dropIn))));
            }
            if (isFragment(systemd.values(name, "Fragment Path"), file)) {
                compare(name, unit, systemd, soft);
                compared++;
            }
        }

        soft.assertThat(compared).describedAs("units that systemd printed").isGreaterThan(100);
        soft.assertAll();
    }

    private static boolean isFragment(List<String> fragment, Path file) throws IOException {
        return fragment.size() == 1
                && Files.exists(Path.of(fragment.getFirst()))
                && Files.isSameFile(Path.of(fragment.getFirst()), file);
    }

    private static void compare(String name, UnitFile unit, OfflineSystemd systemd, SoftAssertions soft) {
        same(name, "Description", unit.last("Unit", "Description", name), systemd, soft);
        soft.assertThat(systemd.values(name, "Documentation"))
                .describedAs("Documentation= of " + name)
                .isEqualTo(words(unit, "Documentation"));
        if (UnitName.type(name).equals("service")) {
            same(name, "Type", unit.last("Service", "Type", ""), systemd, soft);
            same(name, "Restart", unit.last("Service", "Restart", ""), systemd, soft);
            same(name, "KillMode", unit.last("Service", "KillMode", ""), systemd, soft);
        }
        for (var dependency : DEPENDENCIES) {
            var printed = systemd.values(name, dependency).stream()
                    .map(value -> value.split(" ", 2)[0])
                    .toList();
            var written = words(unit, dependency).stream()
                    .filter(other -> !other.contains("%") && systemd.units().containsKey(other))
                    .toList();
            soft.assertThat(printed).describedAs(dependency + "= of " + name).containsAll(written);
        }
    }

    /// Compares unless the value has specifiers, which systemd prints expanded, or is not set.
    private static void same(String name, String key, String value, OfflineSystemd systemd, SoftAssertions soft) {
        if (!value.contains("%") && !value.isEmpty()) {
            soft.assertThat(systemd.values(name, key))
                    .describedAs(key + "= of " + name)
                    .containsExactly(value);
        }
    }

    private static List<String> words(UnitFile unit, String key) {
        return unit.values("Unit", key).stream()
                .flatMap(value -> Stream.of(value.split("[ \t]+")))
                .distinct()
                .toList();
    }

    @Test
    void acceptsInASetWhatThePackagesShip() throws Exception {
        var soft = new SoftAssertions();
        for (var file : OfflineSystemd.shippedUnits()) {
            var name = file.getFileName().toString();
            var errors = new Findings();
            var unit = new UnitSetSpec.Unit(name, Files.readString(file), null, null, null, null, null, null, null);
            SetUnit.read(List.of(unit), errors).forEach(read -> UnitTextRules.check(read, errors));
            soft.assertThat(errors.list()).describedAs(name).isEmpty();
        }
        soft.assertAll();
    }

    /// The tables of [ValidationTest]: what is refused there is no unit for systemd, or one it complains about; what is
    /// accepted is loaded without a word.
    @Test
    void refusesWhatSystemdRefuses() throws Exception {
        var refused = rows("refused", UnitTexts.REFUSED);
        var accepted = rows("accepted", UnitTexts.ACCEPTED);
        var all = new LinkedHashMap<>(refused);
        all.putAll(accepted);

        var systemd = OfflineSystemd.load(all);

        var soft = new SoftAssertions();
        refused.forEach((name, text) -> soft.assertThat(
                        !systemd.values(name, "Unit Load State").equals(List.of("loaded"))
                                || !systemd.complaints(name).isEmpty())
                .describedAs("systemd complains about %s:%n%s", name, text)
                .isTrue());
        accepted.forEach((name, text) -> {
            soft.assertThat(systemd.complaints(name)).describedAs(text).isEmpty();
            if (!UnitName.isTemplate(name)) {
                soft.assertThat(systemd.values(name, "Unit Load State"))
                        .describedAs(text)
                        .containsExactly("loaded");
            }
        });
        soft.assertAll();
    }

    private static Map<String, String> rows(String prefix, String table) {
        var rows = new LinkedHashMap<String, String>();
        for (var line : table.lines().filter(row -> !row.startsWith("#")).toList()) {
            var cells = line.split("\\|");
            var name = prefix + rows.size() + cells[0].strip().replaceFirst("^a", "");
            rows.put(name, cells[1].strip().replace("\\n", "\n") + "\n");
        }
        return rows;
    }

    @Property(tries = 4, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void readsAnyTextAsSystemdDoes(@ForAll("manyTexts") List<String> texts) throws Exception {
        var named = new TreeMap<String, String>();
        texts.forEach(text -> named.put("u" + named.size() + "-text.service", text));

        var systemd = OfflineSystemd.load(named);

        int read = 0;
        for (var text : named.entrySet()) {
            var complaints = systemd.complaints(text.getKey()).stream()
                    .filter(SYNTAX.asPredicate())
                    .toList();
            try {
                var unit = UnitFile.parse(text.getValue());
                assertThat(complaints).describedAs(text.getValue()).isEmpty();
                agree(text.getKey(), unit, systemd, text.getValue());
                read++;
            } catch (UnitFileException e) {
                assertThat(complaints)
                        .describedAs("%s of%n%s", e.getMessage(), text.getValue())
                        .isNotEmpty();
            }
        }
        assertThat(read).describedAs("texts that both read").isBetween(texts.size() / 10, texts.size() * 9 / 10);
    }

    private static void agree(String name, UnitFile unit, OfflineSystemd systemd, String text) {
        assertThat(systemd.values(name, "Description"))
                .describedAs(text)
                .containsExactly(unit.last("Unit", "Description", name));
        assertThat(Set.copyOf(systemd.values(name, "Environment")))
                .describedAs(text)
                .isEqualTo(Set.copyOf(unit.values("Service", "Environment")));
        assertThat(systemd.values(name, "After").stream()
                        .map(value -> value.split(" ", 2)[0])
                        .filter(other -> other.startsWith("other"))
                        .collect(Collectors.toSet()))
                .describedAs(text)
                .isEqualTo(Set.copyOf(unit.values("Unit", "After")));
    }

    @Provide
    Arbitrary<List<String>> manyTexts() {
        return text().list().ofSize(80);
    }

    private static Arbitrary<String> text() {
        return Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.of("[Unit]", "[Service]", " [Unit]\t", "[X-mine]")),
                        Tuple.of(4, Arbitraries.of("", "# c", "\t; c \\", "#", "\t")),
                        Tuple.of(8, description()),
                        Tuple.of(4, Arbitraries.of("Environment=", "Environment =A=1", "\tEnvironment=B=2")),
                        Tuple.of(4, Arbitraries.of("After=", "After=other1.service", "After =\tother2.service")),
                        Tuple.of(1, Arbitraries.of("[Unit", "=x", "[Unit] # c", "word", "[a\"b]", "a\\")))
                .flatMap(line -> lineEnd().map(line::concat))
                .list()
                .ofMaxSize(16)
                .map(lines -> "[Service]\nExecStart=/bin/true\n[Unit]\n" + String.join("", lines));
    }

    /// A description over one or several lines, with comments between them.
    private static Arbitrary<String> description() {
        var value = Arbitraries.of("a", "b", " ", "\t", "\\", "\"", "'", "#", ";", "=", "[", "]", "ä", "\u00a0", "😀")
                .list()
                .ofMaxSize(8)
                .map(characters -> String.join("", characters));
        var more = Combinators.combine(lineEnd(), Arbitraries.of("", "", "  # c\n", "; c\\\r\n"), value)
                .as((end, comment, text) -> "\\" + end + comment + text);
        return Combinators.combine(value, more.list().ofMaxSize(3))
                .as((first, rest) -> "Description=" + first + String.join("", rest));
    }

    private static Arbitrary<String> lineEnd() {
        return Arbitraries.of("\n", "\n", "\r\n", "\r", "\n\r");
    }
}
