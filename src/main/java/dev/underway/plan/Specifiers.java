package dev.underway.plan;

/// The specifiers of systemd.unit(5) that depend on nothing but the unit's name. All others are left as they are.
final class Specifiers {
    private Specifiers() {}

    static String expand(String text, String unit) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        String bare = unit.substring(0, unit.lastIndexOf('.'));
        int at = bare.indexOf('@');
        String prefix = at < 0 ? bare : bare.substring(0, at);
        String instance = at < 0 ? "" : bare.substring(at + 1);
        var expanded = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%' || i + 1 == text.length()) {
                expanded.append(c);
                continue;
            }
            char specifier = text.charAt(++i);
            switch (specifier) {
                case 'n' -> expanded.append(unit);
                case 'N' -> expanded.append(bare);
                case 'p' -> expanded.append(prefix);
                case 'i' -> expanded.append(instance);
                case 'j' -> expanded.append(prefix.substring(prefix.lastIndexOf('-') + 1));
                case '%' -> expanded.append('%');
                default -> expanded.append('%').append(specifier);
            }
        }
        return expanded.toString();
    }
}
