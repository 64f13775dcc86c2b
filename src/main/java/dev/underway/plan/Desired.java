package dev.underway.plan;

import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.plan.Plan.Withheld;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// All that a host shall be: the sets it runs and the sets it must lose.
///
/// @param held sets that are not carried out now, and why. They keep what is theirs: nobody else gets it meanwhile. One
/// whose content is not known is not among `sets`, and keeps what it has
public record Desired(List<DesiredSet> sets, List<RemovedSet> removed, Map<SetId, Withheld> held) {
    public Desired(List<DesiredSet> sets, List<RemovedSet> removed) {
        this(sets, removed, Map.of());
    }

    /// One UnitSet at one revision. Of two sets that claim one path or unit, the one with the smaller (`since`,
    /// `uid`) wins and the other is withheld whole.
    public record DesiredSet(
            SetId id,
            String uid,
            Instant since,
            String revision,
            String digest,
            Revision.Content content,
            Policy policy) {}

    /// A set whose units are stopped and whose paths are removed; with `orphan` it is only forgotten.
    public record RemovedSet(SetId id, boolean orphan) {}
}
