package dev.underway.server.rollout;

import dev.underway.model.UnitSetSpec.Promote;
import dev.underway.model.UnitSetSpec.Rollout;
import dev.underway.model.UnitSetSpec.Wave;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Divides the hosts of a set into its waves: in order, the first that matches; everybody else is the last one.
///
/// A wave of at most `maxHosts` keeps the hosts that were told already, whatever became of them, and then takes
/// those that can be told, by name: so it does not wait for a machine that is off while another could do.
final class Waves {
    /// The name of the last wave.
    static final String REST = "rest";

    /// One wave and its hosts, by name.
    record Group(String name, int minHosts, Duration bake, boolean manual, boolean last, List<Member> members) {}

    private Waves() {}

    static List<Group> of(@Nullable Rollout rollout, List<Member> members, Order wanted, Instant now) {
        var left = new ArrayList<>(members);
        var groups = new ArrayList<Group>();
        for (var wave : rollout == null || rollout.waves() == null ? List.<Wave>of() : rollout.waves()) {
            var taken = take(wave, left, wanted, now);
            left.removeAll(taken);
            groups.add(new Group(
                    wave.name(),
                    Objects.requireNonNullElse(wave.minHosts(), 1),
                    Objects.requireNonNullElse(wave.bake(), Duration.ZERO),
                    wave.promote() == Promote.Manual,
                    false,
                    taken));
        }
        groups.add(new Group(REST, 0, Duration.ZERO, false, true, List.copyOf(left)));
        return groups;
    }

    /// The wave of each host, by name of the host.
    static Map<String, String> byHost(List<Group> groups) {
        var waves = new HashMap<String, String>();
        groups.forEach(group -> group.members().forEach(member -> waves.put(member.name(), group.name())));
        return waves;
    }

    private static List<Member> take(Wave wave, List<Member> left, Order wanted, Instant now) {
        var matching = left.stream()
                .filter(member -> wave.selector().matches(member.view().labels()))
                .toList();
        if (wave.maxHosts() == null || matching.size() <= wave.maxHosts()) {
            return matching;
        }
        return matching.stream()
                .sorted(Comparator.comparingInt((Member member) -> rank(member, wanted, now))
                        .thenComparing(Member::name))
                .limit(wave.maxHosts())
                .sorted(Comparator.comparing(Member::name))
                .toList();
    }

    private static int rank(Member member, Order wanted, Instant now) {
        if (member.isTold(wanted)) {
            return 0;
        }
        return member.view().reachable() && !member.view().cordoned() && member.hold(now) == null ? 1 : 2;
    }
}
