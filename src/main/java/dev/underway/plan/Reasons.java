package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Words an operator reads: why a step is taken, short enough for a line.
final class Reasons {
    /// Directives whose values may be secrets. They are named, never shown.
    private static final Set<String> SECRET = Set.of(
            "Environment",
            "PassEnvironment",
            "SetCredential",
            "SetCredentialEncrypted",
            "StandardInputText",
            "StandardInputData");

    /// How many reasons are named before the rest is counted.
    private static final int MENTIONED = 3;

    /// Most characters of either side of a difference.
    private static final int LONGEST = 40;

    /// How much of what two long values have in common is left before they part.
    private static final int COMMON = 10;

    private Reasons() {}

    /// `Restart= no → always`. Of long values the part in which they begin to differ.
    static String of(UnitFile.Difference difference) {
        String key = difference.key() + "=";
        if (SECRET.contains(difference.key())) {
            return key + " changed";
        }
        String from = String.join(", ", difference.before());
        String to = String.join(", ", difference.after());
        int skipped = Math.max(from.length(), to.length()) > LONGEST ? Math.max(0, common(from, to) - COMMON) : 0;
        return key + " " + side(difference.before(), from, skipped) + " → " + side(difference.after(), to, skipped);
    }

    /// The first few of `reasons`, and how many more there are.
    static String shortened(List<String> reasons) {
        var shown = reasons.stream().limit(MENTIONED).collect(Collectors.joining(", "));
        return reasons.size() > MENTIONED ? shown + " and " + (reasons.size() - MENTIONED) + " more" : shown;
    }

    private static int common(String one, String other) {
        int i = 0;
        while (i < one.length() && i < other.length() && one.charAt(i) == other.charAt(i)) {
            i++;
        }
        return i;
    }

    private static String side(List<String> values, String text, int skipped) {
        if (values.isEmpty()) {
            return "(unset)";
        }
        if (text.isEmpty()) {
            return "(empty)";
        }
        String part = text.substring(skipped);
        String end = part.length() > LONGEST ? part.substring(0, LONGEST - 1) + "…" : part;
        return skipped == 0 ? end : "…" + end;
    }
}
