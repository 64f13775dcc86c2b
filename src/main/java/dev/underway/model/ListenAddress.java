package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.Inet6Address;
import java.util.regex.Pattern;

/// Where a socket listens, as `ListenStream=` of systemd.socket(5) takes it: a port on every address, or an IPv4 or
/// bracketed IPv6 address with a port. Written as a JSON number or string. systemd takes no leading zeros (measured).
public record ListenAddress(String text) {
    private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern FORM =
            Pattern.compile("(?:(?:" + BYTE + "(?:\\." + BYTE + "){3}|\\[(?<six>[0-9a-fA-F:.]+)\\]):)?[1-9]\\d{0,4}");

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
        return isOfOneAddress() ? text : (Object) port();
    }

    public int port() {
        return Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
    }

    /// Whether a socket on the one leaves no room for a socket on the other. A port alone is on every address.
    boolean overlaps(ListenAddress other) {
        return port() == other.port() && (text.equals(other.text) || !isOfOneAddress() || !other.isOfOneAddress());
    }

    private boolean isOfOneAddress() {
        return text.contains(":");
    }

    private boolean isWellFormed() {
        var form = FORM.matcher(text);
        if (!form.matches() || port() > 65_535) {
            return false;
        }
        var six = form.group("six");
        return six == null || isIpv6(six);
    }

    private static boolean isIpv6(String literal) {
        try {
            var _ = Inet6Address.ofLiteral(literal);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
