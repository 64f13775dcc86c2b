package dev.underway.model.unitfile;

import java.util.Set;
import java.util.regex.Pattern;

/// Names of units: systemd.unit(5), "String escaping" and "Unit names".
public final class UnitName {
    /// Most characters of a name with its suffix.
    public static final int MAX_LENGTH = 255;

    /// Every suffix that systemd knows.
    public static final Set<String> TYPES = Set.of(
            "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope");

    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9:_.\\\\-][A-Za-z0-9:_.\\\\@-]*");

    private UnitName() {}

    /// Whether systemd accepts `name`: a prefix of ASCII letters, digits and `:-_.\@`, a known type as suffix, at most
    /// 255 characters. As `unit_name_is_valid()`, so it may be a template, but never begins with `@`.
    public static boolean valid(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && name.length() <= MAX_LENGTH
                && TYPES.contains(type(name))
                && PREFIX.matcher(name.substring(0, dot)).matches();
    }

    /// `service`, `socket`, `timer` …; the part after the last dot.
    public static String type(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /// `web@.service` of `web@1.service`; the name itself for anything else.
    public static String template(String name) {
        int at = name.indexOf('@');
        return at < 0 ? name : name.substring(0, at + 1) + name.substring(name.lastIndexOf('.'));
    }

    /// Whether the name is `web@.service`: a file that instances are made from, never a unit itself.
    public static boolean isTemplate(String name) {
        return name.contains("@") && template(name).equals(name);
    }

    /// Whether the name is one such as `web@1.service`.
    public static boolean isInstance(String name) {
        return name.contains("@") && !template(name).equals(name);
    }
}
