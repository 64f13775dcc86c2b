package dev.underway.agent.host;

import java.util.regex.Pattern;

/// A pattern for paths and unit names: `*` and `?` stay within one path segment, `**` crosses them, and a pattern that
/// ends in `/**` also means the directory itself.
record Glob(String text, Pattern pattern) {

    static Glob of(String text) {
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

    boolean matches(String name) {
        return pattern.matcher(name).matches();
    }
}
