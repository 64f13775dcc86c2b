package dev.underway.model.unitfile;

import java.util.Locale;
import java.util.Set;

/// The words that systemd takes for yes and no, in any case: systemd.syntax(7).
public final class BooleanWord {
    private static final Set<String> YES = Set.of("1", "yes", "y", "true", "t", "on");
    private static final Set<String> NO = Set.of("0", "no", "n", "false", "f", "off");

    private BooleanWord() {}

    /// What is neither is no, as a line that systemd ignores.
    public static boolean isYes(String word) {
        return YES.contains(word.toLowerCase(Locale.ROOT));
    }

    /// Throws IllegalArgumentException for what is neither.
    public static boolean parse(String word) {
        if (!isYes(word) && !NO.contains(word.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("\"" + word + "\" is neither yes nor no");
        }
        return isYes(word);
    }
}
