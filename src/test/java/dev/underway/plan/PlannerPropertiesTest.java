package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Revision;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Desired.RemovedSet;
import dev.underway.plan.ModelHost.Kill;
import dev.underway.plan.Step.DaemonReload;
import dev.underway.plan.Step.Restart;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Stop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// What holds for every host and every change, on a [ModelHost].
class PlannerPropertiesTest {
    @Property
    void nothingIsDoneWhenEverythingIsAsDesired(@ForAll("sets") String set) {
        var host = new ModelHost();
        host.converge(desired(set));

        assertThat(Steps.of(plan(host, desired(set)))).isEqualTo("nothing");
    }

    @Property
    void onePassIsEnough(@ForAll("sets") String before, @ForAll("sets") String now) {
        var host = new ModelHost();
        host.converge(desired(before));

        host.converge(desired(now));

        assertThat(Steps.of(plan(host, desired(now)))).isEqualTo("nothing");
        assertThat(Stale.of(host, desired(now))).isEmpty();
    }

    @Property
    void onePassHealsWhatHandsHaveDone(
            @ForAll("sets") String set, @ForAll("hands") List<String> hands, @ForAll("sets") String now) {
        var host = new ModelHost();
        host.converge(desired(set));
        hands.forEach(hand -> meddle(host, hand));

        host.converge(desired(now));

        settled(host, desired(now));
    }

    @Property
    void aKillBetweenAnyTwoStepsChangesNeitherTheEndNorWhatIsRestarted(
            @ForAll("sets") String before,
            @ForAll("sets") String now,
            @ForAll @IntRange(max = 12) int steps,
            @ForAll boolean beforeItIsRecorded) {
        var undisturbed = new ModelHost();
        undisturbed.converge(desired(before));
        undisturbed.converge(desired(now));
        var killed = new ModelHost();
        killed.converge(desired(before));

        killed.converge(desired(now), new Kill(steps, beforeItIsRecorded));
        killed.converge(desired(now));

        assertThat(killed.endState()).isEqualTo(undisturbed.endState());
        assertThat(Stale.of(killed, desired(now))).isEmpty();
        assertThat(withoutOneshots(killed.starts)).isEqualTo(withoutOneshots(undisturbed.starts));
    }

    @Property
    void nothingIsLeftOfARevisionThatWasCutShortAndTakenBack(
            @ForAll("sets") String before,
            @ForAll("sets") String cut,
            @ForAll @IntRange(max = 12) int steps,
            @ForAll boolean beforeItIsRecorded,
            @ForAll boolean oneshotsAreForgotten,
            @ForAll boolean boots) {
        var host = new ModelHost();
        host.forgetsWhatEnded = oneshotsAreForgotten && !boots; // what a boot starts is referred to
        host.converge(desired(before));
        host.converge(desired(cut), new Kill(steps, beforeItIsRecorded));
        if (boots) {
            host.boot(host.onDisk("web.socket", "web.service", "db.service", "j.service", "j.timer"));
        }

        host.converge(desired(before));

        settled(host, desired(before));
    }

    private static void settled(ModelHost host, Desired desired) {
        var waiting = plan(host, desired).steps().stream()
                .map(step -> ((Step.Wait) step).unit())
                .toList();
        assertThat(waiting)
                .as("a socket cannot be bound while its service runs")
                .isSubsetOf("web.socket");
        assertThat(Stale.of(host, desired))
                .filteredOn(line -> waiting.stream().noneMatch(line::startsWith))
                .isEmpty();
    }

    @Property
    void nothingRestartsWhereLessIsEnough(@ForAll("gentle") List<String> sets) {
        var host = new ModelHost();
        host.converge(desired(sets.getFirst()));

        var plan = plan(host, desired(sets.getLast()));

        assertThat(plan.steps()).noneMatch(s -> s instanceof Restart || s instanceof Stop || s instanceof Start);
    }

    @Property
    void theOrderOfInputsDoesNotMatter(@ForAll("sets") String before, @ForAll("sets") String now, @ForAll long seed) {
        var host = new ModelHost();
        host.converge(desired(before));
        var other = Sketch.set("other", 2, "z.service[ExecStart=/z] /etc/z=1");
        var set = Sketch.set(now);

        var plan = plan(host, new Desired(List.of(set, other), List.of()));
        var shuffled = plan(host, new Desired(List.of(other, shuffled(set, new Random(seed))), List.of()));

        assertThat(shuffled).isEqualTo(plan);
    }

    @Property
    void thereIsAtMostOneDaemonReload(@ForAll("sets") String before, @ForAll("sets") String now) {
        var host = new ModelHost();
        host.converge(desired(before));

        assertThat(plan(host, desired(now)).steps())
                .filteredOn(DaemonReload.class::isInstance)
                .hasSizeLessThanOrEqualTo(1);
    }

    @Property
    void aRemovedSetLeavesTheHostAsItWas(
            @ForAll("sets") String set, @ForAll @IntRange(max = 8) int steps, @ForAll boolean beforeItIsRecorded) {
        var host = new ModelHost();
        host.converge(desired(set));
        var removed = new Desired(List.of(), List.of(new RemovedSet(Sketch.id("web"), false)));

        host.converge(removed, new Kill(steps, beforeItIsRecorded));
        host.converge(removed);

        assertThat(host.endState()).isEmpty();
        assertThat(host.inventory).isEqualTo(Inventory.EMPTY);
    }

    /// Sets of a socket, services, a timer, a oneshot, files and an artifact, in many variants.
    @Provide
    Arbitrary<String> sets() {
        var web = Combinators.combine(
                        Arbitraries.of(
                                "", "update=Restart", "restartOn=/etc/web/b", "state=Stopped", "state=IfRunning"),
                        Arbitraries.of("/bin/a", "/bin/b", "/opt/web/run"),
                        Arbitraries.of("", ";ExecReload=/r"),
                        Arbitraries.of("", ";Description=x", ";CPUWeight=5", ";After=db.service", ";Nice=5"),
                        Arbitraries.of("", ";WantedBy=x.target"),
                        Arbitraries.of("", "+10-x.conf[Restart=always]", "+10-x.conf[Nice=3]"))
                .as((policy, exec, reload, more, install, dropIn) ->
                        "web.service" + (policy.isEmpty() ? "" : "{" + policy + "}") + "[ExecStart=" + exec + reload
                                + more + install + "]" + dropIn);
        var words = List.of(
                Arbitraries.of("", "web.socket[ListenStream=80]", "web.socket[ListenStream=81;MaxConnections=4]"),
                web,
                Arbitraries.of("", "db.service[ExecStart=/db]", "db.service[ExecStart=/db2;Before=web.service]"),
                Arbitraries.of(
                        "",
                        "j.service[Type=oneshot;ExecStart=/j]",
                        "j.service{state=Running}[Type=oneshot;ExecStart=/k]",
                        "j.service{state=Running}[Type=oneshot;ExecStart=/l]"),
                Arbitraries.of("", "j.timer[OnCalendar=daily]", "j.timer[OnCalendar=weekly;WantedBy=timers.target]"),
                Arbitraries.of("", "/etc/web/a=1", "/etc/web/a=2", "/etc/web/a(0600)=2"),
                Arbitraries.of("", "/etc/web/b=1", "/etc/web/b=2"),
                Arbitraries.of("", "/etc/sysusers.d/w.conf=u", "/etc/tmpfiles.d/w.conf=d"),
                Arbitraries.of("/opt/web<-1", "/opt/web<-2"),
                Arbitraries.of("", "restartedAt=2026-01-01T00:00:00Z"));
        return Combinators.combine(words).as(parts -> String.join(" ", parts));
    }

    /// Two sets that differ only in what a running process takes without being replaced.
    @Provide
    Arbitrary<List<String>> gentle() {
        return Combinators.combine(
                        Arbitraries.of(
                                "",
                                ";Description=x",
                                ";CPUWeight=5",
                                ";Restart=always",
                                ";TimeoutStopSec=9",
                                ";X-Note=1"),
                        Arbitraries.of("1", "2", "3"),
                        Arbitraries.of("daily", "weekly"),
                        Arbitraries.of("", ";WantedBy=x.target"),
                        Arbitraries.of("", "MaxConnections=4;"))
                .as((more, content, time, install, socket) -> "web.socket[" + socket + "ListenStream=80] "
                        + "web.service{state=Running}[ExecStart=/a;ExecReload=/r" + more + install + "] "
                        + "t.timer[OnCalendar=" + time + "] t.service[ExecStart=/t] "
                        + "b.service{reloadOn=/etc/web/*}[ExecStart=/b;ExecReload=/r] /etc/web/a=" + content)
                .list()
                .ofSize(2);
    }

    /// What people do behind the agent's back.
    @Provide
    Arbitrary<List<String>> hands() {
        return Arbitraries.of(
                        "edit /etc/web/a",
                        "edit /etc/web/b",
                        "edit /etc/systemd/system/web.service",
                        "remove /etc/web/a",
                        "remove /etc/systemd/system/web.service",
                        "remove /etc/systemd/system/x.target.wants/web.service",
                        "stop web.service",
                        "stop web.socket",
                        "stop db.service",
                        "restart web.service",
                        "daemon-reload",
                        "fail web.service")
                .list()
                .ofMaxSize(4);
    }

    private static void meddle(ModelHost host, String hand) {
        String what = hand.substring(hand.indexOf(' ') + 1);
        switch (hand.substring(0, Math.max(0, hand.indexOf(' ')))) {
            case "edit" -> {
                if (host.disk.containsKey(what)) {
                    host.write(what, "[Service]\nExecStart=/edited\n");
                }
            }
            case "remove" -> host.disk.remove(what);
            case "stop" -> host.stop(what);
            case "fail" -> {
                if (host.processes.containsKey(what)) {
                    host.stop(what);
                    host.states.put(what, "failed");
                }
            }
            case "restart" -> {
                if (host.processes.containsKey(what) && host.loaded.containsKey(UnitPaths.unitFile(what))) {
                    host.stop(what);
                    host.start(what);
                }
            }
            default -> host.daemonReload();
        }
    }

    private static Map<String, Integer> withoutOneshots(Map<String, Integer> starts) {
        var services = new TreeMap<>(starts);
        services.remove("j.service");
        return services;
    }

    private static DesiredSet shuffled(DesiredSet set, Random random) {
        var content = set.content();
        return new DesiredSet(
                set.id(),
                set.uid(),
                set.since(),
                set.revision(),
                set.digest(),
                new Revision.Content(
                        shuffled(content.artifactsOrEmpty(), random),
                        shuffled(content.filesOrEmpty(), random),
                        shuffled(content.unitsOrEmpty(), random)),
                set.policy());
    }

    private static <T> List<T> shuffled(List<T> list, Random random) {
        var copy = new ArrayList<>(list);
        Collections.shuffle(copy, random);
        return copy;
    }

    private static Desired desired(String set) {
        return new Desired(List.of(Sketch.set(set)), List.of());
    }

    private static Plan plan(ModelHost host, Desired desired) {
        return Planner.plan(desired, host.observe(desired));
    }
}
