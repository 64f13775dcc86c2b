package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.underway.model.Codec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    /// Clears the screen, by either way to begin; and goes back to the beginning of the line.
    private static final String HOSTILE = "it\033[2J ended\u009b2J\rwell\007\034";

    private static final String SHOWN = "it^[[2J ended\\u009b2J^Mwell^G^\\";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final TextStream stream = new TextStream(new PrintStream(out, true, StandardCharsets.UTF_8));

    @Test
    void showsWhatTheTerminalWouldObeyHoweverItIsPrinted() {
        stream.print(HOSTILE);
        stream.println(HOSTILE);
        stream.print(new StringBuilder(HOSTILE));
        stream.println(new StringBuilder(HOSTILE));
        stream.printf("%s", HOSTILE);
        stream.append(HOSTILE);
        new IllegalStateException(HOSTILE).printStackTrace(stream);

        assertThat(written())
                .startsWith(SHOWN + SHOWN + "\n" + SHOWN + SHOWN + "\n" + SHOWN + SHOWN)
                .contains("IllegalStateException: " + SHOWN)
                .doesNotContain("\033", "\u009b", "\r", "\007");
    }

    @Test
    void keepsNewlinesTabsAndEveryOtherLetter() {
        stream.println("a\tb\ncafé €");

        assertThat(written()).isEqualTo("a\tb\ncafé €\n");
    }

    @Test
    void jsonIsNotChangedAndStillObeyedByNoTerminal() throws Exception {
        var json = Underway.pretty(
                JsonNodeFactory.instance.objectNode().put("message", HOSTILE).put("next", "\177"));

        stream.print(json);

        assertThat(written()).isEqualTo(json);
        assertThat(Codec.JSON.readTree(written()).path("message").asText()).isEqualTo(HOSTILE);
        assertThat(Codec.JSON.readTree(written()).path("next").asText()).isEqualTo("\177");
    }

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
