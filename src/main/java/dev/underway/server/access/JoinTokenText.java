package dev.underway.server.access;

import java.util.Optional;
import java.util.regex.Pattern;

/// A join token as it is handed to a machine: `uw1.<id>.<secret>.<SHA-256 of the authority's certificate>`. The
/// last part lets the agent check the server before it says anything; the server itself looks at id and secret
/// only.
record JoinTokenText(String id, String secret, String authority) {
    private static final Pattern FORM = Pattern.compile("uw1\\.([0-9a-f]{12})\\.([0-9a-f]{48})\\.([0-9a-f]{64})");

    static JoinTokenText create(CertificateAuthority authority) {
        return new JoinTokenText(Secrets.random(6), Secrets.random(24), authority.fingerprint());
    }

    static Optional<JoinTokenText> parse(String text) {
        var match = FORM.matcher(text);
        return match.matches()
                ? Optional.of(new JoinTokenText(match.group(1), match.group(2), match.group(3)))
                : Optional.empty();
    }

    String text() {
        return "uw1." + id + "." + secret + "." + authority;
    }

    /// Leaves the secret out, so that it never ends in a log.
    @Override
    public String toString() {
        return "uw1." + id + ".…";
    }
}
