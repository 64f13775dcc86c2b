package dev.underway.server.rollout;

import dev.underway.model.RolloutStatus;
import dev.underway.model.UnitSetRollout.OfHost;
import dev.underway.model.UnitSetRollout.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where every host of a set stands and why; and when time alone changes that.
final class Standings {
    private static final int NAMES = 3;

    private final Map<String, OfHost> hosts = new TreeMap<>();
    private @Nullable Instant wake;

    void add(Member member, @Nullable String wave, @Nullable Order wanted, State state, String reason, String message) {
        var told = member.told();
        hosts.put(
                member.name(),
                new OfHost(
                        member.name(),
                        wave,
                        wanted == null ? null : wanted.revision(),
                        told == null ? null : told.revision(),
                        member.running(),
                        state,
                        reason,
                        message));
    }

    /// Something is to be decided anew at `time`.
    void wakeAt(@Nullable Instant time, Instant now) {
        if (time != null && time.isAfter(now) && (wake == null || time.isBefore(wake))) {
            wake = time;
        }
    }

    @Nullable
    Instant wake() {
        return wake;
    }

    List<OfHost> list() {
        return List.copyOf(hosts.values());
    }

    @Nullable
    State state(Member member) {
        var standing = hosts.get(member.name());
        return standing == null ? null : standing.state();
    }

    int count(List<Member> members, State state) {
        return Math.toIntExact(
                members.stream().filter(member -> state(member) == state).count());
    }

    /// How many hosts do not have what is wanted for each reason, the most frequent first.
    List<RolloutStatus.Waiting> waiting() {
        var names = new LinkedHashMap<String, List<String>>();
        for (var host : hosts.values()) {
            if (host.state() == State.Waiting || host.state() == State.Skipped || host.state() == State.Leaving) {
                Objects.requireNonNull(names.computeIfAbsent(host.reason(), _ -> new ArrayList<>()))
                        .add(host.host());
            }
        }
        return names.entrySet().stream()
                .sorted((one, other) ->
                        Integer.compare(other.getValue().size(), one.getValue().size()))
                .map(entry -> new RolloutStatus.Waiting(
                        entry.getKey(),
                        entry.getValue().size(),
                        List.copyOf(entry.getValue()
                                .subList(0, Math.min(NAMES, entry.getValue().size())))))
                .toList();
    }
}
