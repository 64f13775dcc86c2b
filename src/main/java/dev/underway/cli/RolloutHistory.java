package dev.underway.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Durations;
import dev.underway.model.Revision;
import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Outcome;
import dev.underway.model.RolloutStatus.Past;
import dev.underway.model.UnitSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The revisions of a UnitSet and what became of each, and which of them an `undo` goes back to. Pure.
record RolloutHistory(UnitSet set, List<Revision> revisions) {

    /// @param outcome of its last rollout; null when it was never rolled out, or the server has forgotten that
    /// @param marks some of current, stable, pinned, failed
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(
            long number,
            String revision,
            @Nullable Instant createdAt,
            @Nullable String outcome,
            List<String> marks,
            @Nullable Instant endedAt,
            @Nullable String reason,
            @Nullable String message) {}

    /// Sorted by number: the newest last, as in `kubectl rollout history`.
    List<Row> rows() {
        return revisions.stream()
                .sorted(Comparator.comparingLong(revision -> revision.spec().number()))
                .map(this::row)
                .toList();
    }

    private Row row(Revision revision) {
        var name = revision.metadata().name();
        var past = last(name);
        var rollout = set.status() == null ? null : set.status().rollout();
        var on = rollout != null
                        && rollout.revision().equals(name)
                        && !rollout.phase().isEnd()
                ? rollout
                : null;
        return new Row(
                revision.spec().number(),
                name,
                revision.metadata().creationTimestamp(),
                on != null
                        ? on.phase().name()
                        : past.map(one -> one.outcome().name()).orElse(null),
                marks(name),
                past.map(Past::endedAt).orElse(null),
                on != null ? on.reason() : past.map(Past::reason).orElse(null),
                on != null ? on.message() : past.map(Past::message).orElse(null));
    }

    private List<String> marks(String name) {
        var marks = new ArrayList<String>();
        if (name.equals(wanted())) {
            marks.add("current");
        }
        if (name.equals(stable())) {
            marks.add("stable");
        }
        var pin = set.spec().pin();
        if (pin != null && name.equals(pin.revision())) {
            marks.add("pinned");
        }
        if (hasFailed(name)) {
            marks.add("failed");
        }
        return marks;
    }

    private @Nullable String stable() {
        return set.status() == null ? null : set.status().stable();
    }

    private List<Past> past() {
        return set.status() == null || set.status().history() == null
                ? List.of()
                : set.status().history();
    }

    private Optional<Past> last(String name) {
        return past().stream().filter(one -> one.revision().equals(name)).findFirst();
    }

    /// Whether it failed when it was rolled out last.
    boolean hasFailed(String name) {
        return last(name).filter(one -> one.outcome() == Outcome.Failed).isPresent();
    }

    /// What becomes of the revision that the content makes, once the set is held at no other.
    String onceUnpinned(String content) {
        return hasFailed(content)
                ? content + " failed before and is not rolled out: 'underway rollout retry " + Subject.of(set)
                        + "' tries it again, or apply another content"
                : content + " is rolled out";
    }

    /// Name of the revision that the fleet shall have now: what the set is pinned to, else what its content makes.
    String wanted() {
        var pin = set.spec().pin();
        if (pin != null) {
            return pin.revision();
        }
        var status = set.status();
        var generation = set.metadata().generation();
        RolloutStatus rollout = status == null ? null : status.rollout();
        boolean current =
                status != null && generation != null && Objects.equals(status.observedGeneration(), generation);
        return current && rollout != null ? rollout.revision() : RolloutVerdict.contentRevision(set);
    }

    /// The revision that an undo goes back to when nobody names one: what the fleet had before the one that is wanted.
    /// Undone once more, a set goes back further, and not forth.
    ///
    /// Throws [CommandFailed] with what can be chosen when there is none.
    Revision previous() throws CommandFailed {
        var wanted = wanted();
        long below = set.spec().pin() == null
                ? Long.MAX_VALUE
                : named(wanted).map(revision -> revision.spec().number()).orElse(Long.MAX_VALUE);
        var candidates = new ArrayList<String>();
        if (stable() != null) {
            candidates.add(stable());
        }
        past().stream()
                .filter(one -> one.outcome() == Outcome.Completed)
                .map(Past::revision)
                .forEach(candidates::add);
        return candidates.stream()
                .filter(name -> !name.equals(wanted) && !hasFailed(name))
                .flatMap(name -> named(name).stream())
                .filter(revision -> revision.spec().number() < below)
                .findFirst()
                .orElseThrow(() -> new CommandFailed(
                        Exit.FAILED,
                        "the fleet had no revision of " + Subject.of(set) + " before " + wanted
                                + " that worked; name one with --to-revision: " + choices()));
    }

    /// By number, or by name. Throws [CommandFailed] with what can be chosen.
    Revision chosen(String numberOrName) throws CommandFailed {
        return revisions.stream()
                .filter(revision -> numberOrName.equals(revision.metadata().name())
                        || numberOrName.equals(Long.toString(revision.spec().number())))
                .findFirst()
                .orElseThrow(() -> new CommandFailed(
                        Exit.FAILED,
                        Subject.of(set) + " has no revision " + numberOrName + "; there are: " + choices()));
    }

    private String choices() {
        return revisions.isEmpty()
                ? "none"
                : String.join(
                        ", ",
                        rows().stream()
                                .map(row -> row.number() + " (" + row.revision() + ")")
                                .toList());
    }

    private Optional<Revision> named(String name) {
        return revisions.stream()
                .filter(revision -> revision.metadata().name().equals(name))
                .findFirst();
    }

    String table(Instant now) {
        var table = new TextTable("NUMBER", "REVISION", "AGE", "OUTCOME", "MARKS", "REASON");
        for (var row : rows()) {
            table.row(
                    Long.toString(row.number()),
                    row.revision(),
                    row.createdAt() == null
                            ? FleetStatus.NONE
                            : Durations.human(Duration.between(row.createdAt(), now)),
                    FleetStatus.orNone(row.outcome()),
                    FleetStatus.orNone(String.join(",", row.marks())),
                    FleetStatus.orNone(row.reason())
                            + (row.message() == null ? "" : ": " + RolloutText.firstLine(row.message())));
        }
        return table.toString();
    }
}
