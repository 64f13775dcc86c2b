package dev.underway.model;

import java.util.Optional;
import java.util.regex.Pattern;

/// The syntax of names, labels and annotations, as Kubernetes has it ("Object Names and IDs", "Labels and Selectors").
/// Each rule answers with the sentence that says what is wrong and what to write.
final class Names {
    private static final int MAX_LABEL = 63;
    private static final int MAX_SUBDOMAIN = 253;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");

    private Names() {}

    /// RFC 1123 label.
    static Optional<String> label(String name) {
        return name.length() <= MAX_LABEL && LABEL.matcher(name).matches()
                ? Optional.empty()
                : Optional.of(quoted(name)
                        + " must be at most 63 lower case letters, digits and hyphens, and begin and end with a letter"
                        + " or digit, such as web-1");
    }

    /// RFC 1123 subdomain: labels with dots between them.
    static Optional<String> subdomain(String name) {
        boolean good = name.length() <= MAX_SUBDOMAIN;
        for (var part : name.split("\\.", -1)) {
            good = good && LABEL.matcher(part).matches();
        }
        return good
                ? Optional.empty()
                : Optional.of(quoted(name)
                        + " must be at most 253 lower case letters, digits, hyphens and dots, and every part must begin"
                        + " and end with a letter or digit, such as web-1.example.com");
    }

    /// The key of a label or annotation: `role`, `example.com/role`.
    static Optional<String> key(String key) {
        int slash = key.indexOf('/');
        boolean prefixed = slash < 0 || subdomain(key.substring(0, slash)).isEmpty();
        return prefixed && isWord(key.substring(slash + 1))
                ? Optional.empty()
                : Optional.of("the key " + quoted(key)
                        + " must be a word of at most 63 letters, digits, - _ and dots, with a domain and a slash before"
                        + " it where wanted, such as role or example.com/role");
    }

    static Optional<String> labelValue(String value) {
        return value.isEmpty() || isWord(value)
                ? Optional.empty()
                : Optional.of("the value " + quoted(value)
                        + " must be empty or at most 63 letters, digits, - _ and dots, and begin and end with a letter"
                        + " or digit");
    }

    private static boolean isWord(String text) {
        return text.length() <= MAX_LABEL && WORD.matcher(text).matches();
    }

    /// The text in quotes, shortened so that a message stays a sentence.
    static String quoted(String text) {
        return "\"" + (text.length() <= 80 ? text : text.substring(0, 79) + "…") + "\"";
    }
}
