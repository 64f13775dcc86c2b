package dev.underway.plan;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The specifiers of systemd.unit(5) that depend on nothing but the unit's name. All others are left as they are.
final class Specifiers {
    private Specifiers() {}

    /// As systemd reads it.
    static String expand(String text, String unit) {
        return expand(text, unit, "%");
    }

    /// The same in a text that systemd has yet to read, and that then speaks of `unit` whatever the unit is called
    /// that it is the text of.
    static String expandForGood(String text, String unit) {
        return expand(text, unit, "%%");
    }

    private static String expand(String text, String unit, String percent) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var expanded = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%' || i + 1 == text.length()) {
                expanded.append(c);
                continue;
            }
            char specifier = text.charAt(++i);
            String meaning = meaning(specifier, unit);
            if (specifier == '%') {
                expanded.append(percent);
            } else if (meaning == null) {
                expanded.append('%').append(specifier);
            } else {
                expanded.append(meaning.replace("%", percent));
            }
        }
        return expanded.toString();
    }

    private static @Nullable String meaning(char specifier, String unit) {
        String bare = unit.substring(0, unit.lastIndexOf('.'));
        int at = bare.indexOf('@');
        String prefix = at < 0 ? bare : bare.substring(0, at);
        String instance = at < 0 ? "" : bare.substring(at + 1);
        String last = prefix.substring(prefix.lastIndexOf('-') + 1);
        return switch (specifier) {
            case 'n' -> unit;
            case 'N' -> bare;
            case 'p' -> prefix;
            case 'P' -> unescaped(prefix);
            case 'i' -> instance;
            case 'I' -> unescaped(instance);
            case 'j' -> last;
            case 'J' -> unescaped(last);
            case 'f' -> "/" + unescaped(at < 0 ? prefix : instance);
            default -> null;
        };
    }

    /// `-` is a slash and `\xNN` a byte: systemd-escape(1).
    private static String unescaped(String name) {
        byte[] escaped = name.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[escaped.length];
        int length = 0;
        for (int i = 0; i < escaped.length; i++) {
            if (escaped[i] == '\\' && i + 3 < escaped.length && escaped[i + 1] == 'x') {
                bytes[length++] = (byte) HexFormat.fromHexDigits(new String(escaped, i + 2, 2, StandardCharsets.UTF_8));
                i += 3;
            } else {
                bytes[length++] = escaped[i] == '-' ? (byte) '/' : escaped[i];
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
