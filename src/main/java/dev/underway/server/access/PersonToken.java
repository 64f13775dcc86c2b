package dev.underway.server.access;

import java.util.Optional;
import java.util.regex.Pattern;

/// A person's bearer token, `uwp1.<id>.<secret>`. The server keeps the id and a hash of the secret.
public record PersonToken(String id, String secret) {
    private static final Pattern FORM = Pattern.compile("uwp1\\.([0-9a-f]{16})\\.([0-9a-f]{64})");

    static PersonToken create() {
        return new PersonToken(Secrets.random(8), Secrets.random(32));
    }

    static Optional<PersonToken> parse(String text) {
        var match = FORM.matcher(text);
        return match.matches() ? Optional.of(new PersonToken(match.group(1), match.group(2))) : Optional.empty();
    }

    /// What goes into a kubeconfig; a secret.
    public String text() {
        return "uwp1." + id + "." + secret;
    }

    /// Leaves the secret out, so that it never ends in a log.
    @Override
    public String toString() {
        return "uwp1." + id + ".…";
    }
}
