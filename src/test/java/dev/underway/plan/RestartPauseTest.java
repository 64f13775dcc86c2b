package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.unitfile.UnitFile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestartPauseTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # RestartSec=      | too short
                           | true
        RestartSec=1ms     | true
        RestartSec=0       | true
        RestartSec=249ms   | true
        RestartSec=0.2     | true
        RestartSec=250ms   | false
        RestartSec=1       | false
        RestartSec=5s      | false
        RestartSec=1min 2s | false
        RestartSec=100us   | true
        RestartSec=what    | false
        """)
    void isTooShortWhenACrashLoopWouldReachTheTriggerLimit(String line, boolean tooShort) throws Exception {
        var file = UnitFile.parse("[Service]\nExecStart=/a\n" + (line == null ? "" : line) + "\n");

        assertThat(RestartPause.isTooShort(file)).isEqualTo(tooShort);
    }
}
