package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.Processes;
import dev.underway.plan.Observed.SocketTrouble;
import dev.underway.plan.Step.OfUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What happens when somebody else has changed the host: people, crashes, a boot.
class DriftTest {
    private static final String SWAPPABLE =
            "web.socket[ListenStream=80] web.service[Type=notify;ExecStart=%s;WantedBy=x.target]";

    private final ModelHost host = new ModelHost();

    @Test
    void whatIsEditedByHandIsPutBackAndTheProcessReadsItAgain() {
        var set = Sketch.set("web.service[ExecStart=/a;ExecReload=/r] /etc/c=1");
        converge(set);
        host.write("/etc/c", "edited");

        var plan = plan(set);

        assertThat(Steps.of(plan)).isEqualTo("+/etc/c, Reload web.service");
        assertThat(plan.steps().getFirst().because())
                .isEqualTo("/etc/c differs on the host (edited by hand?): content changed");
    }

    @Test
    void aUnitFileEditedByHandIsPutBackWithoutARestart() {
        var set = Sketch.set("web.service[ExecStart=/a]");
        converge(set);
        host.write(UnitPaths.unitFile("web.service"), "[Service]\nExecStart=/edited\n");

        assertThat(Steps.of(plan(set))).isEqualTo("+web.service, DaemonReload");
    }

    @Test
    void aProcessStartedFromAnEditedUnitFileIsRestarted() {
        var set = Sketch.set("web.service[ExecStart=/a]");
        converge(set);
        host.write(UnitPaths.unitFile("web.service"), "[Service]\nExecStart=/edited\n");
        host.daemonReload();
        host.stop("web.service");
        host.start("web.service");

        assertThat(Steps.of(plan(set))).isEqualTo("+web.service, DaemonReload, Restart web.service (dropped)");
    }

    @Test
    void aSetThatReportsDriftLeavesItAndSaysSo() {
        var set = Sketch.set("web.service[ExecStart=/a;ExecReload=/r] /etc/c=1 drift=Report");
        converge(set);
        host.write("/etc/c", "edited");
        host.stop("web.service");

        var plan = converge(set);

        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.drift().get(Sketch.id("web")))
                .containsExactly(
                        "/etc/c differs on the host (edited by hand?): content changed",
                        "web.service is inactive (stopped by hand?)");
        assertThat(converge(set).isEmpty()).isTrue();
    }

    @Test
    void aNewRevisionOverwritesDriftThatWasOnlyReported() {
        converge(Sketch.set("/etc/c=1 drift=Report"));
        host.write("/etc/c", "edited");

        assertThat(Steps.of(plan(Sketch.set("/etc/c=2 drift=Report")))).isEqualTo("+/etc/c");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        web.service[ExecStart=/a]                | Restart web.service (dropped) | -
        web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target] | Swap web.service | -
        web.service{update=Defer}[ExecStart=/a]  | Wait web.service              | -
        web.service{state=Stopped}[ExecStart=/a] | nothing                       | -
        web.service[ExecStart=/a] drift=Report   | nothing                       | web.service runs an old process: its program was replaced on the host (upgraded?)
        """)
    void aProcessWhoseProgramWasReplacedIsStartedAnew(String sketch, String steps, String drift) {
        var set = Sketch.set(sketch);
        converge(set);
        var desired = new Desired(List.of(set), List.of());
        var seen = host.observe(desired);

        var plan = Planner.plan(
                desired,
                new Observed(
                        seen.paths(),
                        seen.units(),
                        seen.inventory(),
                        seen.storePaths(),
                        new Processes(Set.of("web.service"), Map.of(), Map.of(), Map.of())));

        assertThat(Steps.of(plan)).isEqualTo(steps);
        assertThat(plan.drift().getOrDefault(Sketch.id("web"), List.of()))
                .isEqualTo(drift.equals("-") ? List.of() : List.of(drift));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        web-old.service |              |             | Swap web.service | -
        ''              |              |             | Swap web.service | -
        itself          |              |             | nothing          | -
        -               |              |             | nothing          | -
        web-old.service | drift=Report |             | nothing          | web.service runs an old process: its process was not started as INSTANCE but as web-old.service
        ''              |              | Environment= | nothing         | -
        """)
    void aProcessThatWasStartedFromAnotherDefinitionIsReplaced(
            String startedAs, String policy, String dropIn, String steps, String drift) {
        var set = Sketch.set("web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target] "
                + Objects.requireNonNullElse(policy, ""));
        if (dropIn != null) {
            host.write("/etc/systemd/system/web.service.d/override.conf", "[Service]\n" + dropIn + "\n");
        }
        converge(set);
        var desired = new Desired(List.of(set), List.of());
        var seen = host.observe(desired);
        var instance = host.named("web.service");

        var plan = Planner.plan(
                desired,
                new Observed(
                        seen.paths(),
                        seen.units(),
                        seen.inventory(),
                        seen.storePaths(),
                        new Processes(
                                Set.of(),
                                startedAs == null ? Map.of() : Map.of(instance, startedAs.replace("itself", instance)),
                                Map.of(),
                                Map.of())));

        assertThat(Steps.of(plan)).isEqualTo(steps);
        var said = plan.drift().getOrDefault(Sketch.id("web"), List.of()).stream()
                .map(each -> each.replace(instance, "INSTANCE"))
                .filter(each -> !each.contains("overridden"))
                .toList();
        assertThat(said).isEqualTo(drift == null ? List.of() : List.of(drift));
    }

    /// What an operator's drop-in does to a unit of which it is none of ours.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        web.service[ExecStart=/a] | nothing
        web.service[ExecStart=/a] drift=Report | nothing
        web.socket[ListenStream=80] web.service{update=Restart}[Type=notify;ExecStart=/a;WantedBy=x.target] | nothing
        web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target] drift=Report | nothing
        """)
    void aUnitThatIsOverriddenIsLeftAloneAndReported(String sketch, String steps) {
        var set = Sketch.set(sketch);
        converge(set);
        host.write("/etc/systemd/system/web.service.d/override.conf", "[Service]\nNice=7\n");

        var plan = converge(set);

        assertThat(Steps.of(plan)).isEqualTo(steps);
        assertThat(plan.drift().get(Sketch.id("web")))
                .containsExactly("web.service is overridden by /etc/systemd/system/web.service.d/override.conf");
        host.stop("web.service");
        host.start("web.service");
        assertThat(Steps.of(plan(set))).as("somebody started it with that").isEqualTo(steps);
    }

    @Test
    void aSwappableUnitTakesWhatOverridesItAndThatIsNoDrift() {
        var set = Sketch.set(SWAPPABLE.formatted("/a"));
        converge(set);
        host.write("/etc/systemd/system/web.service.d/override.conf", "[Service]\nNice=7\n");

        var plan = converge(set);

        assertThat(Steps.of(plan)).isEqualTo("Swap web.service");
        assertThat(converge(set).drift()).isEmpty();
    }

    @Test
    void whereDriftIsReportedTheNextSwapTakesWhatOverridesTheUnit() {
        converge(Sketch.set(SWAPPABLE.formatted("/a") + " drift=Report"));
        host.write("/etc/systemd/system/web.service.d/override.conf", "[Service]\nNice=7\n");
        var changed = Sketch.set(SWAPPABLE.formatted("/b") + " drift=Report");

        var plan = converge(changed);

        assertThat(Steps.of(plan)).isEqualTo("Swap web.service");
        assertThat(host.processes.get(host.named("web.service")).text().values("Service", "Nice"))
                .containsExactly("7");
        converge(changed);
        assertThat(converge(changed).drift()).isEmpty();
        host.disk.remove("/etc/systemd/system/web.service.d/override.conf");
        var removed = converge(changed);
        assertThat(Steps.of(removed)).isEqualTo("nothing");
        assertThat(removed.drift().get(Sketch.id("web")))
                .containsExactly(
                        "web.service runs with /etc/systemd/system/web.service.d/override.conf, which was removed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        alias | is missing on the host (removed by hand?)
        file  | is missing on the host (removed by hand?)
        """)
    void aUnitThatLostItsNameIsLeftAloneWhereDriftIsReported(String removed, String told) {
        var set = Sketch.set(SWAPPABLE.formatted("/a") + " drift=Report");
        converge(set);
        var instance = host.named("web.service");
        var path = UnitPaths.unitFile(removed.equals("alias") ? "web.service" : instance);
        host.disk.remove(path);
        host.daemonReload();

        var plan = converge(set);

        assertThat(Steps.of(plan)).isEqualTo("nothing");
        assertThat(plan.drift().get(Sketch.id("web")))
                .hasSize(2)
                .contains(path + " " + told)
                .anyMatch(line -> line.startsWith("web.service has lost its name, and runs on as " + instance));
        assertThat(Steps.of(plan(Sketch.set(SWAPPABLE.formatted("/b") + " drift=Report"))))
                .as("a new revision")
                .contains("Start web.service, Drain web.service");
    }

    @ParameterizedTest
    @CsvSource({"alias", "file"})
    void aUnitThatLostItsNameIsStartedAnewUnderAnotherBesideTheOldOne(String removed) {
        var set = Sketch.set(SWAPPABLE.formatted("/a"));
        converge(set);
        var instance = host.named("web.service");
        host.disk.remove(UnitPaths.unitFile(removed.equals("alias") ? "web.service" : instance));
        host.daemonReload();

        var plan = converge(set);

        assertThat(Steps.of(plan)).endsWith("DaemonReload, Start web.service, Drain web.service");
        converge(set);
        assertThat(converge(set).isEmpty()).isTrue();
        assertThat(host.instances("web.service")).hasSize(1).doesNotContain(instance);
    }

    /// systemd's own state is corrupt. Whatever else is to be done waits for the repair.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # before                                   | now                                       | state    | steps                              | then
        web.service[ExecStart=/a]                  | web.service[ExecStart=/a]                 | inactive | Repair web.service                 | nothing
        web.service[ExecStart=/a]                  | web.service[ExecStart=/a]                 | failed   | Repair web.service                 | nothing
        web.service[ExecStart=/a]                  | web.service[ExecStart=/b]                 | failed   | +web.service, DaemonReload, Repair web.service | nothing
        web.service[ExecStart=/a]                  | web.service{state=Stopped}[ExecStart=/a]  | inactive | Repair web.service                 | Stop web.service (dropped)
        web.service[ExecStart=/a] /x=1             | /x=1                                      | inactive | Repair web.service                 | Stop web.service (dropped), -web.service, DaemonReload
        web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target] | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target] | inactive | Repair web.service | nothing
        web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target] | web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/b;WantedBy=x.target] | inactive | Repair web.service | Swap web.service
        """)
    void aUnitThatReadsAsEndedWhileItsProcessRunsGetsAnotherFirst(
            String before, String now, String state, String steps, String then) {
        converge(Sketch.set(before));
        host.states.put(host.named("web.service"), state);

        var plan = converge(Sketch.set(now));

        assertThat(Steps.of(plan)).isEqualTo(steps);
        assertThat(plan.steps().getLast().because())
                .isEqualTo("systemd calls it %s while its process 100 runs; the end of that one could end systemd"
                        .formatted(state));
        assertThat(Steps.of(plan(Sketch.set(now)))).isEqualTo(then);
    }

    @Test
    void anInstanceThatWasLeftOverAndLostItsProcessIsRepairedAndThenDrained() {
        var set = Sketch.set(SWAPPABLE.formatted("/b"));
        converge(Sketch.set(SWAPPABLE.formatted("/a")));
        var old = host.named("web.service");
        host.convergeUntilWithinASwap(new Desired(List.of(set), List.of()), 7);
        assertThat(host.instances("web.service")).hasSize(2).contains(old);
        host.states.put(old, "inactive");

        assertThat(Steps.of(converge(set))).endsWith("Repair web.service");
        assertThat(Steps.of(converge(set))).isEqualTo("Drain web.service");
        converge(set);
        assertThat(host.instances("web.service")).containsExactly(host.named("web.service"));
    }

    @Test
    void aUnitStoppedByHandIsStarted() {
        var set = Sketch.set("web.service[ExecStart=/a]");
        converge(set);
        host.stop("web.service");

        assertThat(because(plan(set))).isEqualTo("Start web.service: does not run");
    }

    @Test
    void aUnitThatFailedIsStartedAgain() {
        var set = Sketch.set("web.service[ExecStart=/a]");
        converge(set);
        host.stop("web.service");
        host.states.put("web.service", "failed");

        assertThat(because(plan(set))).isEqualTo("Start web.service: failed (exit-code), start again");
    }

    @Test
    void aDeferredRestartStaysPendingUntilSomebodyRestarts() {
        converge(Sketch.set("web.service{update=Defer}[ExecStart=/a]"));
        var changed = Sketch.set("web.service{update=Defer}[ExecStart=/b]");
        converge(changed);
        assertThat(because(converge(changed))).isEqualTo("Wait web.service: pending restart: ExecStart= /a → /b");

        host.stop("web.service");
        host.start("web.service");

        assertThat(converge(changed).isEmpty()).isTrue();
    }

    @Test
    void aProcessOfAnotherRunWithADropInThatIsAFileOfTheSetIsLeftAlone() {
        var set = Sketch.set("web.service[ExecStart=/a] /etc/systemd/system/web.service.d/n.conf=[Service]");
        converge(set);
        host.stop("web.service");
        host.start("web.service");

        assertThat(plan(set).isEmpty()).isTrue();
    }

    @Test
    void theProcessOfAnotherRunHasReadWhatIsOnTheDisk() {
        var set = Sketch.set("web.service[ExecStart=/a] /etc/c=1");
        converge(set);
        host.inventory = new Inventory(
                host.inventory.owned(), Map.of("web.service", new RunsWith("other", Map.of(), Map.of(), null)));

        assertThat(plan(set).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # desired of the running web         | now                   | steps
        ExecStart=/a                         |                       | Wait web.socket
        ExecStart=/a                         | drift=Report          | nothing
        ExecStart=/a;MemoryMax=9             |                       | +INSTANCE.d/0-underway-live.conf, DaemonReload, Wait web.socket
        ExecStart=/b                         |                       | +web.service, Stop web.socket (dropped), Stop INSTANCE (queued), DaemonReload, Start web.socket, Start web.service
        ExecStart=/b                         | drift=Report          | +web.service, Stop web.socket (dropped), Stop INSTANCE (queued), DaemonReload, Start web.socket, Start web.service
        """)
    void aSocketThatOnlyItsServiceHoldsIsBoundAnewWithTheNextProcess(String web, String policy, String steps) {
        var sketch = "web.socket[ListenStream=80] web.service[Type=notify;%s;WantedBy=x.target] ";
        converge(Sketch.set(sketch.formatted("ExecStart=/a") + Objects.requireNonNullElse(policy, "")));
        var set = Sketch.set(sketch.formatted(web) + Objects.requireNonNullElse(policy, ""));

        var plan = Planner.plan(desired(set), alone(host.observe(desired(set)), "web.service"));

        assertThat(Steps.of(plan).replace(host.named("web.service"), "INSTANCE"))
                .isEqualTo(steps);
    }

    @Test
    void whatWasEditedInASocketThatIsLostIsPutBack() {
        var set = Sketch.set("web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target]");
        converge(set);
        host.write(UnitPaths.unitFile("web.socket"), "[Socket]\nListenStream=81\n");
        host.daemonReload();

        var plan = Planner.plan(desired(set), alone(host.observe(desired(set)), "web.service"));

        assertThat(Steps.of(plan)).isEqualTo("+web.socket, DaemonReload, Wait web.socket");
    }

    /// systemd closes nothing before it reads what somebody wrote: put back in time, nobody notices.
    @Test
    void whatWasEditedInASocketIsPutBackBeforeSystemdReadsIt() {
        var set = Sketch.set("web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target]");
        converge(set);
        host.write(UnitPaths.unitFile("web.socket"), "[Socket]\nListenStream=81\n");

        assertThat(Steps.of(plan(set))).isEqualTo("+web.socket, DaemonReload");
    }

    /// What it had is closed by then. Its own file cannot close more.
    @Test
    void whatSystemdHasReadIsPutBackAndBoundWhenTheServiceStops() {
        var set = Sketch.set("web.socket[ListenStream=80] web.service[Type=notify;ExecStart=/a;WantedBy=x.target]");
        converge(set);
        host.write(UnitPaths.unitFile("web.socket"), "[Socket]\nListenStream=81\n");
        host.daemonReload();

        assertThat(Steps.of(plan(set))).isEqualTo("+web.socket, DaemonReload, Wait web.socket");
    }

    private static Desired desired(DesiredSet... sets) {
        return new Desired(List.of(sets), List.of());
    }

    private static Observed alone(Observed seen, String service) {
        var processes = new Processes(Set.of(), Map.of(), Map.of(service, SocketTrouble.LOST), Map.of());
        return new Observed(seen.paths(), seen.units(), seen.inventory(), seen.storePaths(), processes);
    }

    @Test
    void aOneshotThatABootRanWithARevisionThatIsTakenBackRunsAgain() {
        var good = Sketch.set("o.service{state=Running}[Type=oneshot;ExecStart=/a]");
        converge(good);
        var cut = new Desired(List.of(Sketch.set("o.service{state=Running}[Type=oneshot;ExecStart=/b]")), List.of());
        host.converge(cut, new ModelHost.Kill(1, false));
        host.boot("o.service");

        assertThat(Steps.of(plan(good))).isEqualTo("+o.service, DaemonReload, Start o.service");
        assertThat(Steps.of(Planner.plan(cut, host.observe(cut))))
                .as("and the one that was cut short, too: nobody can tell that it was whole")
                .isEqualTo("DaemonReload, Start o.service");
    }

    /// Its timer, say, was faster than the pass, which was then cut short.
    @Test
    void aOneshotThatRanWhileItsInputWasOnItsWayRunsOnceMore() {
        converge(Sketch.set("o.service{state=Running}[Type=oneshot;ExecStart=/a] /etc/c=1"));
        var next = Sketch.set("o.service{state=Running}[Type=oneshot;ExecStart=/a] /etc/c=2");
        host.converge(desired(next), new ModelHost.Kill(0, false));
        host.start("o.service");
        host.write("/etc/c", "2");

        assertThat(Steps.of(plan(next))).isEqualTo("Start o.service");
    }

    @Test
    void aOneshotThatABootRanAsItIsDoesNotRunAgain() {
        var set = Sketch.set("o.service{state=Running}[Type=oneshot;ExecStart=/a]");
        converge(set);
        host.boot("o.service");

        assertThat(plan(set).isEmpty()).isTrue();
    }

    private static String because(Plan plan) {
        return plan.steps().stream()
                .filter(OfUnit.class::isInstance)
                .map(OfUnit.class::cast)
                .map(step -> step.action() + " " + step.unit() + ": " + step.because())
                .findFirst()
                .orElse("nothing");
    }

    private Plan plan(DesiredSet... sets) {
        var desired = new Desired(List.of(sets), List.of());
        return Planner.plan(desired, host.observe(desired));
    }

    private Plan converge(DesiredSet... sets) {
        return host.converge(new Desired(List.of(sets), List.of()));
    }
}
