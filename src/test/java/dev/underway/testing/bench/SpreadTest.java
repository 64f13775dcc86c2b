package dev.underway.testing.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void ninetyNineOfAHundredDoNotExceedP99() {
        var descending = IntStream.range(0, 200).mapToDouble(i -> 200 - i).toArray();

        assertThat(Spread.of(descending)).isEqualTo(new Spread(100, 198, 200, 200));
    }

    @Test
    void ofOneValueAllAreThat() {
        assertThat(Spread.of(7)).isEqualTo(new Spread(7, 7, 7, 1));
    }
}
