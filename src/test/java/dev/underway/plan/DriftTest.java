package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Step.OfUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What happens when somebody else has changed the host: people, crashes, a boot.
class DriftTest {
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
        web.service[ExecStart=/a] drift=Report   | nothing                       | web.service runs an old program: its program was replaced on the host (upgraded?)
        """)
    void aProcessWhoseProgramWasReplacedIsStartedAnew(String sketch, String steps, String drift) {
        var set = Sketch.set(sketch);
        converge(set);
        var desired = new Desired(List.of(set), List.of());
        var seen = host.observe(desired);

        var plan = Planner.plan(
                desired,
                new Observed(seen.paths(), seen.units(), seen.inventory(), seen.storePaths(), Set.of("web.service")));

        assertThat(Steps.of(plan)).isEqualTo(steps);
        assertThat(plan.drift().getOrDefault(Sketch.id("web"), List.of()))
                .isEqualTo(drift.equals("-") ? List.of() : List.of(drift));
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
