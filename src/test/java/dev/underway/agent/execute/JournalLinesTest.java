package dev.underway.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Entries as journalctl 252 prints them.
class JournalLinesTest {
    private static final String TWO_RUNS = """
            {"UNIT":"web.service","INVOCATION_ID":"aaa","MESSAGE":"Starting web.service..."}
            {"MESSAGE":"first words, not marked"}
            {"_SYSTEMD_INVOCATION_ID":"aaa","MESSAGE":"old\\n  in two lines"}
            {"UNIT":"web.service","INVOCATION_ID":"bbb","MESSAGE":"Starting web.service..."}
            {"MESSAGE":"there is no licence"}
            {"_SYSTEMD_INVOCATION_ID":"bbb","MESSAGE":[98,108,195,182,100,27]}
            {"_SYSTEMD_INVOCATION_ID":"bbb","MESSAGE":null}
            {"UNIT":"web.service","INVOCATION_ID":"bbb","MESSAGE":"web.service: Failed with result 'exit-code'."}
            {"UNIT":"web.service","INVOCATION_ID":"bbb","MESS
            """;

    @Test
    void aLineWithoutAMarkIsOfTheRunBeforeIt() {
        assertThat(JournalLines.of(TWO_RUNS, "bbb"))
                .containsExactly(
                        "Starting web.service...",
                        "there is no licence",
                        "blöd",
                        "web.service: Failed with result 'exit-code'.");
        assertThat(JournalLines.of(TWO_RUNS, "aaa"))
                .containsExactly("Starting web.service...", "first words, not marked", "old", "in two lines");
        assertThat(JournalLines.of(TWO_RUNS, "ccc")).isEmpty();
    }

    @Test
    void theUnitIsTheOneOfWhichSystemdSpeaks() {
        assertThat(JournalLines.unit(TWO_RUNS)).isEqualTo("web.service");
        assertThat(JournalLines.unit("{\"MESSAGE\":\"hello\"}\n")).isEmpty();
    }
}
