package dev.underway.model.unitfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSpanTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # as a directive has it | in all
        0                       | PT0S
        90                      | PT1M30S
        1.5                     | PT1.5S
        2 h                     | PT2H
        2hours                  | PT2H
        48hr                    | PT48H
        1y 12month              | PT17532H
        55s500ms                | PT55.5S
        300ms20s 5day           | PT120H20.3S
        5 us                    | PT0.000005S
        1week 1M                | PT898H30M
        ' 10min '               | PT10M
        """)
    void readsWhatSystemdTakes(String text, Duration span) {
        assertThat(TimeSpan.parse(text)).isEqualTo(span);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "infinity", "soon", "5 parsecs", "-5", "5s,", "s", "1..5", "5 S"})
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> TimeSpan.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a span of time");
    }
}
