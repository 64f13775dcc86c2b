package dev.underway.cli;

import java.util.List;

/// A few lines that are drawn again and again in the same place. Each picture is one write over the one before, line
/// by line, so that nothing flickers; it is cut to the terminal, so that no line wraps and the cursor finds back.
final class LiveDisplay {
    private static final String TO_END_OF_LINE = "\033[K";
    private static final String TO_END_OF_SCREEN = "\033[J";

    private final TextStream out;
    private final Terminal terminal;
    private List<String> drawn = List.of();
    private int columns;

    LiveDisplay(TextStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /// Nothing is written when nothing changed.
    void show(List<Line> lines) {
        var size = terminal.size().get();
        var frame = lines.stream()
                .limit(Math.max(1, size.rows() - 1))
                .map(line -> line.rendered(size.columns() - 1, terminal.colours()))
                .toList();
        if (frame.equals(drawn) && columns == size.columns()) {
            return;
        }
        var text = new StringBuilder();
        if (!drawn.isEmpty()) {
            text.append("\r\033[").append(drawn.size()).append('A');
        }
        frame.forEach(line -> text.append(line).append(TO_END_OF_LINE).append('\n'));
        out.draw(text.append(TO_END_OF_SCREEN).toString());
        out.flush();
        drawn = frame;
        columns = size.columns();
    }
}
