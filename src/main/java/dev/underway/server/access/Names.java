package dev.underway.server.access;

import java.util.regex.Pattern;

/// What hosts and labels may be called, as Kubernetes has it.
public final class Names {
    /// An Assignment is named `<unitset>.<host>` and may have 253 characters; a UnitSet's name takes at most 63.
    static final int MAX_HOST = 253 - 64;

    private static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final Pattern LABEL = Pattern.compile(DNS_LABEL);
    private static final Pattern HOST = Pattern.compile(DNS_LABEL + "(\\." + DNS_LABEL + ")*");
    private static final Pattern HOST_PATTERN = Pattern.compile("[-a-z0-9.*]{1,253}");
    private static final Pattern LABEL_NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");

    private Names() {}

    /// Whether `name` is a DNS-1123 subdomain that leaves room for a UnitSet's name before it.
    public static boolean isHost(String name) {
        return name.length() <= MAX_HOST && HOST.matcher(name).matches();
    }

    /// Whether `name` is a DNS-1123 label, as namespaces and UnitSets have it.
    public static boolean isLabel(String name) {
        return LABEL.matcher(name).matches();
    }

    /// Whether `pattern` is a host name in which `*` stands for any characters.
    static boolean isHostPattern(String pattern) {
        return HOST_PATTERN.matcher(pattern).matches();
    }

    static boolean hostMatches(String pattern, String host) {
        var parts = pattern.split("\\*+", -1);
        if (parts.length == 1) {
            return host.equals(pattern);
        }
        var last = parts[parts.length - 1];
        int at = parts[0].length();
        if (!host.startsWith(parts[0])) {
            return false;
        }
        for (int i = 1; i < parts.length - 1; i++) {
            int found = host.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        return host.length() - last.length() >= at && host.endsWith(last);
    }

    /// Whether `key` has the form of a label's key, `[prefix/]name`.
    public static boolean isLabelKey(String key) {
        int slash = key.indexOf('/');
        var prefix = slash < 0 ? "" : key.substring(0, slash);
        return LABEL_NAME.matcher(key.substring(slash + 1)).matches()
                && (slash < 0 || (prefix.length() <= 253 && HOST.matcher(prefix).matches()));
    }

    public static boolean isLabelValue(String value) {
        return LABEL_VALUE.matcher(value).matches();
    }
}
