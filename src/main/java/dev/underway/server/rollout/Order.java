package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Digests;
import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a host is told: a revision, and how to treat it.
///
/// Most of a policy only says how the next change is made, and reaches every host at once. A part of it changes what
/// runs, as another revision does: that a new process is wanted ([Policy#restartedAt]), and the states of units.
///
/// @param values that one host was told for templates; null in an order of the whole fleet ([Tailor])
record Order(
        String revision,
        String digest,
        Policy policy,
        @Nullable Map<String, String> values) {
    private static final int DIGEST_IN_ID = 10;

    Order(String revision, String digest, Policy policy) {
        this(revision, digest, policy, null);
    }

    static Order of(Assignment.Spec spec) {
        return new Order(
                spec.revision(),
                spec.digest(),
                Objects.requireNonNullElse(spec.policy(), Policy.NONE),
                spec.rendered() == null ? null : Objects.requireNonNullElse(spec.values(), Map.of()));
    }

    /// The same without the values of one host.
    Order ofFleet() {
        return new Order(revision, digest, policy);
    }

    /// Whether a host that was told `other` has nothing to change when it is told this.
    boolean runsAs(Order other) {
        return digest.equals(other.digest)
                && revision.equals(other.revision)
                && Objects.equals(values, other.values)
                && (policy.equals(other.policy) || asksForTheSame(other));
    }

    private boolean asksForTheSame(Order other) {
        return Objects.equals(policy.restartedAt(), other.policy.restartedAt()) && states().equals(other.states());
    }

    /// Names everything that [#runsAs] compares in orders of the fleet.
    String id() {
        return Digests.sha256(digest + '\n' + policy.restartedAt() + '\n' + states())
                .substring(0, DIGEST_IN_ID);
    }

    /// The same revision with every unit stopped: what a host is told that is drained.
    Order stopped(Revision.Content content) {
        var names = new TreeSet<String>();
        content.unitsOrEmpty().forEach(unit -> names.add(unit.name()));
        units().forEach(unit -> names.add(unit.name()));
        var stopped = new ArrayList<Policy.UnitPolicy>();
        for (var name : names) {
            var unit = policy.unit(name);
            stopped.add(new Policy.UnitPolicy(
                    name,
                    unit.update(),
                    UnitState.Stopped,
                    unit.reloadOn(),
                    unit.restartOn(),
                    unit.readiness(),
                    unit.adopt(),
                    unit.drain()));
        }
        return new Order(
                revision,
                digest,
                new Policy(
                        stopped.isEmpty() ? null : stopped,
                        policy.adoptFiles(),
                        policy.drift(),
                        policy.restartedAt(),
                        policy.healthyDeadline(),
                        policy.retriedAt()));
    }

    boolean isStopped() {
        var states = states();
        return !states.isEmpty() && states.values().stream().allMatch(UnitState.Stopped::equals);
    }

    /// The same with a person's word that what failed shall be tried again.
    Order retriedAt(Instant at) {
        return new Order(
                revision,
                digest,
                new Policy(
                        policy.units(),
                        policy.adoptFiles(),
                        policy.drift(),
                        policy.restartedAt(),
                        policy.healthyDeadline(),
                        at));
    }

    /// The units whose changes are to be written and not carried out: when these wait, all is done.
    Set<String> deferred() {
        return units().stream()
                .filter(unit -> unit.update() == UpdateMode.Defer)
                .map(Policy.UnitPolicy::name)
                .collect(Collectors.toSet());
    }

    private List<Policy.UnitPolicy> units() {
        var units = policy.units();
        return units == null ? List.of() : units;
    }

    private Map<String, @Nullable UnitState> states() {
        var states = new TreeMap<String, @Nullable UnitState>();
        for (var unit : units()) {
            if (unit.state() != null) {
                states.put(unit.name(), unit.state());
            }
        }
        return states;
    }
}
