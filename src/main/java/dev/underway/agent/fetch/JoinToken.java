package dev.underway.agent.fetch;

import java.util.regex.Pattern;

/// What `underway join-token create` printed: `uw1.<id>.<secret>.<SHA-256 of the CA certificate, hexadecimal>`. The
/// hash lets the agent know the server at the first contact.
public record JoinToken(String text, String caSha256) {
    private static final Pattern FORM = Pattern.compile("uw1\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.([0-9a-f]{64})");

    public static JoinToken parse(String text) throws FetchFailed {
        var match = FORM.matcher(text.strip());
        if (!match.matches()) {
            throw new FetchFailed(
                    "TokenUnreadable", "the join token is not of the form that \"underway join-token create\" prints");
        }
        return new JoinToken(text.strip(), match.group(1));
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "JoinToken[caSha256=" + caSha256 + "]";
    }
}
