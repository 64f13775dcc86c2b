package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/// Where a socket listens, as `ListenStream=` of systemd.socket(5) takes it: a port on every address, or an IPv4 or
/// bracketed IPv6 address with a port. Written as a JSON number or string.
public record ListenAddress(String text) {
    private static final Pattern FORM =
            Pattern.compile("(?:(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+\\]):)?(\\d{1,5})");

    /// Throws IllegalArgumentException for anything else, and for a port that does not exist.
    @JsonCreator
    public static ListenAddress of(Object json) {
        var address = new ListenAddress(json.toString());
        if ((json instanceof Integer || json instanceof String) && address.isWellFormed()) {
            return address;
        }
        throw new IllegalArgumentException("must be a port such as 6379, or an address such as \"127.0.0.1:6379\"");
    }

    @JsonValue
    public Object json() {
        return text.contains(":") ? text : (Object) port();
    }

    public int port() {
        return Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
    }

    private boolean isWellFormed() {
        return FORM.matcher(text).matches() && port() >= 1 && port() <= 65_535;
    }
}
