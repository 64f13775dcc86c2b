package dev.underway.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Environment variables that were meant for a program of ours and mean nothing to it: a typing mistake there would
/// otherwise be a setting that silently has no effect.
public final class Environment {
    private static final String PREFIX = "UNDERWAY_";

    /// What our scripts read, and not the programs.
    private static final Set<String> OF_SCRIPTS = Set.of("UNDERWAY_HOME", "UNDERWAY_KUBECTL");

    private Environment() {}

    /// A sentence for each of `variables` that begins with `UNDERWAY_` and is for none of `keys`, with the one that
    /// was probably meant. The key `underway.listen.port` is set by `UNDERWAY_LISTEN_PORT`; a key that ends with
    /// a star stands for all that go on from there.
    public static List<String> mistakes(Collection<String> variables, Collection<String> keys) {
        var known = keys.stream().map(Environment::variable).toList();
        return variables.stream()
                .filter(name -> name.startsWith(PREFIX) && !OF_SCRIPTS.contains(name))
                .filter(name -> known.stream().noneMatch(each -> isFor(name, each)))
                .sorted()
                .map(name -> name + " is not known and has no effect; did you mean " + nearest(name, known) + "?")
                .toList();
    }

    private static String variable(String key) {
        return key.replaceAll("[^A-Za-z0-9*]", "_").toUpperCase(Locale.ROOT);
    }

    private static boolean isFor(String name, String known) {
        return known.endsWith("*") ? name.startsWith(known.substring(0, known.length() - 1)) : name.equals(known);
    }

    private static String nearest(String name, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(each -> distance(name, each)))
                .orElse("another one");
    }

    /// How many letters must be added, taken away or changed (Levenshtein).
    private static int distance(String one, String other) {
        var row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
