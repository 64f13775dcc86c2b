package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveDisplayTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void drawsOverWhatItDrewBeforeAndErasesWhatIsLeft() {
        var display = display(new Terminal.Size(24, 80), false);

        display.show(List.of(Line.of("one"), Line.of("two")));
        display.show(List.of(Line.of("three")));

        assertThat(written()).isEqualTo("one\033[K\ntwo\033[K\n\033[J" + "\r\033[2Athree\033[K\n\033[J");
    }

    @Test
    void writesNothingWhenNothingChanged() {
        var display = display(new Terminal.Size(24, 80), false);
        display.show(List.of(Line.of("one")));
        var before = written();

        display.show(List.of(Line.of("one")));

        assertThat(written()).isEqualTo(before);
    }

    @Test
    void cutsToTheTerminalSoThatNothingWrapsOrScrolls() {
        var display = display(new Terminal.Size(4, 10), false);

        display.show(
                IntStream.range(0, 9).mapToObj(n -> Line.of(n + " is too long")).toList());

        assertThat(written()).isEqualTo("0 is too…\033[K\n1 is too…\033[K\n2 is too…\033[K\n\033[J");
    }

    @Test
    void coloursOnlyWhereTheyAreWantedAndCountsOnlyWhatIsSeen() {
        var line = Line.of("it ").and("failed", Line.Colour.RED).and(" here");

        assertThat(line.rendered(14, true)).isEqualTo("it \033[31mfailed\033[0m here");
        assertThat(line.rendered(14, false)).isEqualTo("it failed here");
        assertThat(line.rendered(6, true)).isEqualTo("it \033[31mfa\033[0m…");
    }

    @Test
    void aMessageOfAHostCannotMoveTheCursor() {
        assertThat(Line.of("a\033[2J\nb\u009b2J").rendered(80, true)).isEqualTo("a?[2J?b?2J");
    }

    @ParameterizedTest
    @CsvSource({"'50 132\n', 50, 132", "'0 0\n', 24, 80", "'', 24, 80", "'stty: what?', 24, 80"})
    void asksHowLargeTheTerminalIs(String said, int rows, int columns) {
        assertThat(Terminal.parsed(said)).isEqualTo(new Terminal.Size(rows, columns));
    }

    private LiveDisplay display(Terminal.Size size, boolean colours) {
        return new LiveDisplay(
                new TextStream(new PrintStream(out, true, StandardCharsets.UTF_8)), new Terminal(() -> size, colours));
    }

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
