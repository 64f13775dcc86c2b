package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Durations;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgeTest {
    /// The table is that of `TestHumanDuration` in apimachinery, where it has such a row.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                PT0S           | 0s
                PT-1S          | 0s
                PT-2S          | <invalid>
                PT119S         | 119s
                PT2M           | 2m
                PT2M5S         | 2m5s
                PT9M59S        | 9m59s
                PT10M          | 10m
                PT2H59M        | 179m
                PT3H           | 3h
                PT3H5M         | 3h5m
                PT7H59M        | 7h59m
                PT8H           | 8h
                PT47H          | 47h
                PT48H          | 2d
                PT49H          | 2d1h
                P8D            | 8d
                P729D          | 729d
                P730D          | 2y
                P731D          | 2y1d
                P2920D         | 8y
                """)
    void isPrintedAsKubectlPrintsIt(Duration age, String text) {
        assertThat(Durations.human(age)).isEqualTo(text);
    }

    @Test
    void ofSomethingWithoutATimeIsUnknown() {
        assertThat(Age.since("", Instant.EPOCH)).isEqualTo("<unknown>");
        assertThat(Age.since("yesterday", Instant.EPOCH)).isEqualTo("<unknown>");
    }
}
