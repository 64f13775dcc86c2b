package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void whatOrdersATerminalAboutIsShownAsAQuestionMark() {
        assertThat(Printable.of("\033[2Jgone\b\u009b31m\0\r\u007f")).isEqualTo("?[2Jgone??31m???");
    }

    @Test
    void linesTabsAndTextOfAnyScriptStay() {
        var text = "it exits:\n\tÄrger, 世界 🚢…\n";

        assertThat(Printable.of(text)).isEqualTo(text);
    }
}
