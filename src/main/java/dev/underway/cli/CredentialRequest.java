package dev.underway.cli;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/// What git asks a credential helper for: lines `key=value`, of which these two count (git-credential(1)).
///
/// @param host with the port, when the URL had one
record CredentialRequest(String protocol, String host) {
    private static final String HTTPS = "https";
    private static final Pattern WITH_PORT = Pattern.compile(".*:\\d+");

    /// The last line of a key counts, as in git. Only `\n` ends a line: a carriage return would let a URL name
    /// another host than the one that git connects to.
    static CredentialRequest of(String lines) {
        var protocol = "";
        var host = "";
        for (var line : lines.split("\n", -1)) {
            if (line.startsWith("protocol=")) {
                protocol = line.substring("protocol=".length());
            } else if (line.startsWith("host=")) {
                host = line.substring("host=".length());
            }
        }
        return new CredentialRequest(protocol, host);
    }

    /// Whether exactly this server is meant, and over TLS.
    boolean isFor(URI server) {
        var authority = server.getRawAuthority();
        return protocol.equals(HTTPS)
                && HTTPS.equals(server.getScheme())
                && authority != null
                && withPort(host).equals(withPort(authority));
    }

    private static String withPort(String authority) {
        var name = authority.toLowerCase(Locale.ROOT);
        return WITH_PORT.matcher(name).matches() ? name : name + ":443";
    }
}
