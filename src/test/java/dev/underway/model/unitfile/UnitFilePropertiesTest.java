package dev.underway.model.unitfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.unitfile.UnitFile.Assignment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class UnitFilePropertiesTest {
    private static final List<String> SECTIONS = List.of("Unit", "Service", "X-mine");
    private static final List<String> KEYS = List.of("After", "Environment", "ExecStart");

    @Property
    void readsBackWhatIsPrinted(@ForAll("files") UnitFile file) throws Exception {
        assertThat(UnitFile.parse(print(file)).assignments())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("line")
                .isEqualTo(file.assignments());
    }

    @Property
    void differsExactlyWhereAnEffectiveValueDiffers(@ForAll("files") UnitFile before, @ForAll("files") UnitFile after) {
        var differing = UnitFile.differences(before, after).stream()
                .filter(d -> !d.before().equals(List.of("")) && !d.after().equals(List.of("")))
                .map(d -> d.section() + "." + d.key())
                .toList();

        for (var section : SECTIONS) {
            for (var key : KEYS) {
                boolean same = before.values(section, key).equals(after.values(section, key));
                assertThat(differing.contains(section + "." + key))
                        .describedAs(section + "." + key)
                        .isEqualTo(!same && isThere(before, section, key) && isThere(after, section, key));
            }
        }
    }

    /// Neither absent nor set to nothing, which have no values both but are not the same.
    private static boolean isThere(UnitFile file, String section, String key) {
        return !file.values(section, key).isEmpty()
                || file.assignments().stream()
                        .noneMatch(a -> a.section().equals(section) && a.key().equals(key));
    }

    @Property
    void doesNotDifferFromItself(@ForAll("files") UnitFile file) throws Exception {
        assertThat(UnitFile.differences(file, UnitFile.parse("# moved\n\n" + print(file))))
                .isEmpty();
    }

    @Property
    void seesTheSameDifferencesFromTheOtherSide(@ForAll("files") UnitFile before, @ForAll("files") UnitFile after) {
        assertThat(UnitFile.differences(after, before))
                .isEqualTo(UnitFile.differences(before, after).stream()
                        .map(d -> new UnitFile.Difference(d.section(), d.key(), d.after(), d.before()))
                        .toList());
    }

    @Property
    void doesNotCareInWhichOrderDifferentKeysStand(@ForAll("files") UnitFile file) {
        var regrouped = new ArrayList<Assignment>();
        for (var key : KEYS.reversed()) {
            file.assignments().stream().filter(a -> a.key().equals(key)).forEach(regrouped::add);
        }

        assertThat(UnitFile.differences(file, new UnitFile(regrouped))).isEmpty();
    }

    @Property
    void neverFailsOtherThanByRefusing(@ForAll("anyText") String text) {
        try {
            assertThat(UnitFile.parse(text).assignments())
                    .allMatch(a -> !a.key().isEmpty() && a.line() > 0);
        } catch (UnitFileException e) {
            assertThat(e.line()).isPositive();
        }
    }

    @Provide
    Arbitrary<String> anyText() {
        return Arbitraries.strings()
                .withChars("[]a=\\\n\r\t #;\uFEFF\uD83D\uDE00\0")
                .ofMaxLength(40);
    }

    @Provide
    Arbitrary<UnitFile> files() {
        var value = Arbitraries.of("", "", "a", "b c", "x=y", "\"q\"", "[a]", "# no comment", "\\\\", "ä");
        return Combinators.combine(Arbitraries.of(SECTIONS), Arbitraries.of(KEYS), value)
                .as((section, key, v) -> new Assignment(section, key, v, 0))
                .list()
                .ofMaxSize(12)
                .map(UnitFile::new);
    }

    private static String print(UnitFile file) {
        return file.assignments().stream()
                .map(a -> "[" + a.section() + "]\n" + a.key() + "=" + a.value() + "\n")
                .collect(Collectors.joining());
    }
}
