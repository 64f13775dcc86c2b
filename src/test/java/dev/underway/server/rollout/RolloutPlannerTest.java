package dev.underway.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.underway.model.Condition;
import dev.underway.server.store.Conditions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is written for a UnitSet, as an operator can review it. The notation is [Story]'s.
class RolloutPlannerTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                                       | set            | hosts                 | assignments                    | decisions
        a set is new                                 | v2 new         | a                     | -                              | Guard; Assign a=v2
        nothing is to be done                        | v2             | a, b                  | a=v2:healthy, b=v2:healthy     | -
        only some hosts are picked                   | v2             | a, b(other)           | -                              | Assign a=v2
        the content changes                          | v2             | a, b                  | a=v1:healthy, b=v1:healthy     | Assign a=v2
        an offline host is told when it is back      | v2             | a(offline)            | a=v1                           | -
        a cordoned host is left as it is             | v2             | a(cordoned), b        | a=v1:healthy, b=v1             | Assign b=v2
        a cordoned host is given nothing             | v2             | a(cordoned)           | -                              | -
        a paused set changes nothing                 | v2 paused      | a, b, c(other)        | a=v1:healthy, c=v1             | -
        a set is pinned to an earlier revision       | v2 pin=v1      | a                     | a=v2:healthy                   | Assign a=v1
        a set is pinned to a revision that is gone   | v2 pin=v3      | a                     | a=v2:healthy                   | -
        a host leaves the selector                   | v2             | a(other)              | a=v2:healthy                   | Withdraw a
        it leaves a set that orphans                 | v2 orphan      | a(other)              | a=v2:healthy                   | Withdraw a(orphan)
        its tombstone is waited for                  | v2             | a(other)              | a=v2:deleting                  | -
        it comes back before it is clean             | v2             | a                     | a=v2:deleting                  | -
        a host is gone                               | v2             | a                     | a=v2:healthy, b=v2:healthy     | Release b
        a host is being deleted                      | v2             | a(deleting)           | a=v2:healthy                   | Release a
        a gone host's tombstone goes with it         | v2             | -                     | a=v2:deleting                  | Release a
        a paused set lets gone hosts go              | v2 paused      | -                     | a=v2                           | Release a
        a set is deleted                             | v2 deleting    | a, b(offline)         | a=v2:healthy, b=v2             | Withdraw a; Withdraw b
        a paused set is deleted                      | v2 paused deleting | a                 | a=v2                           | Withdraw a
        a set that orphans is deleted                | v2 orphan deleting | a                 | a=v2                           | Withdraw a(orphan)
        its tombstones are on their way              | v2 deleting    | a                     | a=v2:deleting                  | ForgetRevision v1; ForgetRevision v2
        only offline hosts are left to clean         | v2 deleting    | b(offline)            | b=v2:deleting                  | ForgetRevision v1; ForgetRevision v2; LetGo
        a deleted set is clean                       | v2 deleting    | a                     | -                              | ForgetRevision v1; ForgetRevision v2; LetGo
        a set was removed by force                   | gone           | a                     | a=v2                           | Withdraw a; ForgetRevision v1; ForgetRevision v2
        """)
    void decides(String when, String set, String hosts, String assignments, String decisions) {
        var plan = RolloutPlanner.plan(Story.world(set, hosts, assignments), Story.NOW);

        assertThat(Story.words(plan)).as(when).isEqualTo(decisions.equals("-") ? "" : decisions);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                               | set         | hosts              | assignments                | ready | reconciling | stalled | reason
        every host is well                   | v2          | a, b               | a=v2:healthy, b=v2:healthy | True  | False | False | HostsReady
        one has not answered                 | v2          | a, b               | a=v2:healthy, b=v2         | False | True  | False | Progressing
        one waits                            | v2          | a                  | a=v2:waiting               | False | True  | False | Progressing
        one runs the old content             | v2          | a                  | a=v1:healthy               | False | True  | False | Progressing
        one failed                           | v2          | a, b               | a=v2:healthy, b=v2:failed  | False | False | True  | HostsFailed
        one failed and another goes on       | v2          | a, b               | a=v2, b=v2:failed          | False | True  | False | Progressing
        one is offline                       | v2          | a, b(offline)      | a=v2:healthy, b=v1         | True  | False | False | HostsReady
        all are offline                      | v2          | a(offline)         | a=v2:healthy               | False | False | False | HostsOffline
        one is cordoned                      | v2          | a, b(cordoned)     | a=v2:healthy, b=v1         | True  | False | False | HostsReady
        no host is picked                    | v2          | a(other)           | -                          | True  | False | False | NoHosts
        one that left is not clean yet       | v2          | a, b(other)        | a=v2:healthy, b=v2:deleting | True | True  | False | HostsReady
        paused with work left                | v2 paused   | a, b               | a=v2:healthy, b=v1         | False | False | False | Paused
        paused with nothing left             | v2 paused   | a                  | a=v2:healthy               | True  | False | False | HostsReady
        pinned and there                     | v2 pin=v1   | a                  | a=v1:healthy               | True  | False | False | HostsReady
        pinned to what is gone               | v2 pin=v3   | a                  | a=v2:healthy               | False | False | True  | PinnedRevisionMissing
        being deleted                        | v2 deleting | a                  | a=v2:deleting              | False | True  | False | Deleting
        """)
    void says(
            String when,
            String set,
            String hosts,
            String assignments,
            String ready,
            String reconciling,
            String stalled,
            String reason) {
        var status = RolloutPlanner.plan(Story.world(set, hosts, assignments), Story.NOW)
                .status();

        assertThat(status.conditions())
                .as(when)
                .extracting(Condition::type, condition -> condition.status().name(), Condition::reason)
                .containsExactly(
                        tuple("Ready", ready, reason),
                        tuple("Reconciling", reconciling, reason),
                        tuple("Stalled", stalled, reason));
        assertThat(status.observedGeneration()).isEqualTo(1);
    }

    @Test
    void namesWhoFailedAndWhoIsAway() {
        var plan = RolloutPlanner.plan(
                Story.world("v2", "a, b, c(offline)", "a=v2:healthy, b=v2:failed, c=v2"), Story.NOW);

        assertThat(Conditions.find(plan.status().conditions(), "Ready").message())
                .isEqualTo("1 of 3 hosts runs " + Story.revisionName("v2")
                        + "; failed: b (StartFailed: it exits at once); offline, will follow when back: c");
    }

    @Test
    void numbersANewRevisionAfterTheLast() {
        var plan = RolloutPlanner.plan(Story.world("v3", "a", "a=v2:healthy"), Story.NOW);

        assertThat(Story.words(plan)).isEqualTo("MakeRevision v3 #3; Assign a=v3");
    }

    @Test
    void keepsTheHistoryAndWhateverAHostRuns() {
        var known = Set.of("v1", "v2", "v3", "v4", "v5");

        var plan =
                RolloutPlanner.plan(Story.world("v5", "a, b(offline)", "a=v5:healthy, b=v1:healthy", known), Story.NOW);

        // The limit is one: v4. Host b ran v1 when it was last heard of.
        assertThat(Story.words(plan)).isEqualTo("ForgetRevision v3; ForgetRevision v2");
    }

    @Property
    void aWrittenPlanLeavesNothingButHistoryToDecide(@ForAll("worlds") World world) {
        var once = Story.after(world, RolloutPlanner.plan(world, Story.NOW));
        var second = RolloutPlanner.plan(once, Story.NOW);
        var twice = Story.after(once, second);

        assertThat(second.decisions())
                .allMatch(
                        decision -> decision instanceof Decision.ForgetRevision || decision instanceof Decision.LetGo);
        assertThat(RolloutPlanner.plan(twice, Story.NOW).decisions()).isEmpty();
    }

    @Property
    void everyHostIsDecidedAboutAtMostOnce(@ForAll("worlds") World world) {
        var names = Stream.of(Story.words(RolloutPlanner.plan(world, Story.NOW)).split("; "))
                .filter(word -> word.matches("(Assign|Withdraw|Release) .*"))
                .map(word -> word.split("[ =(]")[1])
                .toList();

        assertThat(names).doesNotHaveDuplicates();
    }

    @Property
    void theOrderOfInputsDoesNotMatter(@ForAll("worlds") World world, @ForAll long seed) {
        var assignments = new ArrayList<>(world.assignments());
        Collections.shuffle(assignments, new Random(seed));
        var shuffled = new World(world.set(), world.hosts(), world.revisions(), assignments);

        assertThat(RolloutPlanner.plan(shuffled, Story.NOW)).isEqualTo(RolloutPlanner.plan(world, Story.NOW));
    }

    @Property
    void aHostThatCanBeReachedIsNeverForgottenWithoutATombstone(@ForAll("worlds") World world) {
        var plan = RolloutPlanner.plan(world, Story.NOW);

        for (var decision : plan.decisions()) {
            if (decision instanceof Decision.Release release) {
                var host = world.hosts().get(release.name().substring(4));
                assertThat(host == null || host.deleting()).isTrue();
            }
            if (decision instanceof Decision.LetGo) {
                assertThat(world.assignments())
                        .noneMatch(a -> world.hosts().containsKey(a.spec().host())
                                && world.hosts().get(a.spec().host()).reachable());
            }
        }
    }

    @Provide
    Arbitrary<World> worlds() {
        var words = Arbitraries.of("new", "paused", "deleting", "orphan", "pin=v1", "pin=v3")
                .set()
                .ofMaxSize(2);
        var versions = Arbitraries.of("v1", "v2", "v3");
        var set = Combinators.combine(versions, words).as((version, more) -> version + " " + String.join(" ", more));
        var names = List.of("a", "b", "c", "d");
        var hosts = Combinators.combine(names.stream()
                        .map(name -> Arbitraries.of(
                                "",
                                name,
                                name + "(offline)",
                                name + "(cordoned)",
                                name + "(other)",
                                name + "(deleting)"))
                        .toList())
                .as(RolloutPlannerTest::joined);
        var assignments = Combinators.combine(names.stream()
                        .map(name -> Arbitraries.of(
                                "", name + "=v1", name + "=v2:healthy", name + "=v2:failed", name + "=v1:deleting"))
                        .toList())
                .as(RolloutPlannerTest::joined);
        return Combinators.combine(set, hosts, assignments).as(Story::world);
    }

    private static String joined(List<String> items) {
        return items.stream().filter(item -> !item.isEmpty()).collect(Collectors.joining(", "));
    }
}
