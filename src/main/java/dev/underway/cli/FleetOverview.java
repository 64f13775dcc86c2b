package dev.underway.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Condition;
import dev.underway.model.GitSource;
import dev.underway.model.Host;
import dev.underway.model.RolloutStatus;
import dev.underway.model.UnitSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The fleet on one screen: how far each UnitSet is, and what waits for a person. Pure: made from the UnitSets and the
/// hosts that are not heard of or get no work, so its cost does not grow with the hosts that are well.
record FleetOverview(List<Row> unitSets, List<Attention> attention) {
    private static final int MOST_NAMES = 5;
    private static final String PAUSED = "Paused";

    /// @param hosts that the selector picks
    /// @param updated hosts that were told the revision
    /// @param changedAt when something happened to it last: a host was verified, a rollout began or ended
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(
            String namespace,
            String unitSet,
            @Nullable String revision,
            RolloutStatus.@Nullable Phase phase,
            @Nullable String wave,
            int hosts,
            int updated,
            int healthy,
            int failed,
            RolloutStatus.@Nullable Budget budget,
            String reason,
            String message,
            @Nullable Instant changedAt) {}

    /// What waits for a person, and what that person can do.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Attention(
            String about,
            String reason,
            String message,
            @Nullable String next) {}

    /// What keeps a source back although it may pass by itself.
    private static final Set<String> HINDRANCES = Set.of("FetchFailed", "Retrying");

    /// @param silent the hosts whose `Ready` is not True
    /// @param cordoned the hosts that get no work
    static FleetOverview of(List<UnitSet> sets, List<Host> silent, List<Host> cordoned, List<GitSource> sources) {
        var sorted = sets.stream()
                .sorted(Comparator.comparing(set -> Subject.of(set).toString()))
                .toList();
        return new FleetOverview(
                sorted.stream().map(FleetOverview::row).toList(),
                Stream.of(
                                sorted.stream().filter(set -> isEnd(set)).map(FleetOverview::attention),
                                sorted.stream().filter(set -> isAsking(set)).map(FleetOverview::attention),
                                sorted.stream().filter(set -> isPaused(set)).map(FleetOverview::paused),
                                sources.stream().flatMap(source -> heldBack(source).stream()),
                                silent(silent).stream(),
                                cordoned(cordoned).stream())
                        .flatMap(stream -> stream)
                        .toList());
    }

    private static Row row(UnitSet set) {
        var subject = Subject.of(set);
        var status = set.status();
        var rollout = status == null ? null : status.rollout();
        var verdict = RolloutVerdict.of(set);
        return new Row(
                subject.namespace(),
                subject.name(),
                status == null ? null : status.revision(),
                rollout == null ? null : rollout.phase(),
                rollout == null ? null : rollout.wave(),
                count(status == null ? null : status.hosts()),
                count(status == null ? null : status.updated()),
                count(status == null ? null : status.healthy()),
                count(status == null ? null : status.failed()),
                rollout == null ? null : rollout.budget(),
                verdict.reason(),
                verdict.message(),
                changedAt(status));
    }

    private static @Nullable Instant changedAt(UnitSet.@Nullable Status status) {
        var rollout = status == null ? null : status.rollout();
        var ready = status == null ? null : Conditions.find(status.conditions(), "Ready");
        return Stream.of(
                        rollout == null ? null : rollout.startedAt(),
                        rollout == null ? null : rollout.progressedAt(),
                        rollout == null ? null : rollout.endedAt(),
                        ready == null ? null : ready.lastTransitionTime())
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    /// Whether it failed or stands still; what a person undid or deletes is as that person wants it.
    private static boolean isEnd(UnitSet set) {
        var verdict = RolloutVerdict.of(set);
        return switch (verdict.end()) {
            case DONE, ON -> false;
            case FAILING, FAILED ->
                !verdict.reason().equals("Undone") && !verdict.reason().equals("Deleting");
        };
    }

    private static boolean isAsking(UnitSet set) {
        return RolloutVerdict.of(set).reason().equals("AwaitingPromotion");
    }

    /// Whether somebody has paused it, and it is not named for another reason. One that is complete would not begin
    /// its next rollout.
    private static boolean isPaused(UnitSet set) {
        return Boolean.TRUE.equals(set.spec().paused())
                && set.metadata().deletionTimestamp() == null
                && !isEnd(set)
                && !isAsking(set);
    }

    private static Attention paused(UnitSet set) {
        var verdict = RolloutVerdict.of(set);
        var subject = Subject.of(set);
        return new Attention(
                subject.toString(),
                PAUSED,
                verdict.reason().equals(PAUSED)
                        ? verdict.message()
                        : "no host is told anything new until spec.paused is false",
                NextStep.ofSet(subject, PAUSED));
    }

    private static Attention attention(UnitSet set) {
        var verdict = RolloutVerdict.of(set);
        var subject = Subject.of(set);
        return new Attention(
                subject.toString(), verdict.reason(), verdict.message(), NextStep.ofSet(subject, verdict.reason()));
    }

    /// A source whose newest commit is not what the fleet shall be.
    private static Optional<Attention> heldBack(GitSource source) {
        var conditions = source.status() == null ? null : source.status().conditions();
        var ready = Conditions.find(conditions, "Ready");
        var stalled = Conditions.find(conditions, "Stalled");
        boolean stands = stalled != null && stalled.status() == Condition.Status.True;
        if (ready == null || !(stands || HINDRANCES.contains(ready.reason()))) {
            return Optional.empty();
        }
        var metadata = source.metadata();
        return Optional.of(new Attention(
                "gitsource " + metadata.namespace() + "/" + metadata.name(),
                ready.reason(),
                Objects.requireNonNullElse(ready.message(), ""),
                "see it whole: kubectl describe gitsource " + metadata.name() + " -n " + metadata.namespace()));
    }

    /// One line for each reason, however many hosts there are.
    private static List<Attention> silent(List<Host> hosts) {
        var byReason = new TreeMap<String, List<Host>>(hosts.stream().collect(Collectors.groupingBy(host -> {
            var ready = ready(host);
            return ready == null ? "NeverHeardOf" : ready.reason();
        })));
        var attention = new ArrayList<Attention>();
        for (Map.Entry<String, List<Host>> entry : byReason.entrySet()) {
            var names = names(entry.getValue());
            attention.add(new Attention(
                    about(names),
                    entry.getKey(),
                    "not heard of: " + few(names),
                    "see since when and what they miss: underway why host " + names.getFirst()));
        }
        return attention;
    }

    /// One line for what one person once said of many hosts.
    private static List<Attention> cordoned(List<Host> hosts) {
        var byCordon = new LinkedHashMap<Cordon, List<Host>>();
        for (var host : hosts) {
            var cordon = Cordon.of(host.spec());
            if (cordon != null) {
                byCordon.computeIfAbsent(cordon, _ -> new ArrayList<>()).add(host);
            }
        }
        return byCordon.entrySet().stream()
                .map(entry -> {
                    var names = names(entry.getValue());
                    return new Attention(
                            about(names),
                            entry.getKey().reason(),
                            entry.getKey().message() + (names.size() == 1 ? "" : ": " + few(names)),
                            "give it back: underway uncordon " + names.getFirst());
                })
                .toList();
    }

    private static List<String> names(List<Host> hosts) {
        return hosts.stream().map(host -> host.metadata().name()).sorted().toList();
    }

    private static String about(List<String> names) {
        return names.size() == 1 ? "host " + names.getFirst() : names.size() + " hosts";
    }

    private static String few(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())))
                + (names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "");
    }

    private static @Nullable Condition ready(Host host) {
        return Conditions.find(host.status() == null ? null : host.status().conditions(), "Ready");
    }

    /// For people. Columns: HOSTS is healthy/all, BUDGET is unavailable/allowed.
    String text(boolean wide, Instant now) {
        var table = wide
                ? new TextTable(
                        "NAMESPACE",
                        "UNITSET",
                        "REVISION",
                        "ROLLOUT",
                        "HOSTS",
                        "UPDATED",
                        "FAILED",
                        "BUDGET",
                        "REASON",
                        "CHANGED",
                        "MESSAGE")
                : new TextTable("NAMESPACE", "UNITSET", "REVISION", "ROLLOUT", "HOSTS", "BUDGET", "REASON", "CHANGED");
        for (var row : unitSets) {
            var phase =
                    row.phase() == null ? FleetStatus.NONE : row.phase() + (row.wave() == null ? "" : "/" + row.wave());
            var hosts = row.healthy() + "/" + row.hosts();
            var budget = row.budget() == null
                    ? FleetStatus.NONE
                    : row.budget().unavailable() + "/" + row.budget().limit();
            var changed = FleetStatus.age(row.changedAt(), now);
            var revision = FleetStatus.orNone(row.revision());
            if (wide) {
                table.row(
                        row.namespace(),
                        row.unitSet(),
                        revision,
                        phase,
                        hosts,
                        Integer.toString(row.updated()),
                        Integer.toString(row.failed()),
                        budget,
                        row.reason(),
                        changed,
                        FleetStatus.orNone(RolloutText.firstLine(row.message())));
            } else {
                table.row(row.namespace(), row.unitSet(), revision, phase, hosts, budget, row.reason(), changed);
            }
        }
        var text = new StringBuilder(unitSets.isEmpty() ? "" : table.toString());
        if (!attention.isEmpty()) {
            text.append(unitSets.isEmpty() ? "" : "\n").append("NEEDS A PERSON\n");
            for (var each : attention) {
                text.append(each.about() + ": " + each.reason() + ", " + RolloutText.firstLine(each.message()) + "\n");
                if (each.next() != null) {
                    text.append("  next: " + each.next() + "\n");
                }
            }
        }
        return text.toString();
    }

    private static int count(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
