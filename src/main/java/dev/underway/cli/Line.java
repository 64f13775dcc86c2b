package dev.underway.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One line for a terminal: pieces of text, some of them in a colour, so that it can be cut to a width that counts
/// only what is seen.
record Line(List<Piece> pieces) {

    enum Colour {
        RED(31),
        GREEN(32),
        YELLOW(33);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }

    record Piece(String text, @Nullable Colour colour) {}

    static Line of(String text) {
        return new Line(List.of(new Piece(text, null)));
    }

    Line and(String text) {
        return and(text, null);
    }

    Line and(String text, @Nullable Colour colour) {
        var longer = new ArrayList<>(pieces);
        longer.add(new Piece(text, colour));
        return new Line(List.copyOf(longer));
    }

    String plain() {
        var text = new StringBuilder();
        pieces.forEach(piece -> text.append(piece.text()));
        return text.toString();
    }

    /// At most `columns` characters of it, the last of them `…` where something is cut off. What could move the
    /// cursor is shown as `?`: messages come from hosts.
    String rendered(int columns, boolean colours) {
        var text = new StringBuilder();
        boolean cut = plain().length() > columns;
        int left = cut ? columns - 1 : columns;
        for (var piece : pieces) {
            var shown = piece.text()
                    .substring(0, Math.min(Math.max(0, left), piece.text().length()))
                    .replaceAll("\\p{Cc}", "?");
            left -= shown.length();
            text.append(
                    colours && piece.colour() != null && !shown.isEmpty()
                            ? "\033[" + piece.colour().code + "m" + shown + "\033[0m"
                            : shown);
        }
        return text.append(cut && columns > 0 ? "…" : "").toString();
    }
}
