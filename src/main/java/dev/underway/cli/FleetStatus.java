package dev.underway.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.Hold;
import dev.underway.model.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The fleet as one table: a row for every UnitSet on every host, and one for every host that runs none.
///
/// Pure: made from what the API says, with no clock of its own. Synced and healthy are two answers and never folded
/// into
/// one; an answer that speaks of an older desired state than the present one is `Unknown`.
final class FleetStatus {
    static final String NONE = "-";

    private FleetStatus() {}

    /// @param revision that the host really runs
    /// @param wanted that it shall run
    /// @param asOf when the host last said so; null when it never did
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(
            @Nullable String namespace,
            @Nullable String unitSet,
            String host,
            @Nullable String revision,
            @Nullable String wanted,
            Condition.Status synced,
            Condition.Status healthy,
            List<String> reasons,
            @Nullable String message,
            @Nullable Instant asOf) {}

    /// Sorted by namespace, UnitSet and host; idle hosts last.
    static List<Row> rows(List<Assignment> assignments, List<Host> hosts, Instant now) {
        var byName = hosts.stream().collect(Collectors.toMap(h -> h.metadata().name(), Function.identity()));
        var rows = new ArrayList<Row>();
        assignments.forEach(a -> rows.add(row(a, byName, now)));
        var busy = assignments.stream().map(a -> a.spec().host()).collect(Collectors.toSet());
        hosts.stream()
                .filter(h -> !busy.contains(h.metadata().name()))
                .map(host -> idle(host, now))
                .forEach(rows::add);
        rows.sort(Comparator.comparing(Row::namespace, Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparing(Row::unitSet, Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparing(Row::host));
        return rows;
    }

    private static Row row(Assignment assignment, Map<String, Host> hosts, Instant now) {
        var spec = assignment.spec();
        var status = assignment.status();
        var current = status != null && speaksOf(status, assignment.metadata().generation());
        var synced = Conditions.find(status == null ? null : status.conditions(), "Synced");
        var healthy = Conditions.find(status == null ? null : status.conditions(), "Healthy");
        var host = hosts.get(spec.host());
        var ready = host == null || host.status() == null
                ? null
                : Conditions.find(host.status().conditions(), "Ready");

        var troubles = Stream.of(current ? synced : null, current ? healthy : null, ready)
                .filter(c -> c != null && c.status() != Condition.Status.True)
                .map(Objects::requireNonNull)
                .toList();
        var cordon = host == null ? null : Cordon.of(host.spec());
        var reasons = Stream.of(
                        assignment.metadata().deletionTimestamp() != null
                                ? Stream.of("Removing")
                                : current ? Stream.<String>empty() : Stream.of("NotReported"),
                        troubles.stream().map(Condition::reason),
                        Stream.ofNullable(cordon).map(Cordon::reason))
                .flatMap(Function.identity())
                .distinct()
                .toList();
        return new Row(
                assignment.metadata().namespace(),
                spec.unitSet(),
                spec.host(),
                status == null ? null : status.revision(),
                spec.revision(),
                current && synced != null ? synced.status() : Condition.Status.Unknown,
                current && healthy != null ? healthy.status() : Condition.Status.Unknown,
                reasons,
                troubles.stream()
                        .map(Condition::message)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElseGet(() -> cordon != null ? cordon.message() : draining(status, now)),
                status == null ? null : status.reportedAt());
    }

    /// What nobody has to do anything about; null when nothing drains.
    private static @Nullable String draining(Assignment.@Nullable Status status, Instant now) {
        var units = status == null || status.units() == null ? List.<Assignment.UnitReport>of() : status.units();
        var sentences = units.stream()
                .flatMap(unit -> unit.drainingOrEmpty().stream())
                .map(each -> each.instance() + " drains"
                        + (each.since() == null ? "" : ", first heard of " + age(each.since(), now)))
                .toList();
        return sentences.isEmpty() ? null : String.join("; ", sentences);
    }

    private static Row idle(Host host, Instant now) {
        var status = host.status();
        var ready = Conditions.find(status == null ? null : status.conditions(), "Ready");
        var hold = holding(host.spec(), now);
        var cordon = Cordon.of(host.spec());
        boolean isReady = ready != null && ready.status() == Condition.Status.True;
        var reasons = Stream.of(
                        Stream.of(isReady ? "NothingAssigned" : ready == null ? "NeverHeardOf" : ready.reason()),
                        isReady && hold != null ? Stream.of("Held") : Stream.<String>empty(),
                        Stream.ofNullable(cordon).map(Cordon::reason))
                .flatMap(Function.identity())
                .toList();
        return new Row(
                null,
                null,
                host.metadata().name(),
                null,
                null,
                Condition.Status.Unknown,
                Condition.Status.Unknown,
                reasons,
                hold != null
                        ? hold.sentence()
                        : isReady && cordon != null ? cordon.message() : ready == null ? null : ready.message(),
                status == null ? null : status.lastSeen());
    }

    /// The hold of a host, unless it is over.
    static @Nullable Hold holding(Host.@Nullable Spec spec, Instant now) {
        var hold = spec == null ? null : spec.hold();
        return hold != null && hold.until().isAfter(now) ? hold : null;
    }

    private static boolean speaksOf(Assignment.Status status, @Nullable Long generation) {
        return generation == null || (status.observedGeneration() != null && status.observedGeneration() >= generation);
    }

    /// The table for people; `now` is the server's clock, against which the times were stamped.
    static String table(List<Row> rows, boolean wide, Instant now) {
        var table = wide
                ? new TextTable(
                        "NAMESPACE",
                        "UNITSET",
                        "HOST",
                        "REVISION",
                        "WANTED",
                        "SYNCED",
                        "HEALTHY",
                        "REASON",
                        "AS OF",
                        "MESSAGE")
                : new TextTable("NAMESPACE", "UNITSET", "HOST", "REVISION", "SYNCED", "HEALTHY", "REASON", "AS OF");
        for (var row : rows) {
            var idle = row.unitSet() == null;
            var synced = idle ? NONE : row.synced().name();
            var healthy = idle ? NONE : row.healthy().name();
            var reason = row.reasons().isEmpty() ? NONE : String.join(",", row.reasons());
            if (wide) {
                table.row(
                        orNone(row.namespace()),
                        orNone(row.unitSet()),
                        row.host(),
                        orNone(row.revision()),
                        orNone(row.wanted()),
                        synced,
                        healthy,
                        reason,
                        age(row.asOf(), now),
                        orNone(row.message() == null ? null : RolloutText.firstLine(row.message())));
            } else {
                table.row(
                        orNone(row.namespace()),
                        orNone(row.unitSet()),
                        row.host(),
                        orNone(row.revision()),
                        synced,
                        healthy,
                        reason,
                        age(row.asOf(), now));
            }
        }
        return table.toString();
    }

    /// How long ago, in the largest unit that says something: `12s ago`, `5m ago`, `3h ago`, `9d ago`.
    static String age(@Nullable Instant then, Instant now) {
        if (then == null) {
            return "never";
        }
        var age = Duration.between(then, now);
        if (age.isNegative()) {
            return "0s ago";
        }
        if (age.toMinutes() < 2) {
            return age.toSeconds() + "s ago";
        }
        if (age.toHours() < 2) {
            return age.toMinutes() + "m ago";
        }
        return age.toDays() < 2 ? age.toHours() + "h ago" : age.toDays() + "d ago";
    }

    static String orNone(@Nullable String text) {
        return text == null || text.isEmpty() ? NONE : text;
    }
}
