package dev.underway.agent;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.plan.Plan.Withheld;
import dev.underway.plan.SetId;
import dev.underway.wire.DesiredState;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What this host has learnt of the revisions of its sets: which was the last that proved itself, and which one failed
/// since. A failed one is not tried again until another is desired or a person says retry; meanwhile the last good one
/// is carried out in its place. On disk, so that a boot does not try it again. With other values for its templates a
/// revision is another one here: digests are of what really runs.
///
/// Only a revision that had a good one before it is condemned: with nothing to go back to, trying again costs nobody
/// anything. Failures of the surroundings (fetch, disk, D-Bus, policy) say nothing of a revision.
final class Verdicts {
    private static final Logger LOG = Logger.getLogger(Verdicts.class);
    private static final String FILE = "verdicts.json";

    private final StateDirectory state;
    private final Map<String, Verdict> verdicts = new TreeMap<>();

    /// @param uid of the assignment that this speaks of
    /// @param good digest of the last revision that proved itself; null before the first
    /// @param failed digest of the one that failed since, if one did
    /// @param retriedAt what the assignment said of retries when it failed, ISO-8601
    /// @param why it failed
    /// @param ill units that were ill while the good one was in place, and have not been well since; null for none
    private record Verdict(
            String uid,
            @Nullable String good,
            @Nullable String failed,
            @Nullable String retriedAt,
            @Nullable Withheld why,
            @Nullable Set<String> ill) {

        Set<String> illUnits() {
            return ill == null ? Set.of() : ill;
        }
    }

    private record Stored(@Nullable Map<String, Verdict> sets) {}

    Verdicts(StateDirectory state) throws IOException {
        this.state = state;
        state.load(FILE, Stored.class).map(Stored::sets).ifPresent(verdicts::putAll);
    }

    /// A revision that is carried out in place of the desired one, which failed here.
    record Condemned(String good, Withheld why) {}

    Optional<Condemned> condemned(SetId set, DesiredState.Entry entry) {
        var verdict = of(set, entry);
        var good = verdict.good();
        var why = verdict.why();
        boolean holds = entry.runs().equals(verdict.failed()) && Objects.equals(retriedAt(entry), verdict.retriedAt());
        return holds && good != null && why != null ? Optional.of(new Condemned(good, why)) : Optional.empty();
    }

    /// The desired revision failed. Whether there is another one to go back to.
    boolean condemn(SetId set, DesiredState.Entry entry, Withheld why) {
        var good = of(set, entry).good();
        if (good == null || good.equals(entry.runs())) {
            return false;
        }
        record(
                set,
                new Verdict(
                        entry.uid(),
                        good,
                        entry.runs(),
                        retriedAt(entry),
                        why,
                        of(set, entry).ill()));
        return true;
    }

    /// The desired revision has proved itself.
    void proved(SetId set, DesiredState.Entry entry) {
        record(set, new Verdict(entry.uid(), entry.runs(), null, null, null, null));
    }

    /// What is found on the host before anything is done. A unit that is ill with the good revision in place was not
    /// made ill by a later one; one that is ill with another in place may have been.
    ///
    /// @param inPlace digest of the revision that is in place
    /// @param ill those of its units that are not well
    void found(SetId set, DesiredState.Entry entry, String inPlace, Set<String> ill) {
        var before = of(set, entry);
        if (before.good() == null) {
            return;
        }
        var now = new TreeSet<>(ill);
        if (!inPlace.equals(before.good())) {
            now.retainAll(before.illUnits());
        }
        record(
                set,
                new Verdict(
                        before.uid(),
                        before.good(),
                        before.failed(),
                        before.retriedAt(),
                        before.why(),
                        now.isEmpty() ? null : now));
    }

    /// Whether the unit was ill before any revision came that has not proved itself: nobody is blamed for it.
    boolean wasIll(SetId set, DesiredState.Entry entry, String unit) {
        return of(set, entry).illUnits().contains(unit);
    }

    void keepOnly(Predicate<SetId> sets) {
        if (verdicts.keySet().removeIf(set -> !sets.test(SetId.parse(set)))) {
            save();
        }
    }

    private Verdict of(SetId set, DesiredState.Entry entry) {
        var verdict = verdicts.get(set.toString());
        return verdict != null && verdict.uid().equals(entry.uid())
                ? verdict
                : new Verdict(entry.uid(), null, null, null, null, null);
    }

    private void record(SetId set, Verdict verdict) {
        if (!verdict.equals(verdicts.put(set.toString(), verdict))) {
            save();
        }
    }

    /// Losing it costs another try of a revision that failed, so it is no failure of the pass.
    private void save() {
        try {
            state.write(FILE, Codec.bytes(new Stored(verdicts)));
        } catch (IOException e) {
            LOG.warnv("what was learnt of revisions could not be kept: {0}", e.getMessage());
        }
    }

    private static @Nullable String retriedAt(DesiredState.Entry entry) {
        var policy = entry.policy();
        return policy == null || policy.retriedAt() == null
                ? null
                : policy.retriedAt().toString();
    }
}
