package dev.underway.model;

import java.util.List;
import java.util.regex.Pattern;

/// A pattern for paths and unit names, wherever people write one: `*` and `?` stay within one path segment, `**`
/// crosses them, and a pattern that ends in `/**` also means the directory itself. All else is literal; case counts.
///
/// Two questions are asked of it. A rule of the host's owner says exactly what it says ([#matches]): `/etc/web` allows
/// nothing below it. An input of a unit (`reloadOn`, `restartOn`) is a file or a whole tree ([#covers]): `/opt/web`
/// means what is below it too.
public record Glob(String text, Pattern pattern) {

    public static Glob of(String text) {
        var regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("/**", i) && i + 3 == text.length()) {
                regex.append("(/.*)?");
                i += 2;
            } else if (text.startsWith("**", i)) {
                regex.append(".*");
                i += 1;
            } else if (text.charAt(i) == '*') {
                regex.append("[^/]*");
            } else if (text.charAt(i) == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(text.substring(i, i + 1)));
            }
        }
        return new Glob(text, Pattern.compile(regex.toString(), Pattern.DOTALL));
    }

    /// Whether one of `patterns` covers `path`.
    public static boolean anyCovers(List<String> patterns, String path) {
        return patterns.stream().anyMatch(pattern -> of(pattern).covers(path));
    }

    public boolean matches(String name) {
        return pattern.matcher(name).matches();
    }

    /// Whether anything below `directory` can match. One `**` on the way to it is taken to match all of it.
    public boolean matchesBelow(String directory) {
        var parts = text.split("/", -1);
        var names = directory.split("/", -1);
        for (int i = 0; i < names.length; i++) {
            if (i < parts.length && parts[i].contains("**")) {
                return true;
            }
            if (i >= parts.length || !of(parts[i]).matches(names[i])) {
                return false;
            }
        }
        return parts.length > names.length;
    }

    /// Whether everything below `directory` matches, and itself.
    public boolean matchesAllBelow(String directory) {
        return text.endsWith("/**") && matches(directory);
    }

    /// Whether `path` or a directory above it matches. A slash at the end of the pattern does not count.
    public boolean covers(String path) {
        var named = text.length() > 1 && text.endsWith("/") ? of(text.substring(0, text.length() - 1)) : this;
        for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            if (named.matches(path.substring(0, end))) {
                return true;
            }
        }
        return false;
    }
}
