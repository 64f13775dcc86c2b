package dev.underway.model.unitfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.unitfile.UnitFile.Assignment;
import dev.underway.model.unitfile.UnitFile.Difference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitFileTest {

    @Test
    void keepsEveryAssignmentInFileOrder() throws Exception {
        var file = UnitFile.parse("""
                # comment
                [Unit]
                Description = a = b

                [Service]
                ; comment
                ExecStart=
                ExecStart=/bin/a \\
                  # between
                ; two lines
                  -b\\
                 c
                [X-Mine]
                Anything=goes
                """);

        assertThat(file.assignments())
                .containsExactly(
                        new Assignment("Unit", "Description", "a = b", 3),
                        new Assignment("Service", "ExecStart", "", 7),
                        new Assignment("Service", "ExecStart", "/bin/a    -b  c", 8),
                        new Assignment("X-Mine", "Anything", "goes", 14));
        assertThat(file.sections()).containsExactly("Unit", "Service", "X-Mine");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # text after [S]             | values of k
            k=a                          | a
            k=a\\nk=b                    | a,b
            k=a\\nk=\\nk=b               | b
            k=a\\nk=                     |
            k=a\\n[S]\\nk=b              | a,b
            k=a\\n[T]\\nk=b              | a
            k=a\\r\\nk=b\\r              | a,b
            k=a\\rk=b                    | a,b
            k=a\\n\\rk=b                 | a,b
            k=a\\\\ \\nk=b               | a\\\\,b
            k=a\\\\\\\\\\nk=b            | a\\\\\\\\,b
            k=a\\\\\\n\\nk=b             | a,b
            k=a\\\\\\nk=b                | a k=b
            k=a\\\\                      | a
            k=a # b                      | a # b
            k=a\\n[X-a]\\nany words      | a
            'k="a b" '                   | "a b"
            """)
    void readsValuesAsSystemdDoes(String text, String values) throws Exception {
        var file = UnitFile.parse("[S]\n" + unescape(text));

        assertThat(String.join(",", file.values("S", "k"))).isEqualTo(values == null ? "" : unescape(values));
    }

    @Test
    void skipsAByteOrderMark() throws Exception {
        assertThat(UnitFile.parse("\uFEFF[S]\nk=a\n").values("S", "k")).containsExactly("a");
    }

    @Test
    void neverForgetsADependency() throws Exception {
        var file = UnitFile.parse("[Unit]\nAfter=a.service\nAfter=\nAfter=b.service\n");

        assertThat(file.values("Unit", "After")).containsExactly("a.service", "b.service");
    }

    @Test
    void mergesDropInsAfterTheFile() throws Exception {
        var file = UnitFile.parse("[Service]\nExecStart=/bin/a\nRestart=no\nEnvironment=A=1\n")
                .with(UnitFile.parse("[Service]\nExecStart=\nExecStart=/bin/b\nRestart=always\nEnvironment=B=2\n"));

        assertThat(file.values("Service", "ExecStart")).containsExactly("/bin/b");
        assertThat(file.values("Service", "Environment")).containsExactly("A=1", "B=2");
        assertThat(file.last("Service", "Restart", "no")).isEqualTo("always");
        assertThat(file.last("Service", "User", "root")).isEqualTo("root");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # text                   | line | message
            k=a                      | 1    | before the first section
            [S]\\n\\nnonsense         | 3    | missing '='
            [S]\\n=a                 | 2    | missing key
            [S\\nk=a                 | 1    | does not end in ]
            [S] # c\\nk=a            | 1    | does not end in ]
            []                       | 1    | no name
            [S"]                     | 1    | quotes
            [S]\\nk=a\\0b            | 2    | NUL
            [S]\\r\\nk=a\\r\\nbad    | 3    | missing '='
            [S]\\nbad \\\\\\n more   | 2    | missing '='
            """)
    void refusesWithTheLine(String text, int line, String message) {
        assertThatThrownBy(() -> UnitFile.parse(unescape(text)))
                .isInstanceOfSatisfying(
                        UnitFileException.class, e -> assertThat(e.line()).isEqualTo(line))
                .hasMessageStartingWith("line " + line + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesALineLongerThanSystemdReads() {
        var half = "x".repeat(Syntax.MAX_LINE / 2);

        assertThatThrownBy(() -> UnitFile.parse("[S]\nk=" + half + "\\\n" + half))
                .isInstanceOf(UnitFileException.class)
                .hasMessageContaining("line 3: the line is longer than 1048576");
    }

    @Test
    void refusesWhatIsNoCharacter() {
        assertThatThrownBy(() -> UnitFile.parse("[S]\nk=\uD800"))
                .hasMessage("line 2: U+D800 is no character that systemd takes; remove it");
        assertThatThrownBy(() -> UnitFile.parse("[S]\nk=\uFFFE")).hasMessageContaining("U+FFFE");
    }

    @Test
    void takesEveryOtherCharacter() throws Exception {
        assertThat(UnitFile.parse("[S]\nk=ä😀\u00A0\n").values("S", "k")).containsExactly("ä😀\u00A0");
    }

    @Test
    void namesTheDirectivesThatDiffer() throws Exception {
        var before =
                UnitFile.parse("[Unit]\nDescription=a\n[Service]\nExecStart=/a\nEnvironment=A=1\nEnvironment=B=2\n");
        var after = UnitFile.parse("[Service]\nEnvironment=B=2\nEnvironment=A=1\nExecStart=\nExecStart=/a\nUser=u\n");

        assertThat(UnitFile.differences(before, after))
                .containsExactly(
                        new Difference("Service", "Environment", List.of("A=1", "B=2"), List.of("B=2", "A=1")),
                        new Difference("Service", "User", List.of(), List.of("u")),
                        new Difference("Unit", "Description", List.of("a"), List.of()));
    }

    @Test
    void tellsEmptyFromAbsent() throws Exception {
        var before = UnitFile.parse("[Service]\nCapabilityBoundingSet=\n");
        var after = UnitFile.parse("[Service]\n");

        assertThat(UnitFile.differences(before, after))
                .containsExactly(new Difference("Service", "CapabilityBoundingSet", List.of(""), List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "web.service, true, web.service, false",
        "a@b@c.service, true, a@.service, true",
        "web@.service, true, web@.service, false",
        "a\\x2db:_-.slice, true, a\\x2db:_-.slice, false",
        "-.mount, true, -.mount, false",
        "@a.service, false, @.service, true",
    })
    void readsUnitNames(String name, boolean valid, String template, boolean instance) {
        assertThat(UnitName.valid(name)).isEqualTo(valid);
        assertThat(UnitName.template(name)).isEqualTo(template);
        assertThat(UnitName.isInstance(name)).isEqualTo(instance);
    }

    @ParameterizedTest
    @CsvSource({"web", ".service", "we b.service", "web.servic", "web.Service", "wéb.service", "a/b.service", "''"})
    void refusesUnitNames(String name) {
        assertThat(UnitName.valid(name)).isFalse();
    }

    @Test
    void boundsUnitNames() {
        assertThat(UnitName.valid("a".repeat(247) + ".service")).isTrue();
        assertThat(UnitName.valid("a".repeat(248) + ".service")).isFalse();
    }

    /// Turns `\n`, `\r`, `\0` and `\\` of the tables into what they stand for.
    private static String unescape(String text) {
        var result = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '\\' || i + 1 == text.length()) {
                result.append(text.charAt(i));
                continue;
            }
            result.append(
                    switch (text.charAt(++i)) {
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case '0' -> '\0';
                        default -> text.charAt(i);
                    });
        }
        return result.toString();
    }
}
