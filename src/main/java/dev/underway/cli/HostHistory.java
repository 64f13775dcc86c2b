package dev.underway.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Assignment;
import dev.underway.model.Durations;
import dev.underway.model.GitSource;
import dev.underway.model.Revision;
import dev.underway.model.RolloutStatus;
import dev.underway.model.RolloutStatus.Past;
import dev.underway.model.RolloutStatus.Phase;
import dev.underway.model.UnitSet;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Who changed what on one host, when, and what became of it: the rollouts of the UnitSets that the host has,
/// each with the commit that its revision comes from. Pure.
///
/// A rollout speaks of the whole fleet; of this host it is known what it runs now, what it was told, and
/// whether it is among those that failed. Rollouts that ended before the host had the set are left out.
record HostHistory(List<OnSet> sets) {
    private static final int SHORT_COMMIT = 7;

    /// One set on the host.
    ///
    /// @param set null when it is gone already
    record OnSet(Assignment assignment, @Nullable UnitSet set, List<Revision> revisions) {}

    /// What this host has to do with a rollout.
    enum Here {
        /// It runs the revision now.
        Runs,
        /// It shall run the revision, and does not yet.
        Told,
        /// It is among the hosts on which the rollout failed.
        Failed
    }

    /// @param startedAt of the rollout; where the server has forgotten that, when the revision was made
    /// @param result how the rollout went on the fleet; null when the server has forgotten that
    /// @param author as in the commit: `name <address>`
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            String unitSet,
            String revision,
            @Nullable String result,
            @Nullable String reason,
            @Nullable String message,
            List<Here> here,
            @Nullable String commit,
            @Nullable String author,
            @Nullable String file) {}

    /// A rollout, on its way or ended.
    private record Change(
            String revision,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable String result,
            @Nullable String reason,
            @Nullable String message,
            List<RolloutStatus.Failure> failures) {

        boolean endedBefore(@Nullable Instant time) {
            return time != null && endedAt != null && endedAt.isBefore(time);
        }
    }

    /// The newest first.
    List<Row> rows() {
        return sets.stream()
                .flatMap(on -> rows(on).stream())
                .sorted(Comparator.comparing(Row::startedAt, Comparator.nullsLast(Comparator.reverseOrder())))
                .toList();
    }

    private static List<Row> rows(OnSet on) {
        var assignment = on.assignment();
        var told = assignment.spec().revision();
        var runs = assignment.status() == null ? null : assignment.status().revision();
        var changes = changes(on.set());
        for (var name : List.of(told, Objects.requireNonNullElse(runs, told))) {
            if (changes.stream().noneMatch(change -> change.revision().equals(name))) {
                changes.add(forgotten(name, on.revisions()));
            }
        }

        var rows = new ArrayList<Row>();
        var seen = new ArrayList<String>();
        for (var change : changes) {
            var here = new ArrayList<Here>();
            if (!seen.contains(change.revision())) {
                seen.add(change.revision());
                if (change.revision().equals(runs)) {
                    here.add(Here.Runs);
                } else if (change.revision().equals(told)) {
                    here.add(Here.Told);
                }
            }
            if (change.failures().stream()
                    .anyMatch(failure -> failure.host().equals(assignment.spec().host()))) {
                here.add(Here.Failed);
            }
            if (!here.isEmpty() || !change.endedBefore(assignment.metadata().creationTimestamp())) {
                rows.add(row(on, change, here));
            }
        }
        return rows;
    }

    /// The newest first.
    private static List<Change> changes(@Nullable UnitSet set) {
        var changes = new ArrayList<Change>();
        var status = set == null ? null : set.status();
        if (set == null || status == null) {
            return changes;
        }
        var rollout = status.rollout();
        if (rollout != null) {
            changes.add(change(set, rollout));
        }
        status.historyOrEmpty().stream()
                .filter(past -> rollout == null || !isSame(past, rollout))
                .map(past -> new Change(
                        past.revision(),
                        past.startedAt(),
                        past.endedAt(),
                        past.outcome().name(),
                        past.reason(),
                        past.message(),
                        List.of()))
                .forEach(changes::add);
        return changes;
    }

    /// A rollout that failed or is complete is in the history as well.
    private static boolean isSame(Past past, RolloutStatus rollout) {
        return past.id().equals(rollout.id()) && past.startedAt().equals(rollout.startedAt());
    }

    private static Change change(UnitSet set, RolloutStatus rollout) {
        var pin = set.spec().pin();
        boolean undone = rollout.reason() == null
                && pin != null
                && pin.revision().equals(rollout.revision())
                && !pin.revision().equals(RolloutVerdict.contentRevision(set));
        return new Change(
                rollout.revision(),
                rollout.startedAt(),
                rollout.endedAt(),
                rollout.phase() == Phase.Complete
                        ? RolloutStatus.Outcome.Completed.name()
                        : rollout.phase().name(),
                undone ? "Undo" : rollout.reason(),
                undone && pin != null ? pin.reason() : rollout.message(),
                Objects.requireNonNullElse(rollout.failures(), List.of()));
    }

    private static Change forgotten(String name, List<Revision> revisions) {
        var made = revisions.stream()
                .filter(revision -> revision.metadata().name().equals(name))
                .findFirst()
                .map(revision -> revision.metadata().creationTimestamp())
                .orElse(null);
        return new Change(name, made, null, null, null, null, List.of());
    }

    private static Row row(OnSet on, Change change, List<Here> here) {
        var origin = on.revisions().stream()
                .filter(revision -> revision.metadata().name().equals(change.revision()))
                .findFirst()
                .map(revision -> revision.metadata().annotations())
                .orElse(Map.of());
        return new Row(
                change.startedAt(),
                change.endedAt(),
                on.assignment().metadata().namespace() + "/"
                        + on.assignment().spec().unitSet(),
                change.revision(),
                change.result(),
                change.reason(),
                change.message(),
                List.copyOf(here),
                origin.get(GitSource.COMMIT),
                origin.get(GitSource.AUTHOR),
                origin.get(GitSource.FILE));
    }

    /// For people. Empty when the host has no set.
    String table(Instant now) {
        var rows = rows();
        if (rows.isEmpty()) {
            return "";
        }
        var table = new TextTable("TIME", "AGE", "UNITSET", "REVISION", "RESULT", "HERE", "COMMIT", "AUTHOR", "FILE");
        for (var row : rows) {
            var time = row.startedAt();
            table.row(
                    time == null
                            ? FleetStatus.NONE
                            : time.truncatedTo(ChronoUnit.SECONDS).toString(),
                    time == null ? FleetStatus.NONE : Durations.human(Duration.between(time, now)),
                    row.unitSet(),
                    row.revision(),
                    FleetStatus.orNone(row.result()) + (row.reason() == null ? "" : ": " + row.reason()),
                    FleetStatus.orNone(
                            String.join(",", row.here().stream().map(Here::name).toList())),
                    FleetStatus.orNone(shortened(row.commit())),
                    FleetStatus.orNone(nameOf(row.author())),
                    FleetStatus.orNone(printable(row.file())));
        }
        return table.toString();
    }

    private static String shortened(@Nullable String commit) {
        var text = printable(commit);
        return text.length() > SHORT_COMMIT ? text.substring(0, SHORT_COMMIT) : text;
    }

    /// Without the address, if something is left then.
    private static String nameOf(@Nullable String author) {
        var text = printable(author);
        int address = text.indexOf(" <");
        return address > 0 ? text.substring(0, address) : text;
    }

    /// Annotations are free text: nothing in them shall break the table or speak to the terminal.
    private static String printable(@Nullable String text) {
        return text == null ? "" : text.replaceAll("\\p{Cntrl}+", " ");
    }
}
