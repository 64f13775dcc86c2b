package dev.underway.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The terminal that a person looks at.
///
/// @param size how large it is now; it may be made smaller or larger at any time
/// @param colours unless NO_COLOR is set (no-color.org)
record Terminal(Supplier<Size> size, boolean colours) {
    private static final Pattern STTY = Pattern.compile("(\\d{1,5}) (\\d{1,5})\\s*");

    record Size(int rows, int columns) {
        static final Size USUAL = new Size(24, 80);
    }

    /// That of the process; null when its input or output is a pipe or a file, or the terminal cannot move its cursor.
    @SuppressWarnings("SystemConsoleNull") // It is null again since JDK 25, whose default is the console of java.base.
    static @Nullable Terminal ofProcess(Map<String, String> environment) {
        var console = System.console();
        return console == null || !console.isTerminal() || "dumb".equals(environment.get("TERM"))
                ? null
                : new Terminal(
                        Terminal::asked,
                        environment.getOrDefault("NO_COLOR", "").isEmpty());
    }

    /// Java cannot ask; `stty size` prints rows and columns of the terminal that is its input.
    private static Size asked() {
        try {
            var stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            return parsed(new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return Size.USUAL;
        }
    }

    /// A terminal that does not know its size says 0.
    static Size parsed(String stty) {
        var found = STTY.matcher(stty);
        if (!found.matches()) {
            return Size.USUAL;
        }
        var size = new Size(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)));
        return size.rows() == 0 || size.columns() == 0 ? Size.USUAL : size;
    }
}
