package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldLinesTest {
    private static final String TEXT = """
            # a comment
            kind: First
            ---
            kind: Second
            metadata:
              labels: {example.com/role: web, role: web}
              annotations:
                example.com/a.b: x
                example.com: y
            spec:
              units:
              - name: a.service
              - content: |
                  [Service]
                  Type=simple
                name: b.service
              dropIns:
                10-limits.conf: z
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            4 | kind                                     | 4
            4 | spec.units[1].content                    | 13
            4 | .spec.units[name="b.service"].name       | 16
            4 | spec.units[1]                            | 13
            4 | spec.units[7].content                    | 11
            4 | spec.nothing.there                       | 10
            4 | metadata.labels                          | 6
            4 | metadata.annotations.example.com/a.b     | 8
            4 | metadata.annotations.example.com         | 9
            4 | metadata.annotations[example.com/a.b]    | 8
            4 | spec.dropIns[10-limits.conf]             | 18
            4 | status                                   | 4
            2 | kind                                     | 2
            2 | spec                                     | 2
            """)
    void findsTheLineOfAField(int document, String field, int line) {
        assertThat(new FieldLines(TEXT).find(document, field)).isEqualTo(line);
    }
}
