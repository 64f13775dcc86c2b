package dev.underway.plan;

import dev.underway.model.Digests;
import java.util.regex.Pattern;

/// One address that a socket listens at: systemd.socket(5).
///
/// @param key the directive, such as `ListenStream`
/// @param value as systemd reads it: specifiers are expanded
record Listen(String key, String value) implements Comparable<Listen> {
    private static final Pattern PLAIN =
            Pattern.compile("[/@]([^%]|%[tSCLETV%])*|([0-9.]+:|\\[[0-9a-fA-F:.]+\\]:)?[0-9]+");

    @Override
    public int compareTo(Listen other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return key + "=" + value;
    }

    /// Whether the kernel could refuse one of the two because there is the other: one port, and one of them at
    /// every address that the other one could be at.
    ///
    /// @param alone whether this one, if it is at every address of IPv6, leaves those of IPv4 to others
    /// (`BindIPv6Only=ipv6-only`)
    /// @param otherAlone the same of `other`
    boolean collides(boolean alone, Listen other, boolean otherAlone) {
        return key.equals(other.key)
                && isOfNetwork()
                && other.isOfNetwork()
                && port().equals(other.port())
                && (isEverywhere() || other.isEverywhere())
                && ((isV6() && other.isV6()) || (isV4(alone) && other.isV4(otherAlone)));
    }

    /// Whether the text alone says where that is: a path or name of which a host only has to tell where its directories
    /// are, a port, or an address with one.
    boolean isPlain() {
        return PLAIN.matcher(value).matches();
    }

    /// Whether it is a file; an abstract name (`@`) is none.
    boolean isPath() {
        return value.startsWith("/");
    }

    private boolean isOfNetwork() {
        return !isPath() && !value.startsWith("@") && port().matches("[0-9]+");
    }

    private String port() {
        return value.substring(value.lastIndexOf(':') + 1);
    }

    private boolean isEverywhere() {
        return isEverywhereV6() || value.startsWith("0.0.0.0:");
    }

    /// A port alone is one too.
    boolean isEverywhereV6() {
        return isOfNetwork() && (!value.contains(":") || value.startsWith("[::]:"));
    }

    private boolean isV6() {
        return !value.contains(":") || value.startsWith("[");
    }

    private boolean isV4(boolean alone) {
        return !isV6() || (isEverywhereV6() && !alone);
    }

    /// The unit that holds this address of `socket` until the next boot.
    String bridge(String socket) {
        String bare = socket.substring(0, socket.length() - ".socket".length());
        return bare + "-" + Digests.sha256(toString()).substring(0, 10) + ".socket";
    }
}
