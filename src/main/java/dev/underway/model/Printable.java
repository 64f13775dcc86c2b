package dev.underway.model;

import java.util.regex.Pattern;

/// Text that somebody else has written, fit for a terminal: it moves no cursor, hides nothing and gives no orders.
public final class Printable {
    /// Those of ASCII, and those from U+0080 on, of which one is short for `ESC [`.
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\n\\t]]");

    private Printable() {}

    /// The text with `?` for each control character; lines and tabs stay.
    public static String of(String text) {
        return CONTROL.matcher(text).replaceAll("?");
    }
}
