package dev.underway.cli;

import java.io.PrintStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Text for people: a control character is shown and not obeyed, since messages, names and reasons come from hosts and
/// from whoever may write to the server. `ESC` is `^[`, as systemctl(1) and kubectl show it. Newlines and tabs stay.
///
/// Only what was rendered for a terminal already goes through [#draw].
final class TextStream extends PrintStream {
    /// Those of ISO 6429, also the second half: a terminal takes U+009B for `ESC [`.
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\n\t]]");

    TextStream(PrintStream to) {
        super(to, true, to.charset());
    }

    @Override
    public void print(@Nullable String text) {
        super.print(shown(String.valueOf(text)));
    }

    @Override
    public void println(@Nullable String text) {
        print(text + System.lineSeparator());
    }

    @Override
    public void print(@Nullable Object object) {
        print(String.valueOf(object));
    }

    @Override
    public void println(@Nullable Object object) {
        println(String.valueOf(object));
    }

    /// As it is: what moves the cursor or colours moves the cursor or colours.
    void draw(String rendered) {
        super.print(rendered);
    }

    static String shown(String text) {
        return CONTROL.matcher(text)
                .replaceAll(
                        found -> Matcher.quoteReplacement(shown(found.group().charAt(0))));
    }

    private static String shown(char control) {
        return control < 0x80 ? "^" + (char) (control ^ 0x40) : "\\u%04x".formatted((int) control);
    }
}
