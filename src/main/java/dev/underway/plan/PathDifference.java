package dev.underway.plan;

import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.PathState.Symlink;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// How what is at a path differs from what is wanted there, and who made it differ.
///
/// @param byHand whether the wanted state was in place before, so that somebody else changed it
/// @param because in words an operator reads
record PathDifference(boolean byHand, String because) {

    /// Null when nothing differs. `recorded` is the fingerprint that the inventory has of the path, null if it
    /// has none.
    static @Nullable PathDifference between(PathState there, DesiredPath wanted, @Nullable String recorded) {
        if (wanted.satisfiedBy(there)) {
            return null;
        }
        boolean byHand = wanted.state().fingerprint().equals(recorded);
        if (there instanceof Absent) {
            return new PathDifference(byHand, byHand ? "is missing on the host (removed by hand?)" : "is new");
        }
        String what = what(there, wanted.state());
        if (recorded == null) {
            return new PathDifference(false, "is taken over from the host: " + what);
        }
        return new PathDifference(byHand, byHand ? "differs on the host (edited by hand?): " + what : what);
    }

    /// Whether a pass that changed the path was cut short before systemd or anybody else took note.
    static boolean unsettled(DesiredPath wanted, @Nullable String recorded) {
        return recorded != null && !recorded.equals(wanted.state().fingerprint());
    }

    private static String what(PathState there, PathState wanted) {
        if (there instanceof Regular from && wanted instanceof Regular to) {
            var parts = new ArrayList<String>();
            if (!from.sha256().equals(to.sha256())) {
                parts.add("content changed");
            }
            if (from.mode() != to.mode()) {
                parts.add("mode %04o → %04o".formatted(from.mode(), to.mode()));
            }
            if (!from.owner().equals(to.owner())) {
                parts.add("owner " + from.owner() + " → " + to.owner());
            }
            if (!from.group().equals(to.group())) {
                parts.add("group " + from.group() + " → " + to.group());
            }
            return String.join(", ", parts);
        }
        if (there instanceof Symlink from && wanted instanceof Symlink to) {
            return "link " + from.target() + " → " + to.target();
        }
        return wanted instanceof Symlink ? "a file becomes a link" : "a link becomes a file";
    }
}
