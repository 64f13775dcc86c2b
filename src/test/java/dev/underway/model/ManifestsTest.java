package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Manifests.Document;
import dev.underway.model.Manifests.ManifestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {

    @Test
    void readsEveryDocumentWithTheLineAtWhichItStarts() throws Exception {
        var text = """
                # a comment
                kind: A
                ---
                ---
                # only a comment
                ---

                kind: B
                items: [1, {x: y}]
                """;

        var documents = Manifests.read(text);

        assertThat(documents).extracting(Document::line).containsExactly(2, 8);
        assertThat(documents.getLast().body()).isEqualTo(json("{'kind':'B','items':[1,{'x':'y'}]}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            yes               | "yes"
            on                | "on"
            ~                 | null
            null              | null
            True              | true
            0640              | 640
            0o640             | 416
            0x1F              | 31
            -3                | -3
            "0640"            | "0640"
            3000000000        | 3000000000
            1.5               | 1.5
            1e3               | 1000.0
            12_000            | "12_000"
            1:30              | "1:30"
            2026-01-01        | "2026-01-01"
            !!str 5           | "5"
            ! 5               | "5"
            '5'               | "5"
            10%               | "10%"
            """)
    void readsScalarsByTheCoreSchema(String yaml, String expected) throws Exception {
        assertThat(Manifests.read("v: " + yaml).getFirst().body().get("v"))
                .isEqualTo(new ObjectMapper().readTree(expected));
    }

    @Test
    void readsJson() throws Exception {
        var text = "{\"a\": \"\\u00e4\\ud83d\\ude00\\/\",\n\t\"b\":[1,2.5,true,null,{}], \"c\":{\"d\":\"\"}}";

        assertThat(only(text)).isEqualTo(new ObjectMapper().readTree(text));
    }

    @Test
    void writesAliasesOut() throws Exception {
        assertThat(only("a: &x {k: [1]}\nb: *x\n")).isEqualTo(json("{'a':{'k':[1]},'b':{'k':[1]}}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # text                     | line | message
            a: 1\\nb: 2\\na: 3         | 3    | twice
            a:\\n  - b: 1\\n    b: 2   | 3    | twice
            - a                        | 1    | not a mapping
            kind: A\\n---\\nhello      | 3    | not a mapping
            a: [1                      | 1    | ','
            a: *x                      | 1    | no anchor
            a: &x [*x]                 | 1    | no anchor
            a: &x {b: 1}\\nc:\\n  <<: *x | 3  | merge keys
            a: !!binary aGk=           | 1    | not supported
            a: !secret {}              | 1    | not supported
            a: .inf                    | 1    | no number
            a: !!int x                 | 1    | not an integer
            ? [a]\\n: 1                | 1    | a key must be a word
            a: 1\\n\\tb: 2             | 2    | '\\t'
            """)
    void refusesWithTheLine(String text, int line, String message) {
        assertThatThrownBy(() -> Manifests.read(text.replace("\\n", "\n").replace("\\t", "\t")))
                .isInstanceOfSatisfying(
                        ManifestException.class, e -> assertThat(e.line()).isEqualTo(line))
                .hasMessageStartingWith("line " + line + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesABillionLaughs() {
        var bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }

        assertThatThrownBy(() -> Manifests.read(bomb.toString()))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("aliases written out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- "})
    void refusesBottomlessNesting(String opening) {
        assertThatThrownBy(() -> Manifests.read("a: \n  " + opening.repeat(100_000)))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("levels of nesting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\x\"", "a: \"\\x\"", "a: \"\\uZZZZ\"", "a: \"\\UFFFFFFFF\""})
    void refusesAnEscapeThatIsNone(String text) {
        assertThatThrownBy(() -> Manifests.read(text)).isInstanceOf(ManifestException.class);
    }

    @Test
    void refusesMoreThanTheLimitAndSaysIt() {
        assertThatThrownBy(() -> Manifests.read("a: " + "ä".repeat(Manifests.MAX_BYTES / 2)))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining(Integer.toString(Manifests.MAX_BYTES));
    }

    private static ObjectNode only(String text) throws ManifestException {
        return Manifests.read(text).getFirst().body();
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
