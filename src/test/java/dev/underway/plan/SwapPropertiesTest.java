package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Desired.RemovedSet;
import dev.underway.plan.ModelHost.Kill;
import dev.underway.plan.PathState.Symlink;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Stop;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// What holds for every swap, on a [ModelHost] on which processes of before and after live side by side.
class SwapPropertiesTest {
    private static final List<String> PATHS = List.of("/etc/web/a", "/etc/web/b", "/opt/web");

    @Property
    void aSwappableServiceIsNeverStoppedBeforeAnotherServes(@ForAll("sets") String before, @ForAll("sets") String now) {
        var host = new ModelHost();
        host.converge(desired(before));

        var plan = Planner.plan(desired(now), host.observe(desired(now)));

        assertThat(plan.steps())
                .filteredOn(step -> step instanceof Restart || step instanceof Stop)
                .allMatch(step -> ((OfUnit) step).unit().equals("worker.service"));
    }

    @Property
    void afterwardsOneInstanceIsTheUnitAndNothingIsLeft(
            @ForAll("sets") String first, @ForAll("sets") String second, @ForAll("sets") String third) {
        var host = new ModelHost();
        host.converge(desired(first));
        host.converge(desired(second));
        host.converge(desired(third));
        host.converge(desired(third));

        isSound(host, first, second, third);
    }

    @Property
    void aKillAnywhereInASwapEndsTheSame(
            @ForAll("sets") String before,
            @ForAll("sets") String now,
            @ForAll @IntRange(max = 12) int effects,
            @ForAll("sets") String then) {
        var host = new ModelHost();
        host.converge(desired(before));

        host.convergeUntilWithinASwap(desired(now), effects);
        assertThat(host.instances("web.service")).as("somebody serves").isNotEmpty();
        host.converge(desired(then));
        host.converge(desired(then));

        isSound(host, before, now, then);
    }

    /// But for what an instance that was a plain unit has in its file for its next process.
    private static List<String> staleOfWeb(ModelHost host, String desired) {
        return Stale.of(host, desired(desired)).stream()
                .filter(stale -> stale.startsWith("web.service "))
                .filter(stale -> !stale.matches(
                        ".* (LogExtraFields|NonBlocking|RuntimeDirectoryPreserve|Sockets|SyslogIdentifier)="))
                .toList();
    }

    /// Before systemd has read that the name is an instance's now, the process is still that of a plain unit.
    @Property
    void aKillAnywhereWhileAPlainUnitBecomesAnInstanceEndsTheSame(
            @ForAll("alone") String before,
            @ForAll("alone") String now,
            @ForAll @IntRange(max = 6) int steps,
            @ForAll boolean beforeItIsRecorded,
            @ForAll("alone") String then) {
        var host = new ModelHost();
        host.converge(desired(before.replace("restartOn=/etc/web/b", "update=Restart,restartOn=/etc/web/b")));

        host.converge(desired(now), new Kill(steps, beforeItIsRecorded));
        host.converge(desired(then));
        host.converge(desired(then));

        assertThat(Steps.of(Planner.plan(desired(then), host.observe(desired(then)))))
                .isEqualTo("nothing");
        assertThat(staleOfWeb(host, then)).isEmpty();
        assertThat(host.instances("web.service")).hasSize(1);
    }

    @Property
    void ofAPowerLossAnywhereInASwapComesOneInstance(
            @ForAll("sets") String before, @ForAll("sets") String now, @ForAll @IntRange(max = 12) int effects) {
        var host = new ModelHost();
        host.converge(desired(before));
        host.convergeUntilWithinASwap(desired(now), effects);

        host.boot("web.socket", "web.service");
        assertThat(host.instances("web.service")).hasSize(1);
        host.converge(desired(now));
        host.converge(desired(now));

        isSound(host, before, now);
    }

    @Property
    void aRemovedSetLeavesNothing(
            @ForAll("sets") String before, @ForAll("sets") String now, @ForAll @IntRange(max = 12) int effects) {
        var host = new ModelHost();
        host.converge(desired(before));
        host.convergeUntilWithinASwap(desired(now), effects);
        var removed = new Desired(List.of(), List.of(new RemovedSet(Sketch.id("web"), false)));

        host.converge(removed);

        assertThat(host.endState()).isEmpty();
        assertThat(host.inventory).isEqualTo(Inventory.EMPTY);
    }

    /// @param sets that were wanted, one after the other
    private static void isSound(ModelHost host, String... sets) {
        var set = sets[sets.length - 1];
        assertThat(Steps.of(Planner.plan(desired(set), host.observe(desired(set)))))
                .isEqualTo("nothing");
        assertThat(Stale.of(host, desired(set)))
                .filteredOn(stale -> !PATHS.stream()
                        .anyMatch(path -> stale.endsWith("has not read its own " + path) && becameAnInput(path, sets)))
                .isEmpty();
        assertThat(host.disk.get("/etc/systemd/system/web.service"))
                .isInstanceOfSatisfying(
                        Symlink.class,
                        link -> assertThat(host.instances("web.service")).containsExactly(link.target()));
        assertThat(host.disk.keySet().stream().filter(path -> path.matches(".*/web-[^/]*\\.service")))
                .hasSize(1);
    }

    /// Whether a file is the web service's for no other reason than that another service of the set is gone, as what no
    /// unit claims is read by the only one. That is a change of policy and acts on nothing: it counts as read.
    private static boolean becameAnInput(String path, String... sets) {
        for (int i = 1; i < sets.length; i++) {
            var value = valueOf(path, sets[i]);
            if (!value.isEmpty()
                    && value.equals(valueOf(path, sets[i - 1]))
                    && hasOthers(sets[i - 1])
                    && !hasOthers(sets[i])) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasOthers(String set) {
        return set.contains("worker.service") || set.contains("m.service");
    }

    private static String valueOf(String path, String set) {
        return Stream.of(set.split(" "))
                .filter(word -> word.startsWith(path + "=") || word.startsWith(path + "<-"))
                .findFirst()
                .orElse("");
    }

    /// Sets of a socket and a service that may be swapped, in variants that need a new process, a reload, a
    /// daemon-reload or nothing; beside it a service and a oneshot that run the same program.
    /// Without units that read the same: an input that becomes a unit's because another one is gone counts as read.
    @Provide
    Arbitrary<String> alone() {
        return sets().filter(set -> !set.contains("worker.service") && !set.contains("m.service"));
    }

    @Provide
    Arbitrary<String> sets() {
        return Combinators.combine(
                        Arbitraries.of("/bin/a", "/bin/b", "/opt/web/run"),
                        Arbitraries.of("", ";ExecReload=/r"),
                        Arbitraries.of("", ";Restart=always", ";CPUWeight=5", ";Nice=5", ";RuntimeDirectory=x"),
                        Arbitraries.of("", "+10-x.conf[Restart=always]", "+10-x.conf[Nice=3]"),
                        Arbitraries.of("", "/etc/web/a=1", "/etc/web/a=2"),
                        Arbitraries.of("", "/etc/web/b=1", "/etc/web/b=2"),
                        Arbitraries.of("/opt/web<-1", "/opt/web<-2"),
                        Combinators.combine(
                                        Arbitraries.of("", "restartedAt=2026-01-01T00:00:00Z"),
                                        Arbitraries.of("", "worker.service[ExecStart=/opt/web/work]"),
                                        Arbitraries.of(
                                                "",
                                                "m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/m]",
                                                "m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/m;Before=web.service]"))
                                .as((restartedAt, worker, migrate) -> restartedAt + " " + worker + " " + migrate))
                .as((exec, reload, more, dropIn, a, b, artifact, others) -> "web.socket[ListenStream=80] "
                        + "web.service{restartOn=/etc/web/b}[Type=notify;WantedBy=x.target;ExecStart=" + exec + reload
                        + more + "]" + dropIn + " " + a + " " + b + " " + artifact + " " + others);
    }

    private static Desired desired(String set) {
        return new Desired(List.of(Sketch.set(set)), List.of());
    }
}
