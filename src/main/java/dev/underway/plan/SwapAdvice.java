package dev.underway.plan;

import dev.underway.model.Contents;
import dev.underway.model.UnitSetSpec;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Swappability.NotSwappable;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What to tell the author of a set about services that a socket of the set would let be swapped, if something else did
/// not stand against it. Told when the set is applied, because a restart is a bad moment to learn it.
public final class SwapAdvice {
    private SwapAdvice() {}

    /// One sentence for each such service; none for a set that cannot be read.
    public static List<String> of(UnitSetSpec spec) {
        var set =
                new DesiredSet(new SetId("", ""), "", Instant.EPOCH, "", "", Contents.of(spec), Contents.policy(spec));
        try {
            return Wanted.of(set, new Observed(Map.of(), Map.of(), Inventory.EMPTY, Map.of())).units().stream()
                    .map(SwapAdvice::sentence)
                    .filter(sentence -> !sentence.isEmpty())
                    .toList();
        } catch (UnitFileException _) {
            return List.of();
        }
    }

    private static String sentence(ManagedUnit unit) {
        var verdict = Swappability.of(unit.shape(), unit.ours(), unit.policy(), unit.state(), unit.sockets());
        return verdict instanceof NotSwappable(var because, var near) && near
                ? unit.name() + ": is behind a socket, but a change restarts it instead of swapping it: " + because
                : "";
    }
}
