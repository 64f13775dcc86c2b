package dev.underway.plan;

import java.util.List;
import java.util.regex.Pattern;

/// Patterns of paths as `reloadOn` and `restartOn` have them: `*` is anything but a slash, `**` is anything,
/// `?` is one character. A pattern names a path and everything below it, so that `/opt/web` and `/etc/web` mean
/// what they look like.
final class Globs {
    private Globs() {}

    static boolean match(List<String> patterns, String path) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, path));
    }

    private static boolean matches(String pattern, String path) {
        var regex = new StringBuilder();
        String trimmed = pattern.endsWith("/") ? pattern.substring(0, pattern.length() - 1) : pattern;
        for (int i = 0; i < trimmed.length(); i++) {
            char c = trimmed.charAt(i);
            if (c == '*' && trimmed.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.matches(regex + "(/.*)?", path);
    }
}
