package dev.underway.model.unitfile;

/// Names of units: systemd.unit(5), "String escaping" and "Unit names".
public final class UnitName {
    private UnitName() {}

    /// Whether systemd accepts `name`: a prefix of ASCII letters, digits and `:-_.\@`, a known type as suffix, at most
    /// 255 characters.
    public static boolean valid(String name) {
        throw new UnsupportedOperationException();
    }

    /// `service`, `socket`, `timer` …; the part after the last dot.
    public static String type(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /// `web@.service` of `web@1.service`; the name itself for anything else.
    public static String template(String name) {
        throw new UnsupportedOperationException();
    }
}
